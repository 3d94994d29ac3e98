"""List corpora and protocols as tables."""

import dataclasses

from speechbrain_clser import corpora
from speechbrain_clser.data import protocol as protocols
from speechbrain_clser.data.protocol_files import shipped

OF_LABELS = (
    "shots",
    "target_labelled_fraction",
    "source_shots_per_class",
)  # 0: unused


def corpora_table() -> list:
    """List the shipped corpora and those of installed packages.

    Example
    -------
    >>> next(row for row in corpora_table() if row[0] == "emodb")[1:5]
    ['deu', 535, 10, 'acted']
    """
    head = ["corpus", "languages", "utterances", "speakers", "speech"]
    rows = [[*head, "licence"]]
    for card in (corpora.load(name).card for name in corpora.names()):
        rows.append(
            [
                card.name,
                " ".join(card.languages),
                _or_dash(card.n_utterances),
                _or_dash(card.n_speakers),
                card.elicitation,
                card.licence,
            ]
        )
    return rows


def corpus_facts(name) -> dict:
    """Return the facts about a corpus.

    Example
    -------
    >>> corpus_facts("emodb")["emotions"]
    'anger, boredom, disgust, fear, happiness, neutral, sadness'
    """
    if name not in corpora.names():
        raise KeyError(
            f"expected a corpus among {', '.join(corpora.names())}, got {name!r}"
        )
    corpus = corpora.load(name)
    facts = {
        key: ", ".join(value) if isinstance(value, tuple) else value
        for key, value in dataclasses.asdict(corpus.card).items()
        if key != "is_own"  # False for all that have a reader
    }
    emotions = ", ".join(sorted({*corpus.emotions.values()} - {None}))
    return {**facts, "emotions": emotions}


def protocols_table() -> list:
    """List the protocols that are files of the package.

    Example
    -------
    >>> rows = protocols_table()
    >>> next(row for row in rows if row[0] == "paper_en_to_de")[2:4]
    ['emodb', 4]
    """
    rows = [["protocol", "sources", "targets", "classes", "of the target"]]
    for protocol in map(protocols.load, shipped()):
        rows.append(
            [
                protocol.name,
                " ".join(protocol.sources),
                " ".join(protocol.targets),
                len(protocol.classes),
                _target_supervision(protocol),
            ]
        )
    return rows


def protocol_facts(name) -> dict:
    """Return the facts about a protocol.

    Example
    -------
    >>> protocol_facts("emodb_to_urdu")["classes"]
    'anger, happiness, neutral, sadness'
    """
    protocol = protocols.load(name)
    facts = {
        key: ", ".join(map(str, value)) if isinstance(value, tuple) else value
        for key, value in protocol.values.items()
        if value or key not in OF_LABELS
    }
    if protocol.test_on == "all":
        del facts["held_out_share"], facts["resample_held_out"]
    return {**facts, "digest": protocol.digest}


def _or_dash(number):
    return "-" if number is None else number


def _target_supervision(protocol):
    """Describe the target data that training may use."""
    if protocol.target_labelled_fraction:
        return f"{protocol.target_labelled_fraction:.0%} labelled"
    if protocol.shots:
        return f"{protocol.shots} labelled per class"
    how = " (transductive)" if protocol.transductive else ""
    return f"{protocol.target_supervision}{how}"
