"""Find what stands on both sides of a split, and labels that something gives away.

A model that has met the speaker, the session or the very recording it is scored
on looks better than it is. So does one that can guess the emotion from who is
speaking. Leaks are refused unless the protocol names them; the rest is told.
"""

import collections
import dataclasses

from speechbrain_clser.data.protocol import Protocol
from speechbrain_clser.data.splits import Parts
from speechbrain_clser.errors import LeakError
from speechbrain_clser.evaluation.wording import count

LEAKS = {
    "speaker": lambda row: row.speaker,
    "session": lambda row: row.session and f"{row.corpus}/{row.session}",
    "recording": lambda row: row.digest,
}
SHARED = {
    "sentence": lambda row: (
        row.sentence and f"{row.corpus}/{row.language}/{row.sentence}"
    ),
    "corpus": lambda row: row.corpus,
    "language": lambda row: row.language,
}
# Parts that train or choose a model, against parts that must be new to it.
PAIRS = (
    ("train", "valid"),
    ("train", "scored"),
    ("valid", "scored"),
    ("valid", "unlabelled"),
    ("shots", "scored"),
    ("unlabelled", "scored"),
)
N_EXAMPLES = 5


@dataclasses.dataclass(frozen=True)
class Finding:
    """One thing the audit found.

    Arguments
    ---------
    kind : str
        Such as ``"speaker"`` or ``"emotion by speaker"``.
    parts : tuple of str
        The parts concerned.
    n : int
        Values shared, or speakers or sentences confounded.
    examples : tuple of str
        Up to five of them.
    severity : str
        ``"leak"`` (refused), ``"allowed"`` (a leak the protocol names),
        ``"note"`` or ``"confound"``.
    sentence : str
        In plain words.
    """

    kind: str
    parts: tuple
    n: int
    examples: tuple
    severity: str
    sentence: str


def audit(parts: Parts, protocol: Protocol) -> list:
    """Look for leaks between parts and for confounded labels within them.

    Arguments
    ---------
    parts : Parts
        As cut by ``splits.cut``.
    protocol : Protocol
        Says which leaks are there by design.

    Returns
    -------
    list of Finding
        Leaks first; empty when there is nothing to tell.
    """
    rows = dict(parts.items())
    by_pair = {pair: [rows[name] for name in pair] for pair in PAIRS}
    if protocol.transductive:
        # The target is there by design, and the ledger says so.
        scored = {row.id for row in parts.scored}
        for pair, excluded in (
            (("valid", "unlabelled"), scored),
            (("unlabelled", "scored"), parts.target_ids),
        ):
            at = pair.index("unlabelled")
            by_pair[pair][at] = [
                row for row in parts.unlabelled if row.id not in excluded
            ]
    findings = []
    for kind, value in (LEAKS | SHARED).items():
        for (first, second), sides in by_pair.items():
            if kind == "language" and (first, second) != ("train", "scored"):
                continue  # elsewhere it says nothing
            shared = _values(sides[0], value) & _values(sides[1], value)
            if shared:
                findings.append(
                    _shared(kind, (first, second), shared, protocol)
                )
    for part in ("train", "scored"):
        findings += _confounds(part, rows[part])
    order = ("leak", "allowed", "confound", "note")
    return sorted(findings, key=lambda f: order.index(f.severity))


def refuse_leaks(findings: list, protocol: Protocol) -> None:
    """Stop when the audit found a leak that the protocol does not name.

    Arguments
    ---------
    findings : list of Finding
        From ``audit``.
    protocol : Protocol
        For its name.

    Raises
    ------
    LeakError
        With every leak and what to do about it.
    """
    leaks = [finding for finding in findings if finding.severity == "leak"]
    if leaks:
        kinds = ", ".join(dict.fromkeys(finding.kind for finding in leaks))
        raise LeakError(
            f"protocol {protocol.name!r} leaks: "
            + " ".join(finding.sentence for finding in leaks)
            + f" Cut the parts apart, or say `allowed_leaks: [{kinds}]` in "
            f"the protocol; the report will then carry the leak."
        )


def _values(rows, value):
    return {value(row) for row in rows} - {"", None}


def _shared(kind, parts, shared, protocol):
    examples = tuple(sorted(shared)[:N_EXAMPLES])
    severity = "note"
    if kind in LEAKS:
        severity = "allowed" if kind in protocol.allowed_leaks else "leak"
    return Finding(
        kind,
        parts,
        len(shared),
        examples,
        severity,
        f"{count(len(shared), kind)} in both {parts[0]} and {parts[1]} "
        f"({', '.join(examples)}"
        f"{', …' if len(shared) > N_EXAMPLES else ''}).",
    )


def _confounds(part, rows):
    """Corpora in which most speakers, or sentences, carry a single emotion."""
    for kind in ("speaker", "sentence"):
        by_corpus = collections.defaultdict(dict)
        for row in rows:
            if name := getattr(row, kind):
                by_corpus[row.corpus].setdefault(name, []).append(row.emotion)
        for corpus, groups in by_corpus.items():
            several = {n: e for n, e in groups.items() if len(e) > 1}
            pure = sorted(n for n, e in several.items() if len(set(e)) == 1)
            n_emotions = len({e for es in groups.values() for e in es})
            if n_emotions > 1 and len(pure) > len(several) / 2:
                yield Finding(
                    f"emotion by {kind}",
                    (part,),
                    len(pure),
                    tuple(pure[:N_EXAMPLES]),
                    "confound",
                    f"{corpus} in {part}: {len(pure)} of {len(several)} "
                    f"{kind}s with two or more utterances have one emotion "
                    f"only, so whoever knows the {kind} knows the label.",
                )
