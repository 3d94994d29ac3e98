"""Leaderboard of a study: results.json, an HTML page, and tables."""

import csv
import io
import json
from collections import defaultdict
from importlib.resources import files
from pathlib import Path
from statistics import fmean

import jinja2

from speechbrain_clser.benchmark.study import pair_of
from speechbrain_clser.evaluation import formatting, tables
from speechbrain_clser.evaluation.json_safe import compact_counts
from speechbrain_clser.io import atomic_write

HERE = "speechbrain_clser.benchmark"
TRANSFER = "Gain over chance, in percent of that of data of the target"
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
    shown, chosen = table(found), selection(found)
    notes = [_reading(found), *_unfinished(found)]
    parts = [f"# {found['title']}", tables.render(shown), *notes]
    if chosen["rows"]:
        parts.append(tables.render(chosen))
    markdown = "\n\n".join(parts)
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


def selection(found) -> dict:
    """Build the table of what a choice of the system on some data would score.

    Arguments
    ---------
    found : dict
        From ``results.collect``.

    Returns
    -------
    dict
        ``columns`` and ``rows`` of ``tables.render``: in each fold the UAR on the
        target, and the system that is best on source validation, or on the target
        itself, which is an upper bound, since it needs labels of the test set.
        Without baselines and oracles; no rows for an encoder with fewer than two
        systems.
    """
    rules = {
        "source validation": lambda one: one["source_valid_uar"],
        "the target (oracle)": lambda one: one["uar"]["mean"],
    }
    rows = []
    for encoder in dict.fromkeys(one["encoder"] for one in found["means"]):
        systems = {
            one["system"]
            for one in found["means"]
            if one["encoder"] == encoder and "oracle" not in one["supervision"]
        }
        of_fold = defaultdict(list)
        for one in found["scores"]:
            if (
                one["encoder"] == encoder
                and one["system"] in systems
                and one.get("source_valid_uar") is not None
            ):
                of_fold[one["fold"]].append(one)
        if min((len(of_fold[fold]) for fold in found["folds"]), default=0) < 2:
            continue
        for rule, value in rules.items():
            best = [max(of_fold[fold], key=value) for fold in found["folds"]]
            scores = [one["uar"]["mean"] for one in best]
            rows.append(
                [
                    *(rule, encoder),
                    *(
                        f"{formatting.percent(score)} ({one['system']})"
                        for score, one in zip(scores, best, strict=True)
                    ),
                    formatting.percent(fmean(scores)),
                ]
            )
    columns = ["chosen on", "encoder", *found["folds"], "mean UAR"]
    return {"columns": columns, "rows": rows}


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
    shown, heat, chosen = table(found), matrices(found), selection(found)
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
        chosen=chosen,
        matrices=heat,
        targets=dict.fromkeys(
            target
            for of in heat.values()
            for scores in of["UAR"].values()
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
        System and encoder to ``"UAR"`` and, if a corpus is a source of itself, to
        ``TRANSFER``, to source to target to value, 0-1; see ``relative_gains``.
        Empty for a study of other folds.
    """
    pairs = {fold: pair_of(name) for fold, name in found["folds"].items()}
    if not all(pairs.values()):
        return {}
    of = defaultdict(lambda: defaultdict(dict))
    for one in found["scores"]:
        source, target = pairs[one["fold"]]
        called = f"{one['system']}, {one['encoder']}"
        of[called][source][target] = one["uar"]["mean"]
    return {
        called: {"UAR": scores} | ({TRANSFER: gains} if gains else {})
        for called, scores in of.items()
        for gains in [relative_gains(scores, chance(found))]
    }


def chance(found) -> float:
    """Return the UAR of guessing, from the number of classes of a study."""
    return 1 / len(found["scores"][0]["counts"]["confusion"][0][0])


def relative_gains(scores, chance) -> dict:
    """Divide the gain of each source over chance by that of data of the target.

    Arguments
    ---------
    scores : dict
        Source to target to UAR, 0-1, with the target itself among its sources:
        trained on other speakers of it.
    chance : float
        UAR of guessing, 0-1.

    Returns
    -------
    dict
        Source to target to ratio: 1 if the source is worth as much as the same
        amount of data of the target, 0 at chance. Without targets that are not
        among the sources or whose own data are at chance.

    Example
    -------
    >>> relative_gains({"a": {"a": 0.75}, "b": {"a": 0.5, "b": 0.75}}, 0.25)
    {'b': {'a': 0.5}}
    """
    own = {
        target: of[target]
        for target, of in scores.items()
        if of.get(target, 0) > chance
    }
    gains = {
        source: {
            target: (score - chance) / (own[target] - chance)
            for target, score in of.items()
            if target in own and target != source
        }
        for source, of in scores.items()
    }
    return {source: of for source, of in gains.items() if of}
