"""Model selection rules over the epochs of a training.

Only rules over ``source_valid_*`` support a cross-lingual claim. The only rule
that uses target labels is named oracle in options, logs and reports.
"""

import math
from collections.abc import Mapping, Sequence

ORACLE = "oracle_target_uar"
LAST = "last"

# Rules whose name contains one of these words select the lowest value.
_LOWEST = frozenset({"loss", "error", "ece", "rmse"})


def key_and_direction(rule: str) -> tuple:
    """Return the logged key of a rule and the direction of its optimum.

    Arguments
    ---------
    rule : str
        ``"source_valid_uar"``, ``"source_valid_loss"`` or another
        ``"source_valid_*"``, ``"last"``, or ``"oracle_target_uar"``.

    Returns
    -------
    tuple of (str, str)
        Key, and ``"max"`` or ``"min"``, for a checkpointer's ``max_keys`` or
        ``min_keys``. ``"last"`` selects the highest ``"epoch"``.

    Raises
    ------
    ValueError
        If the rule is unknown.

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
        f"{rule!r}; source_valid_uar is recommended"
    )


def pick_epoch(records: Sequence[Mapping], rule: str) -> Mapping:
    """Return the record that a rule selects; the first if tied.

    Epochs whose value is NaN or was not logged are not selected.

    Arguments
    ---------
    records : sequence of mapping
        One per epoch, in the order of training.
    rule : str
        See ``key_and_direction``.

    Returns
    -------
    mapping
        The selected record.

    Raises
    ------
    ValueError
        If the rule is unknown, no record, or no value to compare.

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
            f"expected at least one epoch to select by {rule}, found none; "
            "train for one epoch or more"
        )
    if rule == LAST:
        return records[-1]
    values = [_value(record, key) for record in records]
    finite = [value for value in values if not math.isnan(value)]
    if not finite:
        raise ValueError(
            f"expected numbers under {key!r}, found none in {len(records)} "
            f"epochs with the keys {sorted(set().union(*records))}; choose "
            "another rule, or check the training log for the first NaN"
        )
    best = max(finite) if direction == "max" else min(finite)
    return records[values.index(best)]


def _value(record, key):
    """Return the value of an epoch as a float; NaN if missing (null in JSON)."""
    value = record.get(key)
    return math.nan if value is None else float(value)
