"""The card of a published model: its README, and what the report knows."""

from huggingface_hub import ModelCardData

from speechbrain_clser.evaluation import formatting
from speechbrain_clser.evaluation import report as reports
from speechbrain_clser.evaluation.document import (
    Heading,
    Items,
    Score,
    Table,
    Text,
    markdown,
)
from speechbrain_clser.evaluation.sections import provenance
from speechbrain_clser.inference.readme import FOLDER, LIMITS, RESULTS, limits
from speechbrain_clser.publish import training_data

INTENDED = (
    "Research on recognising emotion across languages: to compare methods, and "
    "to see what carries over. It is not made for decisions about people, such "
    "as in hiring, teaching, policing, insurance or medicine. In the European "
    "Union, recognising the emotions of people at work or in education is "
    "forbidden but for medical and safety reasons (Regulation 2024/1689, "
    "Article 5)."
)


def card(
    report: dict, readme: str, data: ModelCardData, repo_id: str, training: dict
) -> str:
    """Write the card of a model.

    Arguments
    ---------
    report : dict
        From ``evaluation.report.build``.
    readme : str
        Of the model folder.
    data : ModelCardData
        From ``metadata``.
    repo_id : str
        Hub id ``owner/name``.
    training : dict
        What the model is made of; see ``Choice.origin``.

    Returns
    -------
    str
        A README.md with metadata.
    """
    title, *sections = readme.replace(FOLDER, repo_id).split("\n## ")
    # The card has its own of these two.
    kept = [
        f"\n## {section}"
        for section in sections
        if section.partition("\n")[0] not in (RESULTS, LIMITS)
    ]
    facts = [
        *results(report, training),
        *languages(report),
        *use(report),
        *provenance.data(report),
        *provenance.protocol(report),
        *provenance.audit(report),
        Heading("Training"),
        Items(made_by(report, training)),
    ]
    return "\n".join(
        [
            f"---\n{data.to_yaml()}\n---\n",
            title,
            markdown(answer(report)),
            "".join(kept).lstrip("\n"),
            markdown(facts),
        ]
    )


def answer(report: dict) -> list:
    """Give the score with all that it must not be read without.

    Arguments
    ---------
    report : dict
        From ``evaluation.report.build``.

    Returns
    -------
    list
        Blocks of ``document``.
    """
    part = report["parts"]["target_scored"]
    uar = part["scores"]["uar"]
    over = formatting.trainings(report["n_trials"], report["n_seeds"])
    return [
        Score(
            f"{formatting.percent(uar['mean'])} %",
            f"UAR on {formatting.languages(report['ledger']['targets'])} · 95 % "
            f"interval {formatting.interval(uar)} · chance "
            f"{formatting.percent(part['chance_uar'])} · {over}",
        ),
        Text(report["verdict"]["sentence"]),
        *map(Text, report["notices"]),
    ]


def results(report: dict, training: dict) -> list:
    """Give the scores by part and by class, and against baselines.

    Arguments
    ---------
    report : dict
        From ``evaluation.report.build``.
    training : dict
        ``trial`` and ``seed`` of the training that is in the folder.

    Returns
    -------
    list
        Blocks of ``document``.
    """
    columns, *rows = reports.summary_rows(report)
    part = report["parts"]["target_scored"]
    recalls = [
        [
            one["class"],
            one["n"],
            formatting.percent(one["mean"]),
            formatting.interval(one),
        ]
        for one in part["recalls"]
    ]
    blocks = [
        Heading("Results"),
        Table(columns, rows),
        Text(
            "In percent; UAR, unweighted average recall, is the mean of the "
            "classes' recalls. The interval tells how the score would move "
            "with other speakers of the same corpora. By class, on the target "
            "corpus:"
        ),
        Table(["class", "utterances", "recall", "95 %"], recalls),
    ]
    if len(part["per_seed"]) > 1:
        (own,) = (
            one
            for one in part["per_seed"]
            if all(one[key] == training[key] for key in ("trial", "seed"))
        )
        blocks.append(
            Text(
                f"Scores are over {len(part['per_seed'])} trainings. The one "
                f"that is published (seed {own['seed']}) has by itself a UAR "
                f"of {formatting.percent(own['uar'])} on the target corpus."
            )
        )
    if report["baselines"]:
        columns, *rows = reports.baseline_rows(report)
        blocks += [
            Text("Baselines, told the same, on the target corpus:"),
            Table(columns, rows),
        ]
    return blocks


def languages(report: dict) -> list:
    """Tell which languages it has heard, and what is known of each.

    Arguments
    ---------
    report : dict
        From ``evaluation.report.build``.

    Returns
    -------
    list
        Blocks of ``document``.
    """
    known = training_data.languages(report)
    rows = [
        [
            _named(group["name"]),
            known.get(group["name"], "never"),
            name,
            group["n_utterances"],
            group["n_speakers"],
            formatting.percent(group["mean"]),
            formatting.interval(group),
            formatting.percent(group["chance_uar"]),
        ]
        for name, part in report["parts"].items()
        for group in part["groups"]["language"]
    ]
    header = ["language", "heard in training", "part", "utterances"]
    header += ["speakers", "UAR", "95 %", "chance"]
    return [
        Heading("Languages"),
        Table(header, rows),
        Text(
            "In any other language nothing has been measured. What a "
            "pretrained encoder heard before, if there is one, its own card "
            "tells."
        ),
    ]


def use(report: dict) -> list:
    """Say what the model is for, and where it ends.

    Arguments
    ---------
    report : dict
        From ``evaluation.report.build``.

    Returns
    -------
    list
        Blocks of ``document``.
    """
    return [
        Heading("Intended use"),
        Text(INTENDED),
        Heading(LIMITS),
        Items([("", limit) for limit in limits(report, report["classes"])]),
    ]


def made_by(report: dict, training: dict) -> list:
    """Tell which training it is, and what made it; nothing of the machine.

    Arguments
    ---------
    report : dict
        From ``evaluation.report.build``.
    training : dict
        What the model is made of; see ``Choice.origin``.

    Returns
    -------
    list of (str, str)
        Title and fact.
    """
    which = (
        f"seed {training['seed']}, epoch {training['epoch']} of phase "
        f"{training['phase']}"
    )
    if report["n_trials"] > 1:
        which += f", trial {training['trial']}"
    return [("chosen", which), *provenance.software(report)]


def _named(code):
    """A language by name and code; somebody's own data may tell neither."""
    return f"{formatting.language(code)} ({code})" if code else None
