"""Section on missing feature values, such as the pitch of whispered speech."""

from speechbrain_clser.evaluation import formatting
from speechbrain_clser.evaluation.document import Heading, Table, Text

N_SHOWN = 10


def missing_values(report: dict) -> list:
    """Render the features with the most missing values, by part.

    Arguments
    ---------
    report : dict
        From ``report.build``.

    Returns
    -------
    list
        Blocks of ``document``; empty for features without missing values.
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
    missing = [
        f"{counts['n_lacking']} of {counts['n_utterances']} in {part}"
        for part, counts in parts.items()
    ]
    return [
        Heading("Missing values"),
        Text(
            "Utterances with missing feature values, such as the length of a "
            f"pause: {formatting.enumeration(missing)}. They are replaced by the "
            "mean of the sources, or of the group if features are normalised by "
            "group.",
            role="lead",
        ),
        *([_table(shown, shares, parts)] if shown else []),
    ]


def _table(shown, shares, parts):
    """Build the table of missing values in percent of each part."""
    return Table(
        ["feature", *(f"{part}, %" for part in parts)],
        [
            [column, *(formatting.percent(share) for share in shares[column])]
            for column in shown
        ],
    )
