"""Load the corpora of a protocol, split them and audit the splits."""

import collections
import dataclasses
import logging
from pathlib import Path

from speechbrain_clser import corpora
from speechbrain_clser.data import manifest
from speechbrain_clser.data.audit import audit, refuse_leaks
from speechbrain_clser.data.ledger import Ledger, ledger
from speechbrain_clser.data.protocol import Protocol, selects
from speechbrain_clser.data.splits import Splits, cut
from speechbrain_clser.errors import TableError
from speechbrain_clser.labels import CANONICAL, near, spelled
from speechbrain_clser.printable import pluralise
from speechbrain_clser.tasks import SOFT

logger = logging.getLogger(__name__)


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
        If a corpus is damaged; all tables are checked before any recording is
        read.
    """
    known = [corpora.load(name) for name in protocol.corpora]
    roots = _locate_all(
        [corpus.card for corpus in known], data_folder, protocol
    )
    # Reading recordings takes minutes, so all tables are checked before.
    listed = [None] * len(known)
    if not skip_prep:
        listed = _list_all(known, roots, allow_bad_files)
    rows = []
    for corpus, root, of in zip(known, roots, listed, strict=True):
        path = Path(manifest_folder, f"{corpus.card.name}.csv")
        if not skip_prep:
            manifest.prepare(corpus, root, path.parent, allow_bad_files, of)
        elif not path.is_file():
            raise FileNotFoundError(
                f"{path}: expected the manifest that skip_prep reads, found no "
                f"such file; give --skip_prep False"
            )
        rows += manifest.read(path, root)
    cards = [corpus.card for corpus in known]
    own = {card.name for card in cards if card.is_own}
    found = {spelled(row.raw_emotion) for row in rows if row.corpus in own}
    if unused := protocol.emotion_of.keys() - found:
        logger.warning(
            "protocol %r: labels names %s, which no row of an own table has",
            *(protocol.name, ", ".join(sorted(unused))),
        )
    rows = relabelled(rows, protocol, own)
    if protocol.scheme.classes:
        _warn_unknown_labels(rows, protocol)
    return cards, rows


def relabelled(rows: list, protocol: Protocol, own: set) -> list:
    """Apply ``labels`` and ``merge_classes`` of single corpora to rows.

    With the task ``soft``, the emotion is the most voted one; see ``tasks.Soft``.

    Arguments
    ---------
    rows : list of Utterance
        With the emotions of their manifests.
    protocol : Protocol
        Provides both mappings.
    own : set of str
        Corpora of user tables, whose labels are mapped.

    Returns
    -------
    list of Utterance
        In the order of ``rows``.

    Example
    -------
    >>> from speechbrain_clser.data.utterance import Utterance
    >>> row = Utterance("1", "1.wav", "Złość", "ann", "pol", corpus="mine")
    >>> protocol = Protocol.of("x", ["mine"], [], labels={"złość": "anger"})
    >>> relabelled([row], protocol, {"mine"})[0].emotion
    'anger'
    """
    emotion_of, scheme, found = protocol.emotion_of, protocol.scheme, []
    for row in rows:
        emotion = row.emotion
        if row.corpus in own:
            emotion = emotion_of.get(spelled(row.raw_emotion), emotion)
        emotion = scheme.merged(row.corpus, emotion)
        if emotion != row.emotion:
            row = dataclasses.replace(row, emotion=emotion)
        if protocol.task == SOFT:
            names = emotion_of if row.corpus in own else {}
            row = scheme.labelled(row, names)
        found.append(row)
    return found


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


def _warn_unknown_labels(rows, protocol):
    """Warn about labels of user tables that are left out."""
    known = {"", *CANONICAL, *protocol.classes, *protocol.scheme.merge_classes}
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
        logger.warning(
            "protocol %r: labels that are neither emotions nor classes are left "
            "out: %s. To use such rows, list the label in `labels`, "
            "`merge_classes`, or `classes` with `own_classes: true`",
            *(protocol.name, listing),
        )


def _list_all(known, roots, allow_missing):
    """List the rows of all corpora; one error has the problems of all tables."""
    listed, errors = [], []
    for corpus, root in zip(known, roots, strict=True):
        try:
            listed.append(manifest.rows_of(corpus, Path(root).absolute()))
            if not allow_missing:
                manifest.refuse_missing(corpus.card.name, listed[-1][0])
        except (FileNotFoundError, ValueError) as error:
            errors.append(error)
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise TableError(
            f"expected corpora that can be read, found {len(errors)} of "
            f"{len(known)} with problems:\n"
            + "\n".join(str(error) for error in errors)
        )
    return listed


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
