"""From the name of a protocol to rows that may be trained on."""

import collections
import dataclasses
from pathlib import Path

from speechbrain_clser import corpora
from speechbrain_clser.data import manifest
from speechbrain_clser.data.audit import audit, refuse_leaks
from speechbrain_clser.data.ledger import Ledger, ledger
from speechbrain_clser.data.protocol import Protocol, selects
from speechbrain_clser.data.splits import Splits, cut
from speechbrain_clser.evaluation.formatting import pluralise
from speechbrain_clser.labels import CANONICAL, near


@dataclasses.dataclass(frozen=True)
class PreparedData:
    """Everything a run knows of its data before it hears any.

    Arguments
    ---------
    protocol : Protocol
        As loaded.
    rows : tuple of Utterance
        Of all parts, each once.
    parts : Splits
        The rows by use.
    ledger : Ledger
        What is used of the target.
    findings : list of Finding
        Of the audit; no leak among them that the protocol does not name.
    cards : list of Card
        Of the corpora.
    trial : int
        Which trial of labelled utterances.
    """

    protocol: Protocol
    rows: tuple
    parts: Splits
    ledger: Ledger
    findings: list
    cards: list
    trial: int = 0


def prepare(
    protocol: Protocol,
    data_folder,
    manifest_folder,
    normalise_by: str,
    used: set,
    allow_bad_files: bool = False,
    trial: int = 0,
    metadata: frozenset = frozenset(),
) -> PreparedData:
    """Write manifests, cut parts, audit them, and refuse what leaks.

    Whoever wants many trials of labelled utterances calls ``load_corpora`` once and
    ``make_splits`` for each.

    Arguments
    ---------
    protocol : Protocol
        Names the corpora.
    data_folder, manifest_folder, allow_bad_files : str or dict, str, bool
        As for ``load_corpora``.
    normalise_by, used, trial, metadata : str, set of str, int, set of str
        As for ``make_splits``.

    Returns
    -------
    PreparedData
        Ready for feature extraction.

    Raises
    ------
    FileNotFoundError
        If corpora are not where they should be.
    ValueError
        If a corpus is damaged, or a part stays empty.
    LeakError
        If parts share a speaker, a session or a recording.
    """
    cards, rows = load_corpora(
        protocol, data_folder, manifest_folder, allow_bad_files
    )
    return make_splits(
        protocol, cards, rows, normalise_by, used, trial, metadata
    )


def load_corpora(
    protocol: Protocol,
    data_folder,
    manifest_folder,
    allow_bad_files: bool = False,
) -> tuple:
    """Find the corpora of a protocol and list what is in them.

    Arguments
    ---------
    protocol : Protocol
        Names the corpora.
    data_folder : str or dict
        One folder that holds a folder per corpus, or corpus to folder.
    manifest_folder : str or Path
        Manifests are kept here and made anew only when the data changed.
    allow_bad_files : bool
        Go on without recordings that cannot be used; they stay listed in the
        manifest's report.

    Returns
    -------
    cards : list of Card
        Of the corpora.
    rows : list of Utterance
        Of all of them, whether or not the protocol uses each.

    Raises
    ------
    FileNotFoundError
        If corpora are not where they should be; names all that are not.
    ValueError
        If a corpus is damaged, or a label is neither an emotion nor named by
        the protocol.
    """
    known = [corpora.load(name) for name in protocol.corpora]
    roots = _locate_all(
        [corpus.card for corpus in known], data_folder, protocol
    )
    rows = []
    for corpus, root in zip(known, roots, strict=True):
        path = manifest.prepare(
            corpus, root, Path(manifest_folder), allow_bad_files
        )
        rows += manifest.read(path, root)
    _refuse_unknown_labels(rows, protocol)
    return [corpus.card for corpus in known], rows


