"""List corpora, protocols and feature stores as tables."""

import dataclasses
import time

from speechbrain_clser import corpora
from speechbrain_clser.data import protocol as protocols
from speechbrain_clser.data.protocol_files import shipped
from speechbrain_clser.features import cache_admin

MB = 1e6
OF_LABELS = (
    "shots",
    "target_labelled_fraction",
    "source_shots_per_class",
)  # 0: unused


def corpora_table() -> list:
    """List the shipped corpora and those of installed packages.

    Returns
    -------
    list of list
        Rows, the header first.

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

    Arguments
    ---------
    name : str
        As in ``corpora.names``.

    Returns
    -------
    dict
        Title to text.

    Raises
    ------
    KeyError
        If the name is unknown.

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

    Returns
    -------
    list of list
        Rows, the header first.

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

    Arguments
    ---------
    name : str
        As for ``data.protocol.load``.

    Returns
    -------
    dict
        Title to text, the digest last.

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
        del facts["held_out_share"]
    return {**facts, "digest": protocol.digest}


def stores_table(folder) -> list:
    """List the feature stores.

    Arguments
    ---------
    folder : str or Path
        Folder to search recursively.

    Returns
    -------
    list of list
        Rows, the header first, sorted by last use.
    """
    head = ["store", "extractor", "utterances", "MB", "last used", "broken"]
    return [
        head,
        *(
            [
                cache_admin.name(store.path, folder),
                store.about["extractor"],
                store.n_utterances,
                round(store.n_bytes / MB, 1),
                time.strftime("%Y-%m-%d", time.localtime(store.last_used)),
                len(store.broken),
            ]
            for store in cache_admin.summaries(folder)
        ),
    ]


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
