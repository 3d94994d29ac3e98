"""Conversion of values to strict JSON."""

import math
import re

# A key at the start of a line and a list of integers, nested or not. Strings in
# JSON contain no line break, so they do not match.
_COUNTS = re.compile(r'^( *"\w+": )(\[\s*[\[\d][\d\s,\[\]]*\])', re.MULTILINE)


def compact_counts(text: str) -> str:
    """Put each list of integers in indented JSON on one line.

    Arguments
    ---------
    text : str
        From ``json.dumps`` with an indent.

    Returns
    -------
    str
        JSON of the same values.

    Example
    -------
    >>> import json
    >>> print(compact_counts(json.dumps({"a": [[1, 2], [3, 4]]}, indent=1)))
    {
     "a": [[1,2],[3,4]]
    }
    """
    return _COUNTS.sub(
        lambda match: match[1] + re.sub(r"\s+", "", match[2]), text
    )


def to_json_safe(value):
    """Replace NaN by None and tuples by lists, recursively.

    Arguments
    ---------
    value : object
        Plain values, lists, tuples and dicts.

    Returns
    -------
    object
        Valid for ``json.dumps(..., allow_nan=False)``.

    Example
    -------
    >>> to_json_safe({"uar": 0.5, "interval": (float("nan"), 1)})
    {'uar': 0.5, 'interval': [None, 1]}
    """
    if isinstance(value, dict):
        return {key: to_json_safe(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_json_safe(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
