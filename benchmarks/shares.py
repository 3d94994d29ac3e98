"""The table of what a labelled share of the target is good for.

``tables.py`` writes it into the README.
"""

import json
from pathlib import Path

from transfer import SHARES

HERE = Path(__file__).parent
TARGET = {"emodb": "EMO-DB", "emovo": "EMOVO", "urdu": "URDU"}


def transfer() -> dict:
    """UAR of each system by the labelled share, target by target.

    Returns
    -------
    dict
        Columns and rows; a dash where nothing was to be learned from.
    """
    text = (HERE / "transfer.json").read_text(encoding="utf-8")
    rows = {}
    for cell in json.loads(text):
        place = (TARGET[cell["target"]], cell["split"], cell["system"])
        rows.setdefault(place, {})[cell["share"]] = _score(cell["uar"])
    return {
        "columns": [
            *("RAVDESS to", "split", "system"),
            *(f"{100 * share:g} %" for share in SHARES),
        ],
        "rows": [
            [*place, *(scores.get(share, "–") for share in SHARES)]
            for place, scores in rows.items()
        ],
    }


def _score(uar):
    """A score with its interval, in percent."""
    mean, low, high = (100 * uar[key] for key in ("mean", "low", "high"))
    return f"{mean:.1f} [{low:.1f}, {high:.1f}]"


TABLES = (transfer,)
