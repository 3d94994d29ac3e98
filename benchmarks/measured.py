"""Read benchmark results and format scores."""

import json
from pathlib import Path

from speechbrain_clser.evaluation import formatting

HERE = Path(__file__).parent
# Spelling of the authors.
CORPUS = {
    "emodb": "EMO-DB",
    "emovo": "EMOVO",
    "urdu": "URDU",
    "ravdess": "RAVDESS",
    "demo": "demo corpus",
}


def read(name):
    """Read the results of a benchmark."""
    return json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))


def score(uar) -> str:
    """Format a score with its interval.

    Arguments
    ---------
    uar : dict
        ``mean``, ``low`` and ``high``, 0-1; bounds may be None.

    Returns
    -------
    str
        In percent; a dash in the place of an interval without bounds.

    Example
    -------
    >>> score({"mean": 0.5, "low": 0.41, "high": 0.6})
    '50.0 [41.0, 60.0]'
    """
    return f"{formatting.percent(uar['mean'])} {formatting.interval(uar)}"


def difference(uar) -> str:
    """Format a difference with its interval.

    Arguments
    ---------
    uar : dict
        ``mean``, ``low`` and ``high``, from -1 to 1.

    Returns
    -------
    str
        In percent, with signs.

    Example
    -------
    >>> difference({"mean": 0.5, "low": 0.41, "high": 0.6})
    '+50.0 [+41.0, +60.0]'
    """
    return " ".join(formatting.format_difference(uar))
