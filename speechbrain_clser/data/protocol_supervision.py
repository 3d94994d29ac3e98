"""The key ``supervision`` of a protocol: what training may use of the target."""

import difflib
from collections.abc import Mapping

from speechbrain_clser.data.protocol_schema import shortened

# Keys that ``supervision`` replaces; they remain attributes of ``Protocol``.
FIELDS = (
    "target_supervision",
    "shots",
    "target_labelled_fraction",
    "test_on",
    "transductive",
)
_UNLABELLED = {"target_supervision": "unlabelled"}
_LABELLED = {"target_supervision": "shots"}
_HELD_OUT = {"test_on": "held_out"}
_TRANSDUCTIVE = {**_UNLABELLED, "transductive": True}
_FEW = {"source_shots_per_class": 5}
_SAME_SPEAKERS = {
    "allowed_leaks": ["speaker"],
    "note": "labelled {} and scored rest of the target have the same speakers",
}


def _with_note(part):
    return {**_SAME_SPEAKERS, "note": _SAME_SPEAKERS["note"].format(part)}


# Setting to the keys that it sets, and to its description.
SETTINGS = {
    "zero_shot": ({}, "nothing; the default"),
    "unlabelled": (
        {**_UNLABELLED, **_HELD_OUT},
        "half of its speakers without labels; test on the other half",
    ),
    "transductive": (_TRANSDUCTIVE, "all of it without labels; test on all"),
    "few_inductive": (
        {**_FEW, **_UNLABELLED, **_HELD_OUT},
        "as unlabelled, with 5 labelled source utterances per class",
    ),
    "few_transductive": (
        {**_FEW, **_TRANSDUCTIVE},
        "as transductive, with 5 labelled source utterances per class",
    ),
    "share": (
        {
            **_LABELLED,
            "target_labelled_fraction": 0.1,
            **_HELD_OUT,
            # So that up to half of the target can be labelled.
            "held_out_share": 0.4,
        },
        "a tenth of it labelled; test on two fifths of its speakers",
    ),
    "share_random": (
        {**_LABELLED, "target_labelled_fraction": 0.1, **_with_note("share")},
        "a tenth of it labelled; test on the rest, by the same speakers",
    ),
    "shots": (
        {**_LABELLED, "shots": 5, **_HELD_OUT},
        "5 labelled utterances per class; test on half of its speakers",
    ),
    "shots_random": (
        {**_LABELLED, "shots": 5, **_with_note("shots")},
        "5 labelled utterances per class; test on the rest, same speakers",
    ),
    "held_out": (
        _HELD_OUT,
        "nothing; test on half of its speakers; of a corpus that is also a "
        "source, the others train",
    ),
    "blank_labels": (
        _UNLABELLED,
        "utterances with a blank label; test on the labelled ones",
    ),
}
# Settings that take a number, to the key of that number and an example.
NUMBERS = {
    **dict.fromkeys(
        ("few_inductive", "few_transductive"), ("source_shots_per_class", 1)
    ),
    "held_out": ("source_shots_per_class", 20),
    **dict.fromkeys(
        ("share", "share_random"), ("target_labelled_fraction", 0.2)
    ),
    **dict.fromkeys(("shots", "shots_random"), ("shots", 10)),
}


def expand(values: Mapping) -> dict:
    """Replace ``supervision`` by the keys that it sets.

    Arguments
    ---------
    values : dict
        Of the YAML of a protocol; without the key nothing changes.

    Returns
    -------
    dict
        Values of the file take the place of those of the setting; leaks and
        notes of both are kept.

    Raises
    ------
    ValueError
        If there is no such setting, if one of ``FIELDS`` is given too, or
        if it cannot be applied to a corpus on both sides.

    Example
    -------
    >>> expand({"sources": ["emodb"], "supervision": {"shots": 10}})
    {'target_supervision': 'shots', 'shots': 10, ... 'sources': ['emodb']}
    """
    values = dict(values)
    if "supervision" not in values:
        return values
    name, number = _read(values.pop("supervision"))
    given = {**SETTINGS[name][0]}
    if number is not None:
        given[NUMBERS[name][0]] = number
    _refuse_beside(name, given, values)
    if _is_on_both_sides(values):
        _divide(name, given)
    for key, join in (("allowed_leaks", _union), ("note", _joined)):
        if key in given and isinstance(values.get(key), type(given[key])):
            given[key] = join(given[key], values.pop(key))
    return {**given, **values}


