"""What the YAML of a protocol may hold: its keys, and the values of each."""

import difflib
import re
import reprlib
from pathlib import Path

import yaml

from speechbrain_clser.data.unique_keys import UniqueKeys
from speechbrain_clser.labels import Scheme, canonical_or_own, refuse_unsafe

CHOICES = {
    "target_supervision": ("none", "unlabelled", "shots"),
    "test_on": ("all", "held_out"),
    "split": ("speaker_disjoint", "random"),
    "unlabelled_pool": ("all", "classes"),
    # What ``evaluation.selection`` can do.
    "select_by": (
        *("last", "source_valid_uar", "source_valid_loss"),
        "oracle_target_uar",
    ),
}
LEAKS = ("speaker", "session", "recording")
LARGEST = 2**31 - 1
# Of PyYAML, where a value contradicts its tag, or is nested too deep.
UNREADABLE = (
    *(ValueError, LookupError, AttributeError, TypeError),
    *(OverflowError, RecursionError),
)


def read(path) -> dict:
    """Read the YAML of a protocol as keys and values.

    Arguments
    ---------
    path : str or Path
        Of the file.

    Returns
    -------
    dict
        With ``sources`` and ``targets``; values are not looked at.

    Raises
    ------
    ValueError
        If it is no YAML, a key stands twice, or one of the two is missing.

    Example
    -------
    >>> path = getfixture("tmp_path") / "mine.yaml"
    >>> _ = path.write_text("sources: [emodb]\\ntargets: [urdu]\\n")
    >>> read(path)
    {'sources': ['emodb'], 'targets': ['urdu']}
    """
    try:
        values = yaml.load(Path(path).read_text(encoding="utf-8"), UniqueKeys)
    except (yaml.YAMLError, *UNREADABLE) as error:
        raise ValueError(
            f"{path}: expected the YAML of a protocol, found {error}"
        ) from error
    if not isinstance(values, dict) or not {"sources", "targets"} <= set(
        values
    ):
        raise ValueError(f"{path}: expected at least `sources` and `targets`")
    return values


def check_keys(keys, known, where):
    """Refuse keys that a protocol does not have.

    Arguments
    ---------
    keys : iterable
        Of the file and of changes.
    known : collection of str
        Keys of a protocol.
    where : str or Path
        For the message.

    Raises
    ------
    ValueError
        With the nearest known key, if one is near.

    Example
    -------
    >>> check_keys(["source", "targets"], ["sources", "targets"], "mine.yaml")
    Traceback (most recent call last):
    ValueError: mine.yaml: unknown source (sources?); a protocol knows sources...
    """
    unknown = sorted(str(key) for key in keys if key not in known)
    if unknown:
        near = difflib.get_close_matches(unknown[0], known, n=1)
        raise ValueError(
            f"{where}: unknown {', '.join(unknown)[:80]}"
            + (f" ({near[0]}?)" if near else "")
            + f"; a protocol knows {', '.join(sorted(known))}"
        )


def check_values(values, where):
    """Refuse values of another type than those of a protocol, or out of range.

    Arguments
    ---------
    values : dict
        All keys of a protocol but its name; lists may be tuples.
    where : str
        For the message.

    Raises
    ------
    ValueError
        With the key, what was expected and what came.

    Example
    -------
    >>> check_values({"shots": "five"}, "protocol 'x'")
    Traceback (most recent call last):
    ValueError: protocol 'x': shots must be a number such as 5, got 'five'
    """
    for key, value in values.items():
        expected, is_right = SCHEMA[key]
        if not is_right(value):
            raise ValueError(
                f"{where}: {key} must {expected}, got {shortened(value)}"
            )


def check(protocol):
    """Refuse a protocol whose values are no values, or contradict each other.

    Arguments
    ---------
    protocol : Protocol
        While it is made.

    Raises
    ------
    ValueError
        With the key, what was expected, what came, and what to do.

    Example
    -------
    >>> from speechbrain_clser.data.protocol import Protocol
    >>> Protocol("pair", (), ("urdu",))
    Traceback (most recent call last):
    ValueError: protocol 'pair': sources is empty; name what shall train
    """
    where = f"protocol {protocol.name!r}"
    values = {**vars(protocol)}
    del values["name"]
    check_values(values, where)
    if not protocol.sources:
        raise ValueError(f"{where}: sources is empty; name what shall train")
    selectors = [*protocol.sources, *protocol.targets]
    refuse_unsafe(selectors, f"{where}: sources and targets")
    _check_supervision(protocol, where)
    _check_predefined_splits(protocol, where)
    _check_classes(protocol, where)


def corpus_of(selector: str) -> str:
    """Name the corpus that a selector names, or names a part of.

    Arguments
    ---------
    selector : str
        As in ``sources``.

    Returns
    -------
    str
        Its first part.

    Example
    -------
    >>> corpus_of("demo:deu"), corpus_of("iemocap/1")
    ('demo', 'iemocap')
    """
    return re.split("[:/]", selector)[0]


def is_text(value) -> bool:
    """Tell whether this is a text that is not empty and can be written."""
    return _is_note(value) and bool(value.strip())


def _is_note(value):
    # Half a surrogate pair has no UTF-8.
    return isinstance(value, str) and not re.search("[\ud800-\udfff]", value)


def _is_list(value):
    return isinstance(value, (list, tuple)) and all(map(is_text, value))


def _is_selectors(value):
    return _is_list(value) and all(
        re.fullmatch("[^:/]+([:/].+)?", selector) for selector in value
    )


