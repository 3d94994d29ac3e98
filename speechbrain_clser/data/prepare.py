"""Load the corpora of a protocol, split them and audit the splits."""

import collections
import dataclasses
from pathlib import Path

from speechbrain_clser import corpora
from speechbrain_clser.data import manifest
from speechbrain_clser.data.audit import audit, refuse_leaks
from speechbrain_clser.data.ledger import Ledger, ledger
from speechbrain_clser.data.protocol import Protocol, selects
from speechbrain_clser.data.splits import Splits, cut
from speechbrain_clser.labels import CANONICAL, near
from speechbrain_clser.printable import pluralise


@dataclasses.dataclass(frozen=True)
class PreparedData:
    """Data of a run before feature extraction.

    Arguments
    ---------
    protocol : Protocol
        Loaded protocol.
    rows : tuple of Utterance
        Rows of all splits, without duplicates.
    parts : Splits
        Rows by split.
    ledger : Ledger
        Supervision ledger.
    findings : list of Finding
        Findings of the audit; leaks among them are allowed by the protocol.
    cards : list of Card
        Corpus cards.
    trial : int
        Index of the trial of labelled utterances.
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
    """Write manifests, split the rows, audit the splits and refuse leaks.

    For several trials of labelled utterances, call ``load_corpora`` once and
    ``make_splits`` for each trial.

    Raises
    ------
    FileNotFoundError
        If corpora are not found.
    ValueError
        If a corpus is damaged, or a split is empty.
    LeakError
        If splits share a speaker, a session or a recording.
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
    skip_prep: bool = False,
) -> tuple:
    """Locate the corpora of a protocol and list their utterances.

    Arguments
    ---------
    protocol : Protocol
        Defines the corpora.
    data_folder : str or dict
        Folder that holds one folder per corpus, or corpus to folder.
    manifest_folder : str or Path
        Folder of manifests; they are rewritten only if the data changed.
    allow_bad_files : bool
        Skip unusable recordings; the report of the manifest lists them.
    skip_prep : bool
        Read the manifests as they are, without looking for changes of the data.

    Returns
    -------
    cards : list of Card
        Corpus cards.
    rows : list of Utterance
        All utterances, including those the protocol does not use.

    Raises
    ------
    FileNotFoundError
        If corpora are not found; lists all of them. If a manifest is missing
        that should be read as it is.
    ValueError
        If a corpus is damaged, or a label is neither an emotion nor listed in
        the protocol.
    """
    known = [corpora.load(name) for name in protocol.corpora]
    roots = _locate_all(
        [corpus.card for corpus in known], data_folder, protocol
    )
    rows = []
    for corpus, root in zip(known, roots, strict=True):
        path = Path(manifest_folder, f"{corpus.card.name}.csv")
        if not skip_prep:
            manifest.prepare(corpus, root, path.parent, allow_bad_files)
        elif not path.is_file():
            raise FileNotFoundError(
                f"{path}: expected the manifest that skip_prep reads, found no "
                f"such file; give --skip_prep False"
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
    """Split the rows, audit the splits and refuse leaks.

    Arguments
    ---------
    protocol : Protocol
        Defines the splits.
    cards, rows : list of Card, list of Utterance
        Output of ``load_corpora``.
    normalise_by : str
        See ``features.normalisation``; recorded in the ledger.
    used : set of str
        Splits used in training; recorded in the ledger.
    trial : int
        Index of the trial of labelled utterances; see ``splits.cut``.
    metadata : set of str
        Metadata the method uses; recorded in the ledger.
    adaptation : TargetAdaptation, optional
        Posterior adaptation; recorded in the ledger.

    Returns
    -------
    PreparedData
        Ready for feature extraction.

    Raises
    ------
    ValueError
        If a split is empty.
    LeakError
        If splits share a speaker, a session or a recording.
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
    """Refuse several trials of a protocol without sampling.

    Raises
    ------
    ValueError
        If all trials would be identical.

    Example
    -------
    >>> refuse_same_trials(
    ...     Protocol.of("x", ("a",), ("b",), source_shots_per_class=5), 10
    ... )
    >>> refuse_same_trials(Protocol("x", ("a",), ("b",)), 10)
    Traceback (most recent call last):
    ValueError: protocol 'x': expected 1 trial, found 10: no labelled ...
    """
    if n_trials > 1 and not protocol.is_drawn:
        raise ValueError(
            f"protocol {protocol.name!r}: expected 1 trial, found {n_trials}: "
            f"no labelled utterances are sampled, so all trials are identical; "
            f"omit --trials, or choose a protocol with source_shots_per_class, "
            f"`supervision: shots` or `share`, or `resample_held_out: True`"
        )


def _refuse_unknown_labels(rows, protocol):
    """Refuse labels of user tables that the protocol does not list."""
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
            f"protocol lists, found {listing}. Correct the table, or list them "
            f"in the protocol: in `classes` to train on them, in "
            f"`merge_classes` to merge them into a class, or in "
            f"`ignore_labels: [{labels}]` to skip these rows"
        )


def _locate_all(cards, data_folder, protocol):
    """Locate the folders of all corpora; one error lists all missing ones."""
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
