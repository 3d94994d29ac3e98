"""From the name of a protocol to rows that may be trained on."""

import dataclasses
from pathlib import Path

from speechbrain_clser import corpora
from speechbrain_clser.data import manifest
from speechbrain_clser.data.audit import audit, refuse_leaks
from speechbrain_clser.data.ledger import Ledger, ledger
from speechbrain_clser.data.protocol import Protocol
from speechbrain_clser.data.splits import Parts, cut


@dataclasses.dataclass(frozen=True)
class Material:
    """Everything a run knows of its data before it hears any.

    Arguments
    ---------
    protocol : Protocol
        As loaded.
    rows : tuple of Utterance
        Of all parts, each once.
    parts : Parts
        The rows by use.
    ledger : Ledger
        What is used of the target.
    findings : list of Finding
        Of the audit; no leak among them that the protocol does not name.
    cards : list of Card
        Of the corpora.
    """

    protocol: Protocol
    rows: tuple
    parts: Parts
    ledger: Ledger
    findings: list
    cards: list


def prepare(
    protocol: Protocol,
    data_folder,
    manifest_folder,
    normalise_by: str,
    used: set,
    allow_bad_files: bool = False,
) -> Material:
    """Write manifests, cut parts, audit them, and refuse what leaks.

    Arguments
    ---------
    protocol : Protocol
        Names the corpora.
    data_folder : str or dict
        One folder that holds a folder per corpus, or corpus to folder.
    manifest_folder : str or Path
        Manifests are kept here and made anew only when the data changed.
    normalise_by : str
        See ``features.normalisation``; goes into the ledger.
    used : set of str
        Parts that the training reads; goes into the ledger.
    allow_bad_files : bool
        Go on without recordings that cannot be used; they stay listed in the
        manifest's report.

    Returns
    -------
    Material
        Ready for feature extraction.

    Raises
    ------
    FileNotFoundError
        If a corpus is not where it should be.
    ValueError
        If a corpus is damaged, or a part stays empty.
    LeakError
        If parts share a speaker, a session or a recording.
    """
    cards, rows = [], []
    for name in protocol.corpora:
        corpus = corpora.load(name)
        root = corpora.locate(corpus.card, data_folder)
        path = manifest.prepare(
            corpus, root, Path(manifest_folder), allow_bad_files
        )
        cards.append(corpus.card)
        rows += manifest.read(path, root)
    parts = cut(rows, protocol)
    findings = audit(parts, protocol)
    refuse_leaks(findings, protocol)
    taken = {row.id: row for _, part in parts.items() for row in part}
    return Material(
        protocol,
        tuple(taken.values()),
        parts,
        ledger(protocol, parts, normalise_by, used),
        findings,
        cards,
    )