def _is_leaks(value):
    return _is_list(value) and set(value) <= set(LEAKS)


def _is_mapping(value):
    return isinstance(value, dict) and all(map(is_text, value))


def _is_merge(value):
    return _is_mapping(value) and all(map(is_text, value.values()))


def _is_whole(value):
    is_int = isinstance(value, int) and not isinstance(value, bool)
    return is_int and 0 <= value <= LARGEST


def _is_share(value):
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_number and 0 <= value < 1


def _is_inner_share(value):
    return _is_share(value) and value > 0


def _is_sizes(value):
    return _is_mapping(value) and all(
        size == "official"
        or (isinstance(size, (list, tuple)) and all(map(_is_whole, size)))
        for size in value.values()
    )


def _one_of(choices):
    return (
        f"be one of {', '.join(choices)}",
        lambda value: isinstance(value, str) and value in choices,
    )


_LIST = ("be a list of names, numbers and yes or no in quotes", _is_list)
_SELECTORS = (
    "be a list of names such as emodb, demo:deu or iemocap/1, numbers and yes "
    "or no in quotes",
    _is_selectors,
)
_WHOLE = ("be a number such as 5", _is_whole)
_INNER_SHARE = ("lie between 0 and 1", _is_inner_share)

# Key to what its value must be, and the test of that.
SCHEMA = {
    **dict.fromkeys(("sources", "targets"), _SELECTORS),
    **dict.fromkeys(("classes", "ignore_labels"), _LIST),
    "allowed_leaks": (f"be a list of {', '.join(LEAKS)}", _is_leaks),
    "merge_classes": ("map emotions to classes", _is_merge),
    "predefined_splits": (
        "map corpora to official or to the three numbers [train, valid, test]",
        _is_sizes,
    ),
    **dict.fromkeys(("shots", "source_shots_per_class", "split_seed"), _WHOLE),
    **dict.fromkeys(("held_out_share", "valid_share"), _INNER_SHARE),
    "target_labelled_fraction": ("lie between 0 and 1", _is_share),
    "transductive": (
        "be True or False",
        lambda value: isinstance(value, bool),
    ),
    "note": ("be text", _is_note),
    **{key: _one_of(choices) for key, choices in CHOICES.items()},
}


def shortened(value) -> str:
    """Write a value in a few words, however large or deep it is.

    Arguments
    ---------
    value : object
        Of a YAML.

    Returns
    -------
    str
        100 characters at most.

    Example
    -------
    >>> shortened([1, 2])
    '[1, 2]'
    """
    try:
        return reprlib.repr(value)[:100]
    except ValueError:  # Python writes no whole number of so many digits
        return "a number that is too large to be written"


def _check_supervision(protocol, where):
    """What training uses of the target is there, and is left to use."""
    n_ways = bool(protocol.shots) + bool(protocol.target_labelled_fraction)
    if n_ways != (protocol.target_supervision == "shots"):
        raise ValueError(
            f"{where}: `target_supervision: shots` and either `shots: 1` or more "
            f"or `target_labelled_fraction: 0.1` or the like go together, got "
            f"{protocol.target_supervision!r}, {protocol.shots} and "
            f"{protocol.target_labelled_fraction}"
        )
    if protocol.transductive and protocol.target_supervision != "unlabelled":
        raise ValueError(
            f"{where}: transductive training uses the scored audio, so "
            f"target_supervision must be unlabelled, not "
            f"{protocol.target_supervision!r}"
        )
    if (
        protocol.target_supervision == "unlabelled"
        and not protocol.transductive
        and protocol.test_on == "all"
        and protocol.unlabelled_pool == "classes"
    ):
        raise ValueError(
            f"{where}: nothing is left for the unlabelled part; set "
            f"`supervision: unlabelled` to hold speakers out, or `transductive` "
            f"to adapt to the scored audio itself"
        )
    if not protocol.targets and (
        protocol.target_supervision != "none"
        or protocol.select_by.startswith("oracle")
    ):
        raise ValueError(
            f"{where}: targets is empty, so nothing of a target can train or "
            f"choose the epoch; expected no supervision and a "
            f"select_by without target, got {protocol.target_supervision!r} and "
            f"{protocol.select_by!r}"
        )


def _check_classes(protocol, where):
    """Classes are two or more, and make a scheme."""
    refuse_unsafe(protocol.classes, f"{where}: classes")
    try:
        scheme = Scheme(protocol.classes, protocol.merge_classes)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from error
    if len(protocol.classes) < 2:
        raise ValueError(
            f"{where}: classes must be two or more, got "
            f"{list(protocol.classes)}; of one class there is nothing to learn"
        )
    _check_ignored(protocol, scheme, where)


def _check_ignored(protocol, scheme, where):
    """Ignored labels are names, and none of them a class."""
    for label in protocol.ignore_labels:
        if scheme.index(canonical_or_own(label)) is not None:
            raise ValueError(
                f"{where}: ignore_labels names {label!r}, which is among the "
                f"classes or merged into one; take it out of either"
            )


def _check_predefined_splits(protocol, where):
    """Predefined splits are numbers of three parts, of corpora that the protocol has."""
    for selector, sizes in protocol.predefined_splits.items():
        if corpus_of(selector) not in protocol.corpora:
            raise ValueError(
                f"{where}: predefined_splits names {selector!r}, which is neither among "
                f"the sources nor among the targets"
            )
        if sizes != "official" and len(sizes) != 3:
            raise ValueError(
                f"{where}: predefined_splits of {selector} must be official or the three "
                f"numbers [train, valid, test], got {shortened(sizes)}"
            )
