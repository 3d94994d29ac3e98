"""How a model is chosen among its epochs: rules with names, that cannot peek.

Only rules over ``source_valid_*`` support a cross-lingual claim. The one rule
that looks at the target is called an oracle wherever it is asked for, logged
or reported.
"""

import math
from collections.abc import Mapping, Sequence

ORACLE = "oracle_target_uar"
LAST = "last"

# A rule whose name holds one of these words asks for the lowest value.
_LOWEST = frozenset({"loss", "error", "ece"})


def key_and_direction(rule: str) -> tuple:
    """Say which logged key a rule looks at, and which end of it wins.

    Arguments
    ---------
    rule : str
        ``"source_valid_uar"``, ``"source_valid_loss"`` or another
        ``"source_valid_*"``, ``"last"``, or ``"oracle_target_uar"``.

    Returns
    -------
    tuple of (str, str)
        Key, and ``"max"`` or ``"min"``, for a checkpointer's ``max_keys`` or
        ``min_keys``. ``"last"`` is the highest ``"epoch"``.

    Raises
    ------
    ValueError
        If there is no such rule.

    Example
    -------
    >>> key_and_direction("source_valid_loss")
    ('source_valid_loss', 'min')
    >>> key_and_direction("last")
    ('epoch', 'max')
    """
    if rule == LAST:
        return "epoch", "max"
    if rule == ORACLE:
        return rule, "max"
    if rule.startswith("source_valid_"):
        lowest = _LOWEST.intersection(rule.split("_"))
        return rule, "min" if lowest else "max"
    raise ValueError(
        f"expected a selection rule source_valid_*, {LAST} or {ORACLE}, found "
        f"{rule!r}; choose source_valid_uar unless you have a reason"
    )


def pick_epoch(records: Sequence[Mapping], rule: str) -> Mapping:
    """Find the record that a rule chooses; the first of equals.

    An epoch whose value is nan or was not logged cannot be chosen.

    Arguments
    ---------
    records : sequence of mapping
        One per epoch, in the order of training.
    rule : str
        See ``key_and_direction``.

    Returns
    -------
    mapping
        The chosen record itself.

    Raises
    ------
    ValueError
        If there is no such rule, no record, or no value to compare.

    Example
    -------
    >>> log = [
    ...     {"epoch": 1, "source_valid_uar": 0.4},
    ...     {"epoch": 2, "source_valid_uar": float("nan")},
    ...     {"epoch": 3, "source_valid_uar": 0.4},
    ... ]
    >>> pick_epoch(log, "source_valid_uar")["epoch"]
    1
    >>> pick_epoch(log, "last")["epoch"]
    3
    """
    key, direction = key_and_direction(rule)
    if not records:
        raise ValueError(
            f"expected at least one epoch to choose by {rule}, found none; "
            "train for one epoch or more"
        )
    if rule == LAST:
        return records[-1]
    values = [_value(record, key) for record in records]
    known = [value for value in values if not math.isnan(value)]
    if not known:
        raise ValueError(
            f"expected numbers under {key!r}, found none in {len(records)} "
            f"epochs with the keys {sorted(set().union(*records))}; choose "
            "another rule, or look in the training log for where nan began"
        )
    best = max(known) if direction == "max" else min(known)
    return records[values.index(best)]


def _value(record, key):
    """Value of an epoch as a number; nan when it has none (null in JSON)."""
    value = record.get(key)
    return math.nan if value is None else float(value)
