"""Section on the scores by language, corpus, gender and speaker."""

from speechbrain_clser.evaluation import formatting, plots
from speechbrain_clser.evaluation.document import Details, Heading, Table
from speechbrain_clser.evaluation.formatting import PART_NAMES
from speechbrain_clser.evaluation.plots.style import picture


def by_group(report: dict) -> list:
    """Render the UAR by language, corpus, gender and speaker.

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
    counts = ["utterances", "speakers", "classes"]
    return [
        Heading("By group"),
        picture(
            report,
            plots.uar_by_language,
            "UAR of each language with 95 % interval; small dots are speakers.",
        ),
        Table(["part", "by", "", "UAR", "95 %", *counts], _groups(report)),
        Details(
            f"All {len(speakers)} speakers",
            [
                Table(
                    ["part", "speaker", "gender", "UAR", *counts[::2]],
                    speakers,
                )
            ],
        ),
    ]


def _groups(report):
    """Return a row per language, corpus and gender of each part."""
    return [
        [
            PART_NAMES[name],
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
    """Return the display name of a group."""
    label = name or "unknown"
    return formatting.language(label) if column == "language" else label


def _speakers(report):
    """Return a row per speaker of each part."""
    return [
        [
            PART_NAMES[name],
            speaker["name"],
            speaker["gender"] or "unknown",
            formatting.percent(speaker["mean"]),
            speaker["n_utterances"],
            speaker["n_classes"],
        ]
        for name, part in report["parts"].items()
        for speaker in part["speakers"]
    ]
