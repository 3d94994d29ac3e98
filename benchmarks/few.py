"""Build the tables of the study with few labels.

``tables.py`` writes them into STUDIES.md.
"""

from measured import CORPUS, difference, mark_uncorrected, read, score

BASELINES = ("nearest_prototype", "linear", "label_propagation", "fixmatch")


def cells() -> list:
    """Return the results of ``semi_supervised.py``, transductive ones first."""
    found = read("semi_supervised")
    return sorted(found, key=lambda cell: cell["mode"], reverse=True)


def semi_supervised() -> dict:
    """Build the table of UAR of the method and the baselines by task.

    Returns
    -------
    dict
        Columns and rows.
    """
    table = {
        "columns": [
            *("source → target", "mode", "classes", "trials", "sere"),
            *(name.replace("_", " ") for name in BASELINES),
        ],
        "rows": [
            [
                *_place(cell),
                str(len(cell["classes"])),
                str(cell["trials"]),
                score(cell["uar"]),
                *(score(output["uar"]) for output in _baselines(cell)),
            ]
            for cell in cells()
        ],
    }
    return mark_uncorrected(table, cells())


def semi_supervised_gains() -> dict:
    """Build the table of differences to each baseline, paired.

    Returns
    -------
    dict
        Columns and rows.
    """
    table = {
        "columns": [
            *("source → target", "mode"),
            *(f"minus {name.replace('_', ' ')}" for name in BASELINES),
        ],
        "rows": [
            [
                *_place(cell),
                *(
                    difference(output["difference"])
                    for output in _baselines(cell)
                ),
            ]
            for cell in cells()
        ],
    }
    return mark_uncorrected(table, cells())


def semi_supervised_supervision() -> dict:
    """Build the table of the supervision of each mode.

    Returns
    -------
    dict
        Columns and rows: the ledger's sentence of the first task.
    """
    books = {}
    for cell in cells():
        books.setdefault(cell["mode"], cell["ledger"]["sentence"])
    return {
        "columns": ["mode", "supervision (of the first task)"],
        "rows": [[mode, sentence] for mode, sentence in books.items()],
    }


def _place(cell):
    source, target = cell["task"].split("_to_")
    return f"{CORPUS[source]} → {CORPUS[target]}", cell["mode"]


def _baselines(cell):
    """Return the baselines of a cell, in the order of the columns."""
    output = {one["name"]: one for one in cell["baselines"]}
    return [output[name] for name in BASELINES]


TABLES = (semi_supervised, semi_supervised_gains, semi_supervised_supervision)