def make_splits(
    protocol: Protocol,
    cards: list,
    rows: list,
    normalise_by: str,
    used: set,
    trial: int = 0,
    metadata: frozenset = frozenset(),
    adaptation=None,
) -> PreparedData:
    """Cut parts, audit them, and refuse what leaks.

    Arguments
    ---------
    protocol : Protocol
        Says how.
    cards, rows : list of Card, list of Utterance
        From ``load_corpora``.
    normalise_by : str
        See ``features.normalisation``; goes into the ledger.
    used : set of str
        Parts that the training reads; goes into the ledger.
    trial : int
        Which trial of labelled utterances; see ``splits.cut``.
    metadata : set of str
        What else the method is told; goes into the ledger.
    adaptation : TargetAdaptation, optional
        After the method; goes into the ledger.

    Returns
    -------
    PreparedData
        Ready for feature extraction.

    Raises
    ------
    ValueError
        If a part stays empty.
    LeakError
        If parts share a speaker, a session or a recording.
    """
    parts = cut(rows, protocol, trial)
    own = {card.name for card in cards if card.is_own}
    findings = audit(parts, protocol, own)
    refuse_leaks(findings, protocol)
    taken = {row.id: row for _, part in parts.items() for row in part}
    return PreparedData(
        protocol,
        tuple(taken.values()),
        parts,
        ledger(
            *(protocol, parts, normalise_by, used, findings, metadata),
            adaptation,
        ),
        findings,
        cards,
        trial,
    )


def refuse_same_trials(protocol: Protocol, n_trials: int):
    """Refuse several trials where nothing is drawn: all would be the same.

    Arguments
    ---------
    protocol : Protocol
        Says what is drawn.
    n_trials : int
        Wanted.

    Raises
    ------
    ValueError
        If they would not differ.

    Example
    -------
    >>> refuse_same_trials(
    ...     Protocol("x", ("a",), ("b",), source_shots_per_class=5), 10
    ... )
    >>> refuse_same_trials(Protocol("x", ("a",), ("b",)), 10)
    Traceback (most recent call last):
    ValueError: protocol 'x' draws no labelled utterances, so 10 trials ...
    """
    if n_trials > 1 and not protocol.is_drawn:
        raise ValueError(
            f"protocol {protocol.name!r} draws no labelled utterances, so "
            f"{n_trials} trials of them would all be the same; leave --trials "
            f"out, or choose a protocol with source_shots_per_class, or "
            f"`supervision: shots` or `share`"
        )


def _refuse_unknown_labels(rows, protocol):
    """Stop at labels of own tables of which the protocol says nothing."""
    known = {"", *CANONICAL, *protocol.classes, *protocol.merge_classes}
    known |= protocol.ignored
    selectors = (*protocol.sources, *protocol.targets)
    found = collections.Counter(
        (row.emotion, row.corpus)
        for row in rows
        if row.emotion not in known and selects(selectors, row)
    )
    if found:
        listing = ", ".join(
            f"{label}{near(label)} in {pluralise(n, 'row')} of {corpus}"
            for (label, corpus), n in sorted(found.items())
        )
        labels = ", ".join(sorted({label for label, _ in found}))
        raise ValueError(
            f"protocol {protocol.name!r}: expected emotions "
            f"({', '.join(CANONICAL)}), their synonyms, or labels that the "
            f"protocol names, found {listing}. Correct the table, or name them "
            f"in the protocol: under `classes` to train on them, under `merge` "
            f"to join them to a class, or with `ignore_labels: [{labels}]` to "
            f"leave these rows out"
        )


def _locate_all(cards, data_folder, protocol):
    """Folders of all corpora, or one error that names all that are missing."""
    roots, missing = [], []
    for card in cards:
        try:
            roots.append(corpora.locate(card, data_folder))
        except FileNotFoundError as error:
            missing.append(str(error))
    if missing:
        raise FileNotFoundError(
            f"protocol {protocol.name!r}: {len(missing)} of {len(cards)} "
            f"corpora are not found:\n  " + "\n  ".join(dict.fromkeys(missing))
        )
    return roots
