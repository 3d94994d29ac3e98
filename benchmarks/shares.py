"""Tables of what a labelled share of the target is good for.

``tables.py`` writes them into STUDIES.md.
"""

from measured import CORPUS, difference, mark_uncorrected, read, score
from transfer import ALL, SHARES, SYSTEMS


def transfer() -> dict:
    """UAR of each system by the labelled share, target by target.

    Returns
    -------
    dict
        Columns and rows; a dash where nothing was to be learned from.
    """
    results, rows = read("transfer"), {}
    for cell in results["cells"]:
        place = (
            CORPUS[cell["target"]],
            cell["split"],
            cell["n_speakers"],
            cell["system"],
        )
        rows.setdefault(place, {})[cell["share"]] = score(cell["uar"])
    table = {
        "columns": [
            *("RAVDESS to", "split", "scored speakers", "system"),
            *(f"{100 * share:g} %" for share in SHARES),
        ],
        "rows": [
            [*place, *(scores.get(share, "–") for share in SHARES)]
            for place, scores in rows.items()
        ],
    }
    return mark_uncorrected(table, results)


def transfer_gains() -> dict:
    """All streams minus each other system, mean over the targets.

    Returns
    -------
    dict
        Columns and rows; a dash where nothing was to be learned from.
    """
    results = read("transfer")
    others = [system for system in SYSTEMS if system != ALL]
    table = {
        "columns": ["split", "share", *(f"minus {name}" for name in others)],
        "rows": [
            [
                *(split, f"{100 * float(share):g} %"),
                *(_gain(cells.get(other)) for other in others),
            ]
            for split, by_share in results["against"].items()
            for share, cells in by_share.items()
        ],
    }
    return mark_uncorrected(table, results)


def _gain(cell):
    """What all streams are ahead of a system; the contest tells the opposite."""
    if cell is None:
        return None
    found = cell["mean"]["difference"]
    mean, low, high = (-found[key] for key in ("difference", "high", "low"))
    return difference({"mean": mean, "low": low, "high": high})


TABLES = (transfer, transfer_gains)
