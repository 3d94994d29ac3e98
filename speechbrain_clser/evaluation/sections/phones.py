"""Section on the phones of each language in the training set."""

from speechbrain_clser.evaluation.document import Heading, Table, Text
from speechbrain_clser.printable import pluralise

N_MOST_FREQUENT = 10
SOURCES = {
    "known": "from the annotation of the corpora",
    "files": "from files of an aligner",
    "align": "from forced alignment of the transcripts",
    "ctc": "from a phone recogniser",
    "units": "pseudo-phones: clusters of frames",
}


def phones(report: dict) -> list:
    """Render the phone statistics of each language.

    Arguments
    ---------
    report : dict
        From ``report.build``.

    Returns
    -------
    list
        Blocks of ``document``; empty for methods without phones.
    """
    found = report["phones"]
    if found is None:
        return []
    shared = found["shared"]
    text = f"{pluralise(len(shared), 'phone')} in all languages"
    return [
        Heading("Phones"),
        Text(f"Phones {SOURCES[found['source']]}.", role="lead"),
        Table(
            [
                *("language", "utterances", "without", "segments"),
                *("mean ms", "confidence", "phones", "most frequent"),
            ],
            [_row(name, of) for name, of in found["languages"].items()],
        ),
        Text(f"{text}: {' '.join(shared)}." if shared else f"{text}."),
    ]


def _row(language, found):
    """Return the statistics of a language and its most frequent phones."""
    return [
        language,
        found["n_utterances"],
        found["n_without"],
        found["n_segments"],
        found["mean_ms"],
        found["mean_confidence"],
        len(found["phones"]),
        " ".join([*found["phones"]][:N_MOST_FREQUENT]),
    ]
