"""Names of protocols that need no file: ``emodb+ravdess_to_emovo:transductive``.

``<sources>_to_<targets>[:<setting>[=<number>]]…``, sources and targets joined by
``+``, each a corpus, ``corpus:language``, ``corpus/session`` or a group. Settings
are those of ``protocol_supervision`` and ``MODIFIERS``.
"""

import re

from speechbrain_clser.data.corpus_facts import (
    CORPORA,
    DEFAULT_CLASSES,
    GROUPS,
    MERGED,
    OFFICIAL,
    SESSIONS,
    SHARED,
    languages,
    unknown,
)
from speechbrain_clser.data.protocol_aliases import current_name
from speechbrain_clser.data.protocol_supervision import NUMBERS, SETTINGS
from speechbrain_clser.languages import find

# Settings beside those of the supervision.
MODIFIERS = {
    "random": "source validation is split utterance by utterance",
    "shared_classes": "the classes are the emotions that all corpora have",
    "resampled": "each trial has other held-out speakers",
}

_RANDOM_NOTE = "random split, speakers shared between training and validation"


def parse(name: str) -> dict:
    """Read the name of a protocol as the values of its YAML.

    Arguments
    ---------
    name : str
        ``<sources>_to_<targets>[:<setting>[=<number>]]…``, or as files were
        called before.

    Returns
    -------
    dict
        Values, ``supervision`` among them.

    Raises
    ------
    ValueError
        If it has no such form, or names an unknown corpus, language, session
        or setting; says what there is, and what is near.

    Example
    -------
    >>> parse("emodb+ravdess_to_emovo:transductive")["sources"]
    ['emodb', 'ravdess']
    >>> parse("four_to_emodb:share=0.2")["supervision"]
    {'share': 0.2}
    """
    left, is_pair, right = current_name(name).partition("_to_")
    if not is_pair:
        raise ValueError("expected <sources>_to_<targets>[:<setting>]")
    *first, last = right.split("+")
    last, typed = _cut_settings(last)
    sources, targets = left.split("+"), [*first, last]
    groups = [GROUPS.keys() & side for side in (sources, targets)]
    if all(groups):
        raise ValueError("expected a group on one side, found one on both")
    sources, targets = (
        [one if one in GROUPS else _selector(one) for one in side]
        for side in (sources, targets)
    )
    sources, targets = _resolved(sources, targets), _resolved(targets, sources)
    setting, number, modifiers = _settings(typed)
    values = {
        "sources": sources,
        "targets": targets,
        "supervision": setting if number is None else {setting: number},
    }
    if "few_" in setting or "shared_classes" in modifiers:
        values["classes"] = "shared"
    else:
        _refuse_missing_classes(sources, targets)
    return {**values, **_defaults(sources, targets, setting, modifiers)}


def describe() -> list:
    """Describe the grammar in a few lines.

    Example
    -------
    >>> describe()[0]
    '<sources>_to_<targets>[:<setting>[=<number>]]...'
    """
    width = max(map(len, (*SETTINGS, *MODIFIERS)))
    numbers = ", ".join(f"{name}={n}" for name, (_, n) in NUMBERS.items())
    return [
        "<sources>_to_<targets>[:<setting>[=<number>]]...",
        "such as emodb_to_urdu or emodb+ravdess_to_emovo:transductive",
        "",
        "Sources and targets are corpora, corpus:language, corpus/session, or",
        *(f"  {name:<{width}}  {_listed(of)}" for name, of in GROUPS.items()),
        "without the languages of the other side; a corpus whose language or",
        "session is the target means its others: demo_to_demo:tur.",
        "",
        "Settings define what training uses of the target:",
        *(f"  {name:<{width}}  {text}" for name, (_, text) in SETTINGS.items()),
        f"with another number: {numbers}",
        "and, in addition:",
        *(f"  {name:<{width}}  {text}" for name, text in MODIFIERS.items()),
    ]


def _listed(corpora):
    if len(corpora) < len(CORPORA) / 2:
        return " ".join(corpora)
    return "all but " + " ".join(
        name for name in CORPORA if name not in corpora
    )


def _cut_settings(text):
    """Split the last target from the settings after it."""
    corpus, *tokens = text.split(":")
    if not tokens or _setting_of(tokens[0]) in {*SETTINGS, *MODIFIERS}:
        return corpus, tokens
    spoken = CORPORA[corpus].languages if corpus in CORPORA else ()
    is_known = re.split("/", corpus)[0] in {*CORPORA, *GROUPS}
    if is_known and find(tokens[0]) not in spoken:
        there = [*SETTINGS, *MODIFIERS]
        raise ValueError(
            unknown("setting", _setting_of(tokens[0]), there)
            + (f"; languages of {corpus}: {', '.join(spoken)}" * any(spoken))
        )
    return f"{corpus}:{tokens[0]}", tokens[1:]


def _setting_of(token):
    return token.partition("=")[0]


