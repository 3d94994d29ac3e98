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


# Results without confusion counts are older than the corrected intervals, and
# cannot be corrected without training again.
UNCORRECTED = (
    "Intervals of this table are percentile intervals, uncorrected for the "
    "small number of speakers; they are too narrow (benchmarks/results.md)."
)


def read(name):
    """Read the results of a benchmark."""
    return json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))


def mark_uncorrected(table, results) -> dict:
    """Add a note to a table unless its results have confusion counts.

    Arguments
    ---------
    table : dict
        Columns and rows, with intervals.
    results : list or dict
        Cells, or what has them as ``cells``: the results that the intervals
        of the table are of.

    Returns
    -------
    dict
        The table, with a ``note`` where a cell has no ``counts``.

    Example
    -------
    >>> mark_uncorrected({"rows": []}, [{"counts": {}}])
    {'rows': []}
    >>> sorted(mark_uncorrected({"rows": []}, {"cells": [{"uar": {}}]}))
    ['note', 'rows']
    """
    cells = results["cells"] if isinstance(results, dict) else results
    if all("counts" in cell for cell in cells):
        return table
    return {**table, "note": UNCORRECTED}


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
