"""Which phones training heard of each language, and which they share."""

from speechbrain_clser.evaluation import formatting
from speechbrain_clser.evaluation.document import Heading, Table, Text

N_COMMONEST = 10
SOURCES = {
    "known": "as the corpora give them",
    "align": "of the known sentences, found by alignment",
    "ctc": "as a recogniser heard them",
    "units": "pseudo-phones: clusters of frames",
}


def phones(report: dict) -> list:
    """Show the coverage of each language.

    Arguments
    ---------
    report : dict
        From ``report.build``.

    Returns
    -------
    list
        Blocks of ``document``; none where no phones were asked for.
    """
    found = report["phones"]
    if found is None:
        return []
    shared = found["shared"]
    said = f"{formatting.pluralise(len(shared), 'phone')} in all languages"
    return [
        Heading("Phones"),
        Text(f"Phones {SOURCES[found['source']]}.", role="lead"),
        Table(
            [
                *("language", "utterances", "without", "segments"),
                *("mean ms", "confidence", "phones", "commonest"),
            ],
            [_row(name, of) for name, of in found["languages"].items()],
        ),
        Text(f"{said}: {' '.join(shared)}." if shared else f"{said}."),
    ]


def _row(language, found):
    """Numbers of a language, and its commonest phones."""
    return [
        language,
        found["n_utterances"],
        found["n_without"],
        found["n_segments"],
        found["mean_ms"],
        found["mean_confidence"],
        len(found["phones"]),
        " ".join([*found["phones"]][:N_COMMONEST]),
    ]