def _settings(tokens):
    """Setting of the supervision, its number or None, and the modifiers."""
    found, modifiers = {}, []
    for token in tokens:
        setting, has_number, number = token.partition("=")
        if setting in MODIFIERS and not has_number:
            modifiers.append(setting)
        elif setting not in SETTINGS or (has_number and setting not in NUMBERS):
            numbers = [f"{name}={n}" for name, (_, n) in NUMBERS.items()]
            raise ValueError(
                unknown("setting", token, [*SETTINGS, *MODIFIERS, *numbers])
            )
        else:
            found[setting] = _number(number) if has_number else None
    if len(found) > 1 or len({*found, *modifiers}) < len(tokens):
        raise ValueError(
            f"expected one setting of the target and each but once, found "
            f"{', '.join(tokens)}"
        )
    ((setting, number),) = (found or {"zero_shot": None}).items()
    return setting, number, modifiers


def _number(text):
    """A number as typed; what is none is refused with its setting later."""
    if re.fullmatch(r"\d{1,10}", text):
        return int(text)
    return float(text) if re.fullmatch(r"\d*\.\d{1,20}", text) else text


def _selector(text):
    """A selector with its language as a code, after a check of its parts."""
    corpus, mark, part = re.fullmatch(
        r"([^:/]*)([:/]?)(.*)", text, re.S
    ).groups()
    if corpus not in CORPORA:
        raise ValueError(
            unknown("corpus", corpus, [*CORPORA, *GROUPS])
            + "; data of your own need a YAML file"
        )
    if mark == ":":
        part = find(part) or part
        if part not in CORPORA[corpus].languages:
            of = CORPORA[corpus].languages
            raise ValueError(unknown(f"language of {corpus}", part, of))
    if mark == "/" and part not in SESSIONS.get(corpus, [part]):
        of = SESSIONS[corpus]
        raise ValueError(unknown(f"session of {corpus}", part, of))
    if mark and not part:
        raise ValueError(f"expected a name after {mark!r} in {text!r}")
    return f"{corpus}{mark}{part}"


def _resolved(side, others):
    """Selectors of one side, groups without the languages of the others."""
    found, spoken = [], set().union(*map(languages, others))
    for one in side:
        if one in GROUPS:
            for name in GROUPS[one]:
                found += _rest(name, ":", spoken)
        elif one not in CORPORA or one in others:
            found.append(one)
        else:
            parts = [
                o[len(one) :]
                for o in others
                if o.startswith((f"{one}:", f"{one}/"))
            ]
            marks = {part[0] for part in parts}
            if len(marks) > 1:
                raise ValueError(
                    f"expected languages or sessions of {one}, found both"
                )
            found += (
                _rest(one, *marks, {p[1:] for p in parts}) if marks else [one]
            )
    if not found:
        raise ValueError(f"nothing is left of {'+'.join(side)}")
    return list(dict.fromkeys(found))


def _rest(corpus, mark, taken):
    """Languages or sessions of a corpus but those that are taken."""
    parts = CORPORA[corpus].languages
    if mark == "/":
        parts = SESSIONS.get(corpus, ())
    left = [part for part in parts if part not in taken]
    whole = mark == ":" and len(left) == len(parts)
    return [corpus] if whole else [f"{corpus}{mark}{part}" for part in left]


def _refuse_missing_classes(*sides):
    """Stop if nothing on one side has one of the usual classes."""
    for side in sides:
        corpora = [re.split("[:/]", selector)[0] for selector in side]
        there = set().union(*(CORPORA[name].emotions for name in corpora))
        if missing := [c for c in DEFAULT_CLASSES if c not in there]:
            raise ValueError(
                f"{', '.join(corpora)} has no {', '.join(missing)}; add "
                f":shared_classes for the emotions that all corpora have"
            )


def _defaults(sources, targets, setting, modifiers):
    """Return splits, merged classes, leaks and note of corpora and settings."""
    corpora = [re.split("[:/]", one)[0] for one in (*sources, *targets)]
    official = [name for name in OFFICIAL if name in sources]
    leaks = [OFFICIAL[name][0] for name in official]
    notes = [OFFICIAL[name][1] for name in official]
    values = {"resample_held_out": "resampled" in modifiers}
    if "random" in modifiers:
        values["split"] = "random"
        leaks.append("speaker")
        notes.append(_RANDOM_NOTE)
        of = corpora[: len(sources)]
        leaks += ["session"] * ("session" in map(SHARED.get, of))
    if setting.endswith("_random"):
        of = corpora[len(sources) :]
        leaks += filter(None, map(SHARED.get, of))
    values |= {
        "merge_classes": {
            key: one
            for name in corpora
            for key, one in MERGED.get(name, {}).items()
        },
        "predefined_splits": dict.fromkeys(official, "official"),
        "allowed_leaks": list(dict.fromkeys(leaks)),
        "note": "; ".join(notes),
    }
    return {key: value for key, value in values.items() if value}
