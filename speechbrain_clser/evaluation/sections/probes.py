"""What the embedding knows besides the emotion, and what needs no listening."""

from speechbrain_clser.evaluation import formatting
from speechbrain_clser.evaluation.document import Heading, Table, Text
from speechbrain_clser.evaluation.sections.shared import NAMES


def knowledge(report: dict) -> list:
    """Show who can be named by an embedding, and emotion without a voice.

    Arguments
    ---------
    report : dict
        From ``report.build``.

    Returns
    -------
    list
        Blocks of ``document``.
    """
    probes, shortcuts = report["probes"], report["shortcuts"]
    named = Table(
        ["to be named", "before training", "after", "chance", "utterances"],
        [_question(question) for question in probes["questions"]],
    )
    guessed = Table(
        [
            "emotion from",
            *(f for name in report["parts"] for f in (NAMES[name], "95 %")),
        ],
        _without_listening(report["parts"], shortcuts["known"]),
    )
    return [
        Heading("What else the embedding knows"),
        Text(
            "A linear probe learns names from one half of the source "
            "validation and gives them to the other half, so it can name "
            "speakers that training has not heard. Balanced accuracy in "
            "percent, mean over seeds; before training is what the input "
            "gives away by itself.",
            role="lead",
        ),
        *([named] if probes["questions"] else []),
        *map(Text, probes["left_out"]),
        Text(
            "What can be had without listening: the UAR of a linear classifier "
            "that sees the duration of an utterance or the name of its corpus, "
            "and nothing else; a corpus that training has not heard tells it "
            "nothing.",
            role="lead",
        ),
        *([guessed] if shortcuts["known"] else []),
        *map(Text, shortcuts["left_out"]),
    ]


def _question(question):
    """A row: who is to be named, and how well it goes."""
    given = f", {question['given']} known" if question["given"] else ""
    return [
        f"{question['asked']}{given} (of {question['n_names']})",
        *(
            None
            if question[moment] is None
            else formatting.format_mean_sd(question[moment])
            for moment in ("before", "after")
        ),
        formatting.percent(question["chance"]),
        question["n_utterances"],
    ]


def _without_listening(parts, known):
    """Rows: the method, what it stands against, and chance."""
    rows = [
        (
            "this method",
            {name: p["scores"]["uar"] for name, p in parts.items()},
        ),
        *((f"{one['seen']} alone", one["parts"]) for one in known),
        (
            "chance",
            {
                name: {"mean": p["chance_uar"], "low": None, "high": None}
                for name, p in parts.items()
            },
        ),
    ]
    return [
        [
            title,
            *(
                text
                for name in parts
                for text in (
                    formatting.percent(found[name]["mean"]),
                    formatting.interval(found[name]),
                )
            ),
        ]
        for title, found in rows
    ]
