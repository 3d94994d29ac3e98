"""Which measures utterances lack: a whisper has no pitch, a word no pause."""

from speechbrain_clser.evaluation import formatting
from speechbrain_clser.evaluation.document import Heading, Table, Text

N_SHOWN = 10


def undefined(report: dict) -> list:
    """Show what is undefined most often, and in which part.

    Arguments
    ---------
    report : dict
        From ``report.build``.

    Returns
    -------
    list
        Blocks of ``document``; none where everything is always defined.
    """
    parts = report["undefined"]
    if parts is None:
        return []
    shares = {
        column: [
            counts["columns"].get(column, 0) / counts["n_utterances"]
            for counts in parts.values()
        ]
        for column in sorted({c for t in parts.values() for c in t["columns"]})
    }
    shown = sorted(shares, key=lambda column: -max(shares[column]))[:N_SHOWN]
    lacking = [
        f"{counts['n_lacking']} of {counts['n_utterances']} in {part}"
        for part, counts in parts.items()
    ]
    return [
        Heading("Undefined values"),
        Text(
            "Utterances that lack a value of some feature, such as the length "
            f"of a pause: {formatting.enumeration(lacking)}. In its place stands "
            "the mean, of the sources unless features are normalised by group.",
            role="lead",
        ),
        *([_table(shown, shares, parts)] if shown else []),
    ]


def _table(shown, shares, parts):
    """The features that are lacked most, in percent of each part."""
    return Table(
        ["feature", *(f"{part}, %" for part in parts)],
        [
            [column, *(formatting.percent(share) for share in shares[column])]
            for column in shown
        ],
    )
