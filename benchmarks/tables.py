"""Write the tables of the READMEs, and their figure, from the results in this folder.

> python benchmarks/tables.py

This script measures nothing; it reads the JSON files of the other scripts. Scores are
UAR in percent, with the 95 % interval over speakers in brackets.
"""

import dataclasses
import functools
from pathlib import Path

import adapted
import gains
import measures
import upstream_recipe
from matplotlib.figure import Figure
from measured import difference, read, score

from speechbrain_clser.benchmark import leaderboard
from speechbrain_clser.commands import overview
from speechbrain_clser.corpora import load
from speechbrain_clser.evaluation import statistics
from speechbrain_clser.evaluation.comparison import compare_counts
from speechbrain_clser.evaluation.plots import style
from speechbrain_clser.evaluation.run_counts import RunCounts
from speechbrain_clser.evaluation.tables import rewrite
from speechbrain_clser.languages import name_of
from speechbrain_clser.printable import pluralise

HERE = Path(__file__).parent
FILES = (
    HERE.parent / "README.md",
    HERE.parent / "recipes" / "CrossLingualSER" / "README.md",
    HERE.parent / "recipes" / "CrossLingualSER" / "STUDIES.md",
    HERE / "results.md",
    HERE.parent / "docs" / "corpora.md",
    HERE.parent / "docs" / "tutorials" / "many_machines.md",
    HERE.parent / "upstream" / "recipes" / "CrossLingualSER" / "README.md",
)
PICTURE = HERE.parent / "docs" / "images" / "languages.svg"
CORPUS = {
    "german": ("German (EMO-DB)", "emodb"),
    "italian": ("Italian (EMOVO)", "emovo"),
    "urdu": ("Urdu (URDU)", "urdu"),
    "english": ("English (RAVDESS)", "ravdess"),
}


def _left_out():
    """Return confusion counts by encoder, normalisation, system and target."""
    found = {}
    for cell in read("leave_one_language_out")["cells"]:
        key = cell["encoder"], cell["normalise_by"]
        of_system = found.setdefault(key, {}).setdefault(cell["system"], {})
        of_system[cell["target"]] = RunCounts.from_json(cell["counts"])
    return found


def leave_one_language_out() -> dict:
    """Build the table of means over the languages left out.

    Returns
    -------
    dict
        Columns and rows.
    """
    found = _left_out()
    encoders = dict.fromkeys(encoder for encoder, _ in found)
    modes = dict.fromkeys(mode for _, mode in found)
    return {
        "columns": ["encoder", "system", *(f"by {mode}" for mode in modes)],
        "rows": [
            [
                *(encoder, system),
                *(
                    score(estimate([*found[encoder, mode][system].values()]))
                    for mode in modes
                ),
            ]
            for encoder in encoders
            for system in found[encoder, next(iter(modes))]
        ],
    }


def corpora() -> dict:
    """Build the table of the supported corpora from their cards.

    Returns
    -------
    dict
        Columns and rows.
    """
    (_, _, *columns), *rows = overview.corpora_table()
    cards = (load(row[0]).card for row in rows)
    return {
        "columns": ["corpus", "title", "language", *columns],
        "rows": [
            [
                *(name, card.title),
                ", ".join(map(name_of, card.languages)),
                *(None if value == "-" else value for value in values),
            ]
            for (name, _, *values), card in zip(rows, cards, strict=True)
        ],
    }


def headline() -> dict:
    """Show the same by corpus, and what the adaptation adds, per encoder, and best.

    Returns
    -------
    dict
        Columns and rows.
    """
    found = _left_out()
    systems = ("linear", "source_only")
    adapted = [f"{system} + em_gaussians" for system in systems]
    columns = [
        name for pair in zip(systems, adapted, strict=True) for name in pair
    ]
    best = {
        one["encoder"]: score(one["uar"])
        for one in read("studies/best")["means"]
        if one["system"] == "best"
    }
    return {
        "columns": ["features", *columns, "best"],
        "rows": [
            [
                encoder,
                *(score(estimate([*of[name].values()])) for name in columns),
                best.get(encoder),
            ]
            for (encoder, mode), of in found.items()
            if mode == "corpus"
        ],
    }


