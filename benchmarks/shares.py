"""Build the tables of the study with labelled shares of the target.

``tables.py`` writes them into STUDIES.md.
"""

from measured import CORPUS, difference, mark_uncorrected, read, score
from transfer import ALL, SHARES, SYSTEMS


def transfer() -> dict:
    """Build the table of UAR by target, system and labelled share.

    Returns
    -------
    dict
        Columns and rows; a dash without training data.
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
            *("RAVDESS to", "split", "test speakers", "system"),
            *(f"{100 * share:g} %" for share in SHARES),
        ],
        "rows": [
            [*place, *(scores.get(share, "–") for share in SHARES)]
            for place, scores in rows.items()
        ],
    }
    return mark_uncorrected(table, results)


def transfer_gains() -> dict:
    """Build the table of differences of all streams to each other system.

    Returns
    -------
    dict
        Columns and rows; a dash without training data.
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
    """Format all streams minus a system; the comparison has the opposite sign."""
    if cell is None:
        return None
    found = cell["mean"]["difference"]
    mean, low, high = (-found[key] for key in ("difference", "high", "low"))
    return difference({"mean": mean, "low": low, "high": high})


TABLES = (transfer, transfer_gains)
