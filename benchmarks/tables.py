"""Write the tables of the READMEs from the results beside this file.

> python benchmarks/tables.py

Nothing is measured here: the other scripts do that and write the JSON files that
are read. Scores are UAR in percent; in brackets stands the 95 % interval over
speakers. A table of results without confusion counts says that its intervals are
uncorrected.
"""

from pathlib import Path
from statistics import fmean

import few
import measures
import shares
import transfer
from measured import difference, mark_uncorrected, read, score

from speechbrain_clser.evaluation import wording
from speechbrain_clser.evaluation.tables import rewrite

HERE = Path(__file__).parent
FILES = (
    HERE.parent / "README.md",
    HERE.parent / "recipes" / "CrossLingualSER" / "README.md",
    HERE.parent / "recipes" / "CrossLingualSER" / "STUDIES.md",
    HERE / "results.md",
)
CORPUS = {
    "german": ("German (EMO-DB)", "emodb"),
    "italian": ("Italian (EMOVO)", "emovo"),
    "urdu": ("Urdu (URDU)", "urdu"),
    "english": ("English (RAVDESS)", "ravdess"),
}


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
    table = {
        "columns": ["model", "normalised by", *languages, "mean"],
        "rows": rows,
    }
    return mark_uncorrected(table, cells)


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
    """Each method on the demo corpus.

    Returns
    -------
    dict
        Columns and rows.
    """
    results = read("demo")
    table = {
        "columns": [
            *("method", "told of sources and target", "UAR", "chance"),
            *("utterances", "speakers"),
        ],
        "rows": [
            [
                result["method"],
                _told(result["ledger"]),
                score(result["uar"]),
                f"{100 * result['chance_uar']:.1f}",
                result["n_utterances"],
                result["n_speakers"],
            ]
            for result in results
        ],
    }
    return mark_uncorrected(table, results)


def _told(ledger):
    """The ledger in one line, of whose languages the number is enough."""
    _, *facts = ledger["sentence"].split("; ")
    languages = wording.count(len(ledger["sources"]), "language")
    return "; ".join([f"from {languages}", *facts])


def contest(name, folds) -> dict:
    """Each system of a contest on each of its folds.

    Arguments
    ---------
    name : str
        Of the benchmark.
    folds : dict
        Fold to its title.

    Returns
    -------
    dict
        Columns and rows.
    """
    results = read(name)
    systems = next(iter(results["against"].values()), {})
    columns = folds | {"mean": "mean"}
    table = {
        "columns": ["system", *columns.values()],
        "rows": [
            [system, *(score(cells[key]["uar"]) for key in columns)]
            for system, cells in systems.items()
        ],
    }
    return mark_uncorrected(table, results)


def contest_tests(name) -> dict:
    """Each system of a contest against the baselines, over all folds.

    Arguments
    ---------
    name : str
        Of the benchmark.

    Returns
    -------
    dict
        Columns and rows: the difference with its interval, and p of the
        paired permutation test after Holm's correction.
    """
    results = read(name)
    against = results["against"]
    columns = [(f"minus {baseline}", "p") for baseline in against]
    systems = next(iter(against.values()), {})
    table = {
        "columns": ["system", *(title for pair in columns for title in pair)],
        "rows": [
            [
                system,
                *(
                    text
                    for cells in against.values()
                    for text in gain(cells[system]["mean"].get("difference"))
                ),
            ]
            for system in systems
        ],
    }
    return mark_uncorrected(table, results)


def controls() -> dict:
    """What the parts of supcon_spkadv are good for."""
    return contest(
        "controls", {target: title for target, (title, _) in CORPUS.items()}
    )


def controls_tests() -> dict:
    """The same against the baselines."""
    return contest_tests("controls")


def controls_probes() -> dict:
    """How well a linear probe names the speaker, told the language.

    Returns
    -------
    dict
        Columns and rows, means over the languages that are left out.
    """
    asked = {}
    for cell in read("controls")["cells"]:
        for question in cell["probes"]:
            if question["given"] == "language":
                asked.setdefault(cell["system"], []).append(question)

    def mean(questions, value):
        return f"{100 * fmean(map(value, questions)):.1f}"

    return {
        "columns": ["system", "chance", "before training", "after"],
        "rows": [
            [
                system,
                mean(questions, lambda q: q["chance"]),
                mean(questions, lambda q: q["before"]["mean"]),
                mean(questions, lambda q: q["after"]["mean"]),
            ]
            for system, questions in asked.items()
        ],
    }


def anchoring() -> dict:
    """What the parts of dual_anchor are good for."""
    return contest(
        "anchoring",
        {
            "emodb_to_emovo": "EMO-DB → EMOVO",
            "emovo_to_emodb": "EMOVO → EMO-DB",
            "ravdess_to_emodb": "RAVDESS → EMO-DB",
            "emodb_ravdess_to_emovo": "EMO-DB, RAVDESS → EMOVO",
        },
    )


def anchoring_tests() -> dict:
    """The same against the baselines."""
    return contest_tests("anchoring")


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
    ahead = {**found, "mean": found["difference"]}
    return difference(ahead), f"{found['p_holm']:.4f}"


TABLES = {
    table.__name__: table
    for table in (
        leave_one_language_out,
        supervision,
        controls,
        controls_tests,
        controls_probes,
        anchoring,
        anchoring_tests,
        demo,
        *few.TABLES,
        *measures.TABLES,
        *shares.TABLES,
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
    """Rewrite every file that holds a table, and draw what shows one."""
    for path in FILES:
        rewrite(path, tables())
    transfer.draw(read("transfer")["cells"])


if __name__ == "__main__":
    main()
