"""Names of protocols of version 0.1, which were files, in the grammar."""

import re

from speechbrain_clser.data.corpus_facts import (
    CORPORA,
    GROUPS,
    languages,
    unknown,
)
from speechbrain_clser.data.protocol_supervision import SETTINGS
from speechbrain_clser.languages import find, name_of

_OLD_SETTINGS = "|".join([*SETTINGS, "random"])
_OLD_TASKS = {"en": "meld", "cn": "esd:cmn", "de": "emodb", "fr": "cafe"}


def current_name(name: str) -> str:
    """Write a name of version 0.1 in the grammar.

    Example
    -------
    >>> current_name("four_without_german_random")
    'four_to_emodb:random'
    >>> current_name("emodb_ravdess_to_emovo_transductive")
    'emodb+ravdess_to_emovo:transductive'
    """
    match = re.fullmatch(rf"(\w+?)(?:_({_OLD_SETTINGS}))?", name)
    if not match:
        return name
    stem, setting = match.groups()
    is_few = "few_" in (setting or "")
    pair = "demo:deu_to_demo:tur" if is_few and stem == "demo" else _pair(stem)
    return f"{pair}:{setting}" if setting else pair


def _pair(stem):
    """Sources and targets of a stem of version 0.1, in the grammar."""
    if stem == "demo":
        return "demo_to_demo:tur"
    if match := re.fullmatch(r"([a-z]+)_without_session_(\w+)", stem):
        return f"{match[1]}_to_{match[1]}/{match[2]}"
    if match := re.fullmatch(r"(four|six|demo)_without_(\w+)", stem):
        return f"{match[1]}_to_{_of_language(match[1], match[2])}"
    source, is_pair, target = stem.partition("_to_")
    if is_pair and {source, target} <= _OLD_TASKS.keys():
        others = [
            one
            for key, one in _OLD_TASKS.items()
            if key not in (source, target)
        ]
        others = sorted(others, key=("meld", "esd:cmn", "emodb", "cafe").index)
        sources = [_OLD_TASKS[source], *others, "urdu"]
        return f"{'+'.join(sources)}_to_{_OLD_TASKS[target]}"
    corpus, _, language = source.rpartition("_")
    if corpus in CORPORA and find(target) in CORPORA[corpus].languages:
        return f"{corpus}:{find(language)}_to_{corpus}:{find(target)}"
    found = re.findall("|".join(CORPORA), source)
    if "_".join(found) == source:
        source = "+".join(found)
    return f"{source}{is_pair}{target}"


def _of_language(group, language):
    """Corpora of a group that are in a language, joined as targets."""
    code = find(language)
    corpora = GROUPS.get(group, (group,))
    found = [
        name if group in GROUPS else f"{name}:{code}"
        for name in corpora
        if code in CORPORA[name].languages
    ]
    if not found:
        spoken = map(languages, corpora)
        known = sorted(name_of(c).lower() for c in set().union(*spoken))
        raise ValueError(unknown("language", language, known))
    return "+".join(found)
