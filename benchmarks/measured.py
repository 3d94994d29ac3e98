"""What the benchmarks measured, and how a score is written."""

import json
from pathlib import Path

HERE = Path(__file__).parent


def read(name):
    """Results of a benchmark."""
    return json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))


def score(uar) -> str:
    """Write a score with its interval.

    Arguments
    ---------
    uar : dict
        ``mean``, ``low`` and ``high``, 0-1.

    Returns
    -------
    str
        In percent.

    Example
    -------
    >>> score({"mean": 0.5, "low": 0.41, "high": 0.6})
    '50.0 [41.0, 60.0]'
    """
    mean, low, high = (100 * uar[key] for key in ("mean", "low", "high"))
    return f"{mean:.1f} [{low:.1f}, {high:.1f}]"
