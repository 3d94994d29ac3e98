"""The same by language, corpus, gender and speaker."""

from speechbrain_clser.evaluation import formatting, plots
from speechbrain_clser.evaluation.document import Details, Heading, Table
from speechbrain_clser.evaluation.sections.shared import NAMES, picture


def people(report: dict) -> list:
    """Give the score by language, corpus, gender and speaker.

    Arguments
    ---------
    report : dict
        From ``report.build``.

    Returns
    -------
    list
        Blocks of ``document``.
    """
    speakers = _speakers(report)
    counted = ["utterances", "speakers", "classes"]
    return [
        Heading("Languages and speakers"),
        picture(
            report,
            plots.uar_by_language,
            "UAR of each language with 95 % interval; each small dot is a "
            "speaker.",
        ),
        Table(["part", "by", "", "UAR", "95 %", *counted], _groups(report)),
        Details(
            f"All {len(speakers)} speakers",
            [
                Table(
                    ["part", "speaker", "gender", "UAR", *counted[::2]],
                    speakers,
                )
            ],
        ),
    ]


def _groups(report):
    """A row per language, corpus and gender of each part."""
    return [
        [
            NAMES[name],
            column,
            _label(column, group["name"]),
            formatting.percent(group["mean"]),
            formatting.interval(group),
            group["n_utterances"],
            group["n_speakers"],
            group["n_classes"],
        ]
        for name, part in report["parts"].items()
        for column, groups in part["groups"].items()
        for group in groups
    ]


def _label(column, name):
    """A group as a reader calls it."""
    label = name or "unknown"
    return formatting.language(label) if column == "language" else label


def _speakers(report):
    """A row per speaker of each part."""
    return [
        [
            NAMES[name],
            speaker["name"],
            speaker["gender"] or "unknown",
            formatting.percent(speaker["mean"]),
            speaker["n_utterances"],
            speaker["n_classes"],
        ]
        for name, part in report["parts"].items()
        for speaker in part["speakers"]
    ]