def leave_one_language_out_tests() -> dict:
    """Build the table of differences to the linear classifier.

    Returns
    -------
    dict
        Columns and rows: differences of the means over the languages, with p
        of the paired permutation test, after Holm's correction in each column.
    """
    found = _left_out()
    encoders = dict.fromkeys(encoder for encoder, _ in found)
    modes = dict.fromkeys(mode for _, mode in found)
    tests = {key: compare_counts(of, "linear") for key, of in found.items()}
    return {
        "columns": [
            *("encoder", "system minus linear"),
            *(title for mode in modes for title in (f"by {mode}", "p")),
        ],
        "rows": [
            [
                *(encoder, system),
                *(
                    text
                    for mode in modes
                    for text in gain(
                        tests[encoder, mode][system]["mean"].get("difference")
                    )
                ),
            ]
            for encoder in encoders
            for system in found[encoder, next(iter(modes))]
            if system != "linear"
        ],
    }


def leave_one_language_out_languages() -> dict:
    """Build the table of languages left out, with the eGeMAPS SVM.

    Returns
    -------
    dict
        Columns and rows.
    """
    rows = [
        [
            *(encoder, system, mode),
            *(score(estimate([of[target]])) for target in CORPUS),
            f"{100 * estimate([*of.values()])['mean']:.1f}",
        ]
        for (encoder, mode), systems in _left_out().items()
        for system, of in systems.items()
    ]
    for mode, svm in read("svm_baseline")["uar_percent"].items():
        scores = [f"{svm[key]:.1f}" for _, key in CORPUS.values()]
        mode = mode.replace("_leaning", ", shrunk towards the corpus")
        rows.append(["eGeMAPS", "svm", mode, *scores, f"{svm['mean']:.1f}"])
    languages = [title for title, _ in CORPUS.values()]
    return {
        "columns": ["encoder", "system", "normalised by", *languages, "mean"],
        "rows": rows,
    }


def estimate(folds) -> dict:
    """Estimate a mean over folds from their confusion counts.

    Arguments
    ---------
    folds : list of RunCounts
        One or more.

    Returns
    -------
    dict
        ``mean``, ``low`` and ``high``, 0-1.
    """
    return statistics.estimate(folds).to_json()


def supervision() -> dict:
    """Build the table of target data used by normalisation and adaptation.

    Returns
    -------
    dict
        Columns and rows.
    """
    keys = (
        *("target_audio", "target_labels", "target_speakers"),
        *("language_id", "transductive"),
    )
    titles = [key.replace("_", " ") for key in keys]

    def word(value):
        return {True: "yes", False: "no"}[value] if value in (0, 1) else value

    return {
        "columns": ["normalised by", "adaptation", *titles],
        "rows": [
            [
                *(ledger["normalise_by"], ledger["adaptation"] or "none"),
                *(word(ledger[key]) for key in keys),
            ]
            for ledger in read("leave_one_language_out")["ledgers"]
        ],
    }


def demo() -> dict:
    """Build the table of methods on the demo corpus.

    Returns
    -------
    dict
        Columns and rows.
    """
    results = read("demo")
    counts = {r["method"]: RunCounts.from_json(r["counts"]) for r in results}
    return {
        "columns": [
            *("method", "supervision", "test utterances", "speakers", "UAR"),
            *("linear", "minus linear", "source_only", "minus source_only"),
        ],
        "rows": [
            [
                result["method"],
                _supervision_of(result["ledger"]),
                *(result["n_utterances"], result["n_speakers"]),
                score(result["uar"]),
                f"{100 * result['linear']['uar']['mean']:.1f}",
                difference(result["linear"]["difference"]),
                *_beside(counts[result["method"]], counts["source_only"]),
            ]
            for result in results
        ],
    }


