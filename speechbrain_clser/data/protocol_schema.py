"""Validate the keys and values of protocol YAML files."""

import difflib
import re
import reprlib
from pathlib import Path

import yaml

from speechbrain_clser.data.unique_keys import UniqueKeys
from speechbrain_clser.deprecation import unstated_own_classes
from speechbrain_clser.labels import (
    CANONICAL,
    Scheme,
    canonical_or_own,
    near,
    refuse_unsafe,
    spelled,
)
from speechbrain_clser.tasks import CLASSES

CHOICES = {
    "target_supervision": ("none", "unlabelled", "shots"),
    "test_on": ("all", "held_out"),
    "split": ("speaker_disjoint", "random"),
    "unlabelled_pool": ("all", "classes"),
    # Rules of ``evaluation.selection``.
    "select_by": (
        *("last", "source_valid_uar", "source_valid_loss"),
        *("source_valid_ccc", "oracle_target_uar"),
    ),
}
LEAKS = ("speaker", "session", "recording", "label")
LARGEST = 2**31 - 1
# Raised by PyYAML if a value contradicts its tag, or is nested too deep.
UNREADABLE = (
    *(ValueError, LookupError, AttributeError, TypeError),
    *(OverflowError, RecursionError),
)


def read(path) -> dict:
    """Read the YAML of a protocol.

    Raises
    ------
    ValueError
        If the file is not valid YAML, a key is duplicated, or one of the two is
        missing.

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
            f"{path}: expected a protocol in YAML, found {error}"
        ) from error
    if not isinstance(values, dict) or not {"sources", "targets"} <= set(
        values
    ):
        raise ValueError(f"{path}: expected at least `sources` and `targets`")
    return values


def check_keys(keys, known, where):
    """Raise an error for unknown protocol keys.

    Raises
    ------
    ValueError
        Suggests the most similar valid key, if any.

    Example
    -------
    >>> check_keys(["source", "targets"], ["sources", "targets"], "mine.yaml")
    Traceback (most recent call last):
    ValueError: mine.yaml: unknown source (sources?); expected keys among sources...
    """
    unknown = sorted(str(key) for key in keys if key not in known)
    if unknown:
        near = difflib.get_close_matches(unknown[0], known, n=1)
        raise ValueError(
            f"{where}: unknown {', '.join(unknown)[:80]}"
            + (f" ({near[0]}?)" if near else "")
            + f"; expected keys among {', '.join(sorted(known))}"
        )


def check_values(values, where):
    """Raise an error for protocol values of a wrong type or out of range.

    Raises
    ------
    ValueError
        Names the key, the expected and the found value.

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
    """Raise an error if protocol values are invalid or contradict each other.

    Raises
    ------
    ValueError
        Names the key, the expected and the found value, and what to do.

    Example
    -------
    >>> from speechbrain_clser.data.protocol import Protocol
    >>> Protocol("pair", (), ("urdu",))
    Traceback (most recent call last):
    ValueError: protocol 'pair': sources is empty; list corpora to train on
    """
    where = f"protocol {protocol.name!r}"
    values = protocol.values
    del values["name"]
    check_values(values, where)
    if not protocol.sources:
        raise ValueError(f"{where}: sources is empty; list corpora to train on")
    if protocol.sources and {*protocol.sources} <= {*protocol.extra_sources}:
        raise ValueError(
            f"{where}: expected a source that is not in extra_sources, for "
            f"validation, found {list(protocol.extra_sources)} alone; name it in "
            "sources only"
        )
    selectors = [*protocol.sources, *protocol.targets]
    refuse_unsafe(selectors, f"{where}: sources and targets")
    _check_supervision(protocol, where)
    _check_predefined_splits(protocol, where)
    _check_classes(protocol, where)
    _check_task(protocol, where)


def corpus_of(selector: str) -> str:
    """Return the corpus name of a selector.

    Example
    -------
    >>> corpus_of("demo:deu"), corpus_of("iemocap/1")
    ('demo', 'iemocap')
    """
    return re.split("[:/]", selector)[0]


def is_text(value) -> bool:
    """Return whether a value is non-empty text that can be encoded."""
    return _is_note(value) and bool(value.strip())


def _is_note(value):
    # A lone surrogate has no UTF-8 encoding.
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


def _is_names(value):
    return _is_mapping(value) and all(map(is_text, value.values()))


def _is_merge(value):
    return _is_mapping(value) and all(
        is_text(name) or _is_names(name) for name in value.values()
    )


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
_BOOL = ("be True or False", lambda value: isinstance(value, bool))
_INNER_SHARE = ("lie between 0 and 1", _is_inner_share)