def setting_of(values: Mapping) -> str:
    """Write ``FIELDS`` as the ``supervision`` that sets them alike.

    Arguments
    ---------
    values : dict
        Of a YAML without ``supervision``.

    Returns
    -------
    str
        As in YAML, with another key that is needed then; empty if no setting
        has these values.

    Example
    -------
    >>> setting_of({"target_supervision": "unlabelled", "test_on": "held_out"})
    '`supervision: unlabelled`'
    """
    is_few = bool(values.get("source_shots_per_class"))
    for name in sorted(SETTINGS, key=lambda name: "few_" not in name):
        given, (key, _) = SETTINGS[name][0], NUMBERS.get(name, ("", None))
        number = values.get(key)
        found = {**given, key: number} if number else given
        if _fields(found) != _fields(values) or ("few_" in name and not is_few):
            continue
        text = f"`supervision: {f'{{{name}: {number}}}' if number else name}`"
        if "held_out_share" in given and "held_out_share" not in values:
            text += " and `held_out_share: 0.5`"
        return text
    return ""


def choices() -> str:
    """List what ``supervision`` may be, for a message."""
    numbers = ", ".join(
        f"{{{name}: {example}}}" for name, (_, example) in NUMBERS.items()
    )
    return f"one of {', '.join(SETTINGS)}, or a number of one: {numbers}"


def _fields(values):
    """Return values of ``FIELDS``; without held-out audio if all is used."""
    found = {
        "target_supervision": values.get("target_supervision", "none"),
        "shots": values.get("shots") or 0,
        "target_labelled_fraction": values.get("target_labelled_fraction") or 0,
        "transductive": values.get("transductive", False),
        "test_on": values.get("test_on", "all"),
    }
    if found["transductive"] is True:
        del found["test_on"]
    return found


def _read(setting):
    """Name of a setting, and its number or None."""
    name, number = setting, None
    if isinstance(setting, dict) and len(setting) == 1:
        ((name, number),) = setting.items()
    is_known = isinstance(name, str) and name in SETTINGS
    if is_known and (name is setting or _is_number_of(name, number)):
        return name, number
    near = difflib.get_close_matches(shortened(name), SETTINGS, n=1)
    raise ValueError(
        f"supervision must be {choices()}; got {shortened(setting)}"
        + (f" ({near[0]}?)" if near and not is_known else "")
    )


def _is_number_of(name, number):
    if name not in NUMBERS or isinstance(number, bool):
        return False
    if NUMBERS[name][0] == "target_labelled_fraction":
        return isinstance(number, (int, float)) and 0 < number < 1
    return isinstance(number, int) and 0 < number < 2**31


def _refuse_beside(name, given, values):
    """Raise ValueError if a key that the setting decides is given too."""
    decided = (*FIELDS, *({"source_shots_per_class"} & given.keys()))
    both = [key for key in decided if key in values]
    if both:
        raise ValueError(
            f"supervision: {name} decides {', '.join(both)}; delete "
            f"{'it' if len(both) == 1 else 'them'}, or choose another "
            f"supervision: {choices()}"
        )


def _is_on_both_sides(values):
    """Return whether a selector that has no predefined splits is on both sides."""
    sources, targets = values.get("sources"), values.get("targets")
    if not (
        isinstance(sources, (list, tuple))
        and isinstance(targets, (list, tuple))
    ):
        return False  # refused later, with its key
    splits = values.get("predefined_splits")
    splits = [*splits] if isinstance(splits, Mapping) else []
    return any(one in sources and one not in splits for one in targets)


def _divide(name, given):
    """Hold out speakers of a corpus on both sides, or raise ValueError."""
    if given.get("transductive"):
        given |= _HELD_OUT
    elif given.get("test_on") != "held_out" or (
        given.get("target_supervision") == "shots"
    ):
        raise ValueError(
            f"supervision: {name} cannot divide a corpus that is on both "
            f"sides; expected held_out, unlabelled or transductive there, or "
            f"sessions or languages of their own on either side"
        )


def _union(first, second):
    return [*first, *(one for one in second if one not in first)]


def _joined(first, second):
    return "; ".join(dict.fromkeys(filter(None, (second, first))))
