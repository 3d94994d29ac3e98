"""First section: data, supervision and main score."""

from speechbrain_clser.evaluation import formatting, plots
from speechbrain_clser.evaluation.document import Heading, Score, Text
from speechbrain_clser.evaluation.plots.style import picture
from speechbrain_clser.printable import pluralise


def title(report: dict) -> str:
    """Return the title of a run: method and languages.

    Arguments
    ---------
    report : dict
        From ``report.build``.

    Returns
    -------
    str
        Such as ``source_only: German → Urdu``.
    """
    sources, targets = (
        formatting.languages(report["ledger"][key])
        for key in ("sources", "targets")
    )
    return f"{report['method']}: {sources} → {targets}"


def overview(report: dict) -> list:
    """Render data, supervision, score, verdict and notices.

    Arguments
    ---------
    report : dict
        From ``report.build``.

    Returns
    -------
    list
        Blocks of ``document``.
    """
    part = report["parts"]["target_scored"]
    uar = part["scores"]["uar"]
    over = formatting.trainings(report["n_trials"], report["n_seeds"])
    verdict = report["verdict"]
    has_interval = uar["low"] is not None
    interval = (
        f"95 % interval {formatting.interval(uar)}"
        if has_interval
        else "no interval"
    )
    return [
        Heading(title(report), level=1),
        Text(_data(report), role="lead"),
        Text(f"Supervision: {report['ledger']['sentence']}.", role="lead"),
        Score(
            f"{formatting.percent(uar['mean'])} %",
            f"UAR on the target corpus · {interval} · "
            f"chance {formatting.percent(part['chance_uar'])} · {over}",
        ),
        picture(report, plots.uar_against_chance),
        Text(verdict["sentence"], role=verdict["kind"]),
        *(Text(notice, role="notice") for notice in report["notices"]),
    ]


def _data(report):
    """Describe training and scored part."""
    parts, settings = report["data"]["parts"], report["settings"]
    train, scored = (
        f"{pluralise(parts[name]['utterances'], 'utterance')} of "
        f"{pluralise(parts[name]['speakers'], 'speaker')}"
        for name in ("train", "scored")
    )
    return (
        f"Trained on {train}, scored on {scored}, as "
        f"{formatting.enumeration(report['classes'])}. Encoder: "
        f"{settings['encoder']}. Input normalised by: "
        f"{settings['normalise_by']}."
    )
