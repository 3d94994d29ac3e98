"""Numbers as JSON knows them."""

import math
import re

# A key at the start of a line and a list of whole numbers, nested or not. No
# text has a line break within JSON, so it is none.
_COUNTS = re.compile(r'^( *"\w+": )(\[\s*[\[\d][\d\s,\[\]]*\])', re.MULTILINE)


def compact_counts(text: str) -> str:
    """Put every list of whole numbers of indented JSON on one line.

    Arguments
    ---------
    text : str
        From ``json.dumps`` with an indent.

    Returns
    -------
    str
        The same values.

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
    """Turn nan into None and tuples into lists, however deep they lie.

    Arguments
    ---------
    value : object
        Plain values, lists, tuples and dicts.

    Returns
    -------
    object
        Fit for ``json.dumps(..., allow_nan=False)``.

    Example
    -------
    >>> strict({"uar": 0.5, "interval": (float("nan"), 1)})
    {'uar': 0.5, 'interval': [None, 1]}
    """
    if isinstance(value, dict):
        return {key: to_json_safe(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_json_safe(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