# Key to requirement for messages, and predicate.
SCHEMA = {
    **dict.fromkeys(("sources", "targets", "extra_sources"), _SELECTORS),
    **dict.fromkeys(("classes", "ignore_labels"), _LIST),
    "allowed_leaks": (f"be a list of {', '.join(LEAKS)}", _is_leaks),
    "merge_classes": (
        "map emotions to classes, or corpora to such mappings",
        _is_merge,
    ),
    "labels": (
        "map labels of tables to emotions or classes, numbers and yes or no in "
        "quotes",
        _is_names,
    ),
    "predefined_splits": (
        "map corpora to official or to the three numbers [train, valid, test]",
        _is_sizes,
    ),
    **dict.fromkeys(("shots", "source_shots_per_class", "split_seed"), _WHOLE),
    **dict.fromkeys(("held_out_share", "valid_share"), _INNER_SHARE),
    "target_labelled_fraction": ("lie between 0 and 1", _is_share),
    **dict.fromkeys(
        ("transductive", "resample_held_out", "own_classes"), _BOOL
    ),
    "note": ("be text", _is_note),
    "task": ("be the name of a task", is_text),
    **{key: _one_of(choices) for key, choices in CHOICES.items()},
}


def shortened(value) -> str:
    """Write a value in a few words, however large or deep it is.

    Example
    -------
    >>> shortened([1, 2])
    '[1, 2]'
    """
    try:
        return reprlib.repr(value)[:100]
    except ValueError:  # Python limits the digits of printed integers
        return "a number that is too large to print"


def _check_supervision(protocol, where):
    """Check that the target supervision is consistent and available."""
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
            f"{where}: transductive training uses the test audio, so "
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
            f"{where}: the unlabelled set is empty; set `supervision: "
            f"unlabelled` to hold speakers out, or `transductive` to adapt to "
            f"the test audio itself"
        )
    if protocol.resample_held_out and protocol.test_on != "held_out":
        raise ValueError(
            f"{where}: resample_held_out needs held-out speakers, got test_on "
            f"{protocol.test_on!r}; set `supervision: held_out`, `unlabelled`, "
            f"`share` or `shots`, or delete resample_held_out"
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
    """Check that there are two or more classes and that they form a scheme."""
    refuse_unsafe(protocol.classes, f"{where}: classes")
    try:
        scheme = Scheme(protocol.classes, protocol.merge_classes)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from error
    if len(protocol.classes) < 2:
        raise ValueError(
            f"{where}: classes must be two or more, got "
            f"{list(protocol.classes)}; add a class"
        )
    if other := [c for c in scheme.by_corpus if c not in protocol.corpora]:
        raise ValueError(
            f"{where}: merge_classes expected corpora among "
            f"{', '.join(protocol.corpora)}, found {', '.join(other)}; correct "
            f"the name"
        )
    _check_own_classes(protocol, where)
    _check_labels(protocol, where)
    _check_ignored(protocol, scheme, where)


def _check_task(protocol, where):
    """Check that the task exists, and that nothing contradicts it."""
    try:
        task = protocol.scheme
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from error
    needs = task.select_by.removeprefix("source_valid_")
    rule = protocol.select_by
    if rule.endswith(("_uar", "_ccc")) and not rule.endswith(needs):
        raise ValueError(
            f"{where}: select_by expected last, source_valid_loss or "
            f"source_valid_{needs} for the task {protocol.task}, got {rule}"
        )
    shots = protocol.shots or protocol.source_shots_per_class
    if shots and not task.classes:
        raise ValueError(
            f"{where}: expected no utterances per class for the task "
            f"{protocol.task}, got {shots} shots; label a share instead, "
            f"`supervision: share`, or give --task {CLASSES}"
        )


def _check_own_classes(protocol, where):
    """Check that classes are emotions, unless the protocol has its own."""
    own = [name for name in protocol.classes if name not in CANONICAL]
    if protocol.own_classes or not own:
        return
    if any(map(near, own)):
        raise ValueError(
            f"{where}: classes expected emotions ({', '.join(CANONICAL)}), found "
            f"{', '.join(name + near(name) for name in own)}; correct the name, "
            f"or add `own_classes: true` if it is a class of your own"
        )
    unstated_own_classes(where, tuple(own))


def _check_labels(protocol, where):
    """Check that labels are mapped to emotions or classes, each label once."""
    known = {*CANONICAL, *protocol.classes}
    for label, name in protocol.labels.items():
        if canonical_or_own(name) not in known:
            raise ValueError(
                f"{where}: labels maps {label!r} to {name!r}{near(spelled(name))}, "
                f"expected a class or one of {', '.join(CANONICAL)}"
            )
    if len(protocol.emotion_of) < len(protocol.labels):
        raise ValueError(
            f"{where}: labels expected every label once, found "
            f"{', '.join(protocol.labels)}, which differ in case or blanks only; "
            f"delete one of them"
        )


def _check_ignored(protocol, scheme, where):
    """Check that ignored labels are names and not classes."""
    for label in protocol.ignore_labels:
        if scheme.index(canonical_or_own(label)) is not None:
            raise ValueError(
                f"{where}: ignore_labels names {label!r}, which is among the "
                f"classes or merged into one; remove it from one of them"
            )


def _check_predefined_splits(protocol, where):
    """Check the sizes and corpora of predefined splits."""
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
