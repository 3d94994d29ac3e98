"""Write the tables of the READMEs from the results beside this file.

> python benchmarks/tables.py

Nothing is measured here: the other scripts do that and write the JSON files that
are read. Scores are UAR in percent; in brackets stands the 95 % interval of a
bootstrap over speakers.
"""

import json
from pathlib import Path

import measures

from speechbrain_clser.evaluation.tables import rewrite

HERE = Path(__file__).parent
FILES = (
    HERE.parent / "README.md",
    HERE.parent / "recipes" / "CrossLingualSER" / "README.md",
    HERE / "results.md",
)
CORPUS = {
    "german": ("German (EMO-DB)", "emodb"),
    "italian": ("Italian (EMOVO)", "emovo"),
    "urdu": ("Urdu (URDU)", "urdu"),
    "english": ("English (RAVDESS)", "ravdess"),
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


def leave_one_language_out() -> dict:
    """Each language left out, beside the support vector machine.

    Returns
    -------
    dict
        Columns and rows.
    """
    cells, floor = read("leave_one_language_out"), read("floor")["uar_percent"]
    rows = []
    for mode in dict.fromkeys(cell["normalise_by"] for cell in cells):
        network = {
            cell["target"]: cell["uar"]
            for cell in cells
            if cell["normalise_by"] == mode
        }
        mean = sum(uar["mean"] for uar in network.values()) / len(network)
        rows.append(
            [
                *("source_only", mode),
                *(score(network[target]) for target in CORPUS),
                f"{100 * mean:.1f}",
            ]
        )
        for name in (mode, f"{mode}_leaning"):
            if name in floor:
                svm = floor[name]
                rows.append(
                    [
                        *("SVM, eGeMAPS", name.replace("_", ", ")),
                        *(f"{svm[key]:.1f}" for _, key in CORPUS.values()),
                        f"{svm['mean']:.1f}",
                    ]
                )
    languages = [title for title, _ in CORPUS.values()]
    return {
        "columns": ["model", "normalised by", *languages, "mean"],
        "rows": rows,
    }


def supervision() -> dict:
    """What each normalisation uses of the target.

    Returns
    -------
    dict
        Columns and rows.
    """
    books = {
        cell["normalise_by"]: cell["ledger"]
        for cell in read("leave_one_language_out")
    }
    keys = (
        *("target_audio", "target_labels", "target_speakers"),
        *("language_id", "transductive"),
    )
    titles = [key.replace("_", " ") for key in keys]

    def word(value):
        return {True: "yes", False: "no"}[value] if value in (0, 1) else value

    return {
        "columns": ["normalised by", *titles],
        "rows": [
            [mode, *(word(book[key]) for key in keys)]
            for mode, book in books.items()
        ],
    }


def demo() -> dict:
    """Each language of the demo corpus left out.

    Returns
    -------
    dict
        Columns and rows.
    """
    return {
        "columns": ["left out", "UAR", "chance", "utterances", "speakers"],
        "rows": [
            [
                result["target"],
                score(result["uar"]),
                f"{100 * result['chance_uar']:.1f}",
                result["n_utterances"],
                result["n_speakers"],
            ]
            for result in read("demo")
        ],
    }


def controls() -> dict:
    """Each system on each language that is left out.

    Returns
    -------
    dict
        Columns and rows.
    """
    first = next(iter(read("controls")["against"].values()))
    languages = {target: title for target, (title, _) in CORPUS.items()}
    columns = languages | {"mean": "mean"}
    return {
        "columns": ["system", *columns.values()],
        "rows": [
            [name, *(score(cells[key]["uar"]) for key in columns)]
            for name, cells in first.items()
        ],
    }


def controls_tests() -> dict:
    """Each system against the baselines, over all languages.

    Returns
    -------
    dict
        Columns and rows: the difference with its interval, and p of the
        paired permutation test after Holm's correction.
    """
    against = read("controls")["against"]
    columns = [(f"minus {name}", "p") for name in against]
    systems = next(iter(against.values()))
    return {
        "columns": ["system", *(title for pair in columns for title in pair)],
        "rows": [
            [
                name,
                *(
                    text
                    for cells in against.values()
                    for text in gain(cells[name]["mean"].get("difference"))
                ),
            ]
            for name in systems
        ],
    }


def gain(found) -> tuple:
    """Write a difference with its interval, and its p.

    Arguments
    ---------
    found : dict, optional
        ``difference``, ``low`` and ``high``, 0-1, and ``p_holm``; None for
        the baseline itself.

    Returns
    -------
    tuple of (str, str)
        The first in percent; None without a difference.

    Example
    -------
    >>> gain({"difference": 0.02, "low": -0.01, "high": 0.05, "p_holm": 0.31})
    ('+2.0 [-1.0, +5.0]', '0.3100')
    """
    if found is None:
        return None, None
    mean, low, high = (
        f"{100 * found[key]:+.1f}" for key in ("difference", "low", "high")
    )
    return f"{mean} [{low}, {high}]", f"{found['p_holm']:.4f}"


TABLES = {
    table.__name__: table
    for table in (
        leave_one_language_out,
        supervision,
        controls,
        controls_tests,
        demo,
        *measures.TABLES,
    )
}


def tables() -> dict:
    """All tables by the name of their marker.

    Returns
    -------
    dict
        Name to columns and rows.
    """
    return {name: table() for name, table in TABLES.items()}


def main():
    """Rewrite every file that holds a table."""
    for path in FILES:
        rewrite(path, tables())


if __name__ == "__main__":
    main()
