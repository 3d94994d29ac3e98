"""Numbers as JSON knows them."""

import math


def strict(value):
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
        return {key: strict(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [strict(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