def _beside(counts, others):
    """Score another method on the speakers of one, and the difference."""
    places = [others.speakers.index(name) for name in counts.speakers]
    same = dataclasses.replace(
        others,
        speakers=counts.speakers,
        confusion=others.confusion[:, places],
    )
    if (same.confusion.sum(-1) != counts.confusion.sum(-1)).any():
        raise ValueError("demo.json: expected the same test utterances")
    found = statistics.estimate([counts], [same])
    low, high = found.interval()
    return (
        f"{100 * statistics.estimate([same]).value:.1f}",
        difference({"mean": found.value, "low": low, "high": high}),
    )


def _supervision_of(ledger):
    """Summarise the ledger in one line, with the number of source languages."""
    _, *facts = ledger["sentence"].split("; ")
    languages = pluralise(len(ledger["sources"]), "language")
    return "; ".join([f"from {languages}", *facts])


def gain(found) -> tuple:
    """Format a difference with its interval and its p value.

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


def study(name) -> dict:
    """Build the leaderboard of a study of ``clser benchmark``.

    Arguments
    ---------
    name : str
        Of its results in ``studies``: a copy of results.json.

    Returns
    -------
    dict
        Columns and rows, without those of an adapted system ``without adaptation``
        that equal another row.
    """
    found = read(f"studies/{name}")
    shown, seen, rows = leaderboard.table(found), set(), []
    for row in shown["rows"]:
        scores = tuple(row[3 : 3 + len(found["folds"])])
        if scores not in seen or not row[0].endswith("without adaptation"):
            rows.append(row)
        seen.add(scores)
    return {**shown, "rows": rows}


TABLES = {
    f"study_{path.stem}": functools.partial(study, path.stem)
    for path in sorted((HERE / "studies").glob("*.json"))
} | {
    table.__name__: table
    for table in (
        corpora,
        headline,
        leave_one_language_out,
        leave_one_language_out_tests,
        leave_one_language_out_languages,
        supervision,
        demo,
        upstream_recipe.upstream,
        *adapted.TABLES,
        *gains.TABLES,
        *measures.TABLES,
    )
}


@style.styled
def draw_languages():
    """Plot the UAR of each language left out, with its interval over speakers."""
    found, systems = _left_out(), ("linear", "linear + em_gaussians")
    chosen = [
        (encoder, system, found[encoder, "corpus"][system])
        for encoder in ("acoustic", "Whisper base")
        for system in systems
    ]
    figure = Figure(figsize=(style.WIDTH, 3.4), layout="constrained")
    axes = figure.subplots()
    for number, (encoder, system, of) in enumerate(chosen):
        scores = [estimate([of[name]]) for name in CORPUS]
        low, mean, high = (
            [100 * one[key] for one in scores]
            for key in ("low", "mean", "high")
        )
        rows = [row + 0.18 * (number - 1.5) for row in range(len(CORPUS))]
        colour, is_open = style.GROUPS[number // 2], system == systems[0]
        axes.hlines(rows, low, high, colour, linewidth=2, alpha=0.5)
        filled = {"markerfacecolor": "white"} if is_open else {}
        label = f"{encoder}, {system}"
        axes.plot(mean, rows, "o", color=colour, label=label, **filled)
    axes.axvline(25, color=style.CHANCE, linewidth=1, linestyle="--")
    axes.text(25.5, -0.25, "chance", color=style.CHANCE, va="center")
    titles = [title for title, _ in CORPUS.values()]
    axes.set_yticks(range(len(CORPUS)), titles)
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    axes.set(
        xlim=(20, 100),
        xlabel="UAR in percent on the language left out of training",
    )
    figure.legend(loc="outside lower center", ncols=2)
    figure.savefig(PICTURE, facecolor="white", metadata={"Date": None})


def tables() -> dict:
    """Build all tables, by the name of their marker.

    Returns
    -------
    dict
        Name to columns and rows.
    """
    return {name: table() for name, table in TABLES.items()}


def main():
    """Rewrite all files with tables, and the figure."""
    for path in FILES:
        rewrite(path, tables())
    draw_languages()


if __name__ == "__main__":
    main()
