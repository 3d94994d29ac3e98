"""Leaderboard of a study: results.json, an HTML page, and tables."""

import csv
import io
import json
from collections import defaultdict
from importlib.resources import files
from pathlib import Path

import jinja2

from speechbrain_clser.benchmark.study import pair_of
from speechbrain_clser.evaluation import formatting, tables
from speechbrain_clser.evaluation.json_safe import compact_counts
from speechbrain_clser.io import atomic_write

HERE = "speechbrain_clser.benchmark"
CSV = ("system", "encoder", "fold", "protocol", "trainings", "speakers")


def write(found, folder) -> Path:
    """Write results.json, leaderboard.html, .md, .tex and .csv.

    Arguments
    ---------
    found : dict
        From ``results.collect``.
    folder : Path
        Of the study.

    Returns
    -------
    Path
        Of leaderboard.html.
    """
    text = json.dumps(found, indent=1, ensure_ascii=False, allow_nan=False)
    atomic_write(folder / "results.json", compact_counts(text) + "\n")
    shown = table(found)
    notes = [_reading(found), *_unfinished(found)]
    markdown = "\n\n".join(
        [f"# {found['title']}", tables.render(shown), *notes]
    )
    atomic_write(folder / "leaderboard.md", markdown + "\n")
    comments = "".join(f"% {note}\n" for note in notes)
    atomic_write(
        folder / "leaderboard.tex", comments + tables.render_latex(shown)
    )
    atomic_write(folder / "leaderboard.csv", _csv(found))
    atomic_write(folder / "leaderboard.html", page(found))
    return folder / "leaderboard.html"


def table(found) -> dict:
    """Build the table of mean scores, best first.

    Arguments
    ---------
    found : dict
        From ``results.collect``.

    Returns
    -------
    dict
        ``columns`` and ``rows`` of ``tables.render``: a column per fold, the mean
        with its interval, and for each system that is compared with the
        difference, its interval and p corrected by Holm.
    """
    by_place = {
        (one["encoder"], one["system"], one["fold"]): one["uar"]["mean"]
        for one in found["scores"]
    }
    against = list(
        dict.fromkeys(
            name for of in found["comparisons"].values() for name in of
        )
    )
    rows = []
    for one in found["means"]:
        place = (one["encoder"], one["system"])
        tested = (
            found["comparisons"][one["encoder"]].get(name, {})
            for name in against
        )
        rows.append(
            [
                one["system"],
                one["encoder"],
                ", ".join(one["supervision"]) or "nothing",
                *(
                    formatting.percent(by_place[(*place, fold)])
                    for fold in found["folds"]
                ),
                formatting.percent(one["uar"]["mean"]),
                formatting.interval(one["uar"]),
                *(
                    text
                    for of in tested
                    for text in _difference(of.get(one["system"], {}))
                ),
            ]
        )
    header = ["system", "encoder", "uses of the target", *found["folds"]]
    header += ["mean UAR", "95 %"]
    for name in against:
        header += [f"minus {name}", "95 %", "p (Holm)"]
    return {"columns": header, "rows": rows}


def _difference(cell):
    """Format a difference of the mean over folds."""
    tested = cell.get("mean", {}).get("difference")
    if not tested:
        return [None] * 3
    difference = tested | {"mean": tested["difference"]}
    return [
        *formatting.format_difference(difference),
        f"{tested['p_holm']:.4f}",
    ]


def _reading(found):
    return (
        "UAR in percent, mean over seeds and trials; intervals over speakers. "
        "Differences are of the mean over folds, paired over speakers, with p of "
        "the permutation test, corrected by Holm within an encoder."
    )


def _unfinished(found):
    return [
        f"Without results: {name}{': ' + why.splitlines()[-1] if why else ''}"
        for name, why in (
            dict.fromkeys(found["missing"], "") | found["failed"]
        ).items()
    ]


def _csv(found):
    text = io.StringIO()
    header = (
        *CSV,
        "utterances",
        "uar",
        "low",
        "high",
        "supervision",
        "seconds",
    )
    writer = csv.DictWriter(
        text, header, lineterminator="\n", extrasaction="ignore"
    )
    writer.writeheader()
    for one in found["scores"]:
        uar = one["uar"]
        bounds = {"uar": uar["mean"], "low": uar["low"], "high": uar["high"]}
        supervision = "; ".join(one["supervision"])
        writer.writerow(one | bounds | {"supervision": supervision})
    return text.getvalue()


def page(found) -> str:
    """Render the leaderboard as one self-contained HTML page.

    Arguments
    ---------
    found : dict
        From ``results.collect``.

    Returns
    -------
    str
        Of a sortable table, the plot of mean ranks, and a heat map if every fold
        has one source corpus and one target corpus.
    """
    environment = jinja2.Environment(autoescape=True, trim_blocks=True)
    environment.lstrip_blocks = True
    template = environment.from_string(
        files(HERE).joinpath("leaderboard.html").read_text(encoding="utf-8")
    )
    shown, heat = table(found), matrices(found)
    style = files("speechbrain_clser.evaluation").joinpath("page.css")
    return template.render(
        found=found,
        columns=shown["columns"],
        rows=shown["rows"],
        is_number=[
            tables.is_numeric([row[k] for row in shown["rows"]])
            for k in range(len(shown["columns"]))
        ],
        notes=[_reading(found), *_unfinished(found)],
        matrices=heat,
        targets=dict.fromkeys(
            target
            for sources in heat.values()
            for scores in sources.values()
            for target in scores
        ),
        ranks=found["ranks"],
        style=style.read_text(encoding="utf-8"),
    )


def matrices(found) -> dict:
    """Arrange the scores of folds with one source and one target corpus.

    Arguments
    ---------
    found : dict
        From ``results.collect``.

    Returns
    -------
    dict
        System and encoder to source to target to UAR, 0-1; empty for a study of
        other folds.
    """
    pairs = {fold: pair_of(name) for fold, name in found["folds"].items()}
    if not all(pairs.values()):
        return {}
    of = defaultdict(lambda: defaultdict(dict))
    for one in found["scores"]:
        source, target = pairs[one["fold"]]
        called = f"{one['system']}, {one['encoder']}"
        of[called][source][target] = one["uar"]["mean"]
    return of
