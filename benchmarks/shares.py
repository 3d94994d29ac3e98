"""The table of what a labelled share of the target is good for.

``tables.py`` writes it into the README.
"""

from measured import read, score
from transfer import SHARES

TARGET = {"emodb": "EMO-DB", "emovo": "EMOVO", "urdu": "URDU"}


def transfer() -> dict:
    """UAR of each system by the labelled share, target by target.

    Returns
    -------
    dict
        Columns and rows; a dash where nothing was to be learned from.
    """
    rows = {}
    for cell in read("transfer"):
        place = (TARGET[cell["target"]], cell["split"], cell["system"])
        rows.setdefault(place, {})[cell["share"]] = score(cell["uar"])
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


TABLES = (transfer,)
