"""What the benchmarks measured, and how a score is written."""

import json
from pathlib import Path

from speechbrain_clser.evaluation import wording

HERE = Path(__file__).parent
# As their authors write them.
CORPUS = {
    "emodb": "EMO-DB",
    "emovo": "EMOVO",
    "urdu": "URDU",
    "ravdess": "RAVDESS",
    "demo": "demo corpus",
}


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


def difference(uar) -> str:
    """Write by how much a score is ahead, with its interval.

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
    return " ".join(wording.gain(uar))
