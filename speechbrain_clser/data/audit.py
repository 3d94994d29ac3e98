"""Detect leaks between splits, and labels confounded with speaker or sentence.

Scores are too high if the speaker, session or recording of a test utterance is
also in the training set, or if the emotion can be inferred from the speaker.
Leaks raise an error unless the protocol allows them; other findings are
reported. ``LIMITS`` lists what the audit cannot detect.
"""

import collections
import dataclasses

from speechbrain_clser.data.copies import same_recordings
from speechbrain_clser.data.manifest.rows import spelling_key
from speechbrain_clser.data.protocol import Protocol
from speechbrain_clser.data.splits import Splits
from speechbrain_clser.errors import LeakError
from speechbrain_clser.languages import UNDETERMINED
from speechbrain_clser.printable import pluralise

LEAKS = {  # "recording" leaks are detected in ``data.copies``
    "speaker": lambda row: row.speaker,
    "session": lambda row: row.session and f"{row.corpus}/{row.session}",
}
SHARED = {
    "sentence": lambda row: (
        row.sentence and f"{row.corpus}/{row.language}/{row.sentence}"
    ),
    "corpus": lambda row: row.corpus,
    "language": lambda row: (
        row.language if row.language != UNDETERMINED else None
    ),
}
# Pairs of a split used for training or model selection, and a held-out split.
PAIRS = (
    ("train", "valid"),
    ("train", "test"),
    ("valid", "test"),
    ("valid", "unlabelled"),
    ("target_labelled", "test"),
    ("unlabelled", "test"),
)
N_EXAMPLES = 5
UNSURE = "whether a language is shared by train and test cannot be known"
LIMITS = (
    "The audit cannot detect: a person with different names or in two published "
    "corpora; a recording that was re-recorded, cut by more than 0.3 s, changed "
    "in speed or pitch, clipped or mixed with other sound; segments of one "
    "recording in separate files without a common session."
)


@dataclasses.dataclass(frozen=True)
class Finding:
    """One finding of the audit.

    Arguments
    ---------
    kind : str
        Such as ``"speaker"`` or ``"emotion by speaker"``.
    parts : tuple of str
        Affected splits.
    n : int
        Number of shared values, or of confounded speakers or sentences.
    examples : tuple of str
        Up to five examples.
    severity : str
        ``"leak"`` (an error), ``"allowed"`` (a leak the protocol allows),
        ``"note"`` or ``"confound"``.
    sentence : str
        Description for the report.
    """

    kind: str
    parts: tuple
    n: int
    examples: tuple
    severity: str
    sentence: str


def audit(parts: Splits, protocol: Protocol, own=()) -> list:
    """Detect leaks between splits and confounded labels within them.

    Arguments
    ---------
    parts : Splits
        Splits from ``splits.cut``.
    protocol : Protocol
        Its ``allowed_leaks`` are reported as allowed.
    own : collection of str
        Names of user-provided corpora: equal speaker names in two of them may
        refer to one person.

    Returns
    -------
    list of Finding
        Leaks first; empty if there are no findings.

    Raises
    ------
    BadAudioError
        If a possible copy can no longer be read.
    """
    rows = dict(parts.items())
    everything = {row.id: row for part in rows.values() for row in part}
    ids = {name: {row.id for row in part} for name, part in rows.items()}
    recording = same_recordings(
        list(everything.values()),
        {
            name: " ".join(part for part in rows if name in ids[part])
            for name in everything
        },
    )
    leaks = LEAKS | {"recording": lambda row: recording[row.id]}
    by_pair = {pair: [rows[name] for name in pair] for pair in PAIRS}
    if protocol.transductive:
        # Target data in training is declared in the ledger.
        test = {row.id for row in parts.test}
        for pair, excluded in (
            (("valid", "unlabelled"), test),
            (("unlabelled", "test"), parts.target_ids),
        ):
            at = pair.index("unlabelled")
            by_pair[pair][at] = [
                row for row in parts.unlabelled if row.id not in excluded
            ]
    findings = []
    for kind, value in (leaks | SHARED).items():
        for (first, second), sides in by_pair.items():
            if kind == "language" and (first, second) != ("train", "test"):
                continue  # repeated sentences elsewhere are expected
            shared = _values(sides[0], value) & _values(sides[1], value)
            if shared:
                examples = sorted(shared)[:N_EXAMPLES]
                if kind == "recording":
                    examples = _pairs(examples, sides, value)
                findings.append(
                    _shared(
                        *(kind, (first, second), len(shared), examples),
                        protocol,
                    )
                )
    for (first, second), sides in by_pair.items():
        findings += _same_names((first, second), sides, own)
    findings += _undetermined(*by_pair[("train", "test")])
    findings += _several_emotions(rows, recording)
    for part in ("train", "test"):
        findings += _confounds(part, rows[part])
    order = ("leak", "allowed", "confound", "note")
    return sorted(findings, key=lambda f: order.index(f.severity))


def refuse_leaks(findings: list, protocol: Protocol) -> None:
    """Raise an error if the audit found a leak the protocol does not allow.

    Raises
    ------
    LeakError
        Lists every leak and how to resolve it.
    """
    leaks = [finding for finding in findings if finding.severity == "leak"]
    if leaks:
        kinds = ", ".join(dict.fromkeys(finding.kind for finding in leaks))
        raise LeakError(
            f"protocol {protocol.name!r} leaks: "
            + " ".join(finding.sentence for finding in leaks)
            + f" Change the splits, or set `allowed_leaks: [{kinds}]` in "
            f"the protocol; the report then lists the leak."
        )


def _values(rows, value):
    return {value(row) for row in rows} - {"", None}


def _pairs(names, sides, value):
    """Pairs of names of a recording in both splits."""
    one, other = ({value(row): row.id for row in side} for side in sides)
    return [
        one[name]
        if one[name] == other[name]
        else f"{one[name]} = {other[name]}"
        for name in names
    ]


def _shared(kind, parts, n, examples, protocol):
    severity = "note"
    if kind in (*LEAKS, "recording"):
        severity = "allowed" if kind in protocol.allowed_leaks else "leak"
    return Finding(
        kind,
        parts,
        n,
        tuple(examples),
        severity,
        f"{pluralise(n, kind)} in both {parts[0]} and {parts[1]} "
        f"({_listed(examples, n)}).",
    )


def _same_names(parts, sides, own):
    """Find equal speaker names in different user-provided corpora."""
    by_name = []
    for side in sides:
        names = collections.defaultdict(set)
        for row in side:
            name = spelling_key(row.speaker.removeprefix(f"{row.corpus}_"))
            if row.corpus in own and name != "unknown":
                names[name].add(row.corpus)
        by_name.append(names)
    one, other = by_name
    shared = sorted(
        name
        for name in one
        if len(one[name] | other.get(name, set())) > 1 and name in other
    )
    if shared:
        examples = [
            f"{name} of {' and '.join(sorted(one[name] | other[name]))}"
            for name in shared[:N_EXAMPLES]
        ]
        yield Finding(
            "speaker name",
            parts,
            len(shared),
            tuple(examples),
            "note",
            f"{pluralise(len(shared), 'speaker name')} of different user folders in "
            f"both {parts[0]} and {parts[1]} "
            f"({_listed(examples, len(shared))}). If they are the same people, "
            f"this is a leak: merge both folders into one corpus, so that the "
            f"audit compares their speakers.",
        )


def _undetermined(train, test):
    """Find corpora in which the language of utterances is undetermined."""
    corpora = sorted(
        {row.corpus for row in (*train, *test) if row.language == UNDETERMINED}
    )
    if train and test and corpora:
        yield Finding(
            "undetermined language",
            ("train", "test"),
            len(corpora),
            tuple(corpora[:N_EXAMPLES]),
            "note",
            f"{UNSURE}: utterances of {_listed(corpora[:N_EXAMPLES], len(corpora))} "
            f"have none; fill the column language of their tables.",
        )


def _several_emotions(rows, recording):
    """Find recordings with several labels."""
    labels = collections.defaultdict(dict)
    for part in ("train", "valid", "target_labelled", "test"):
        for row in rows[part]:
            labels[recording[row.id]][row.id] = row.emotion
    unlike = {n: of for n, of in labels.items() if len({*of.values()}) > 1}
    if unlike:
        examples = [
            " = ".join(f"{name} ({emotion})" for name, emotion in of.items())
            for of in list(unlike.values())[:N_EXAMPLES]
        ]
        yield Finding(
            "emotion of a recording",
            tuple(name for name in rows if name != "unlabelled"),
            len(unlike),
            tuple(examples),
            "confound",
            f"{pluralise(len(unlike), 'recording')} with several labels "
            f"({_listed(examples, len(unlike))}): correct the labels, or keep "
            f"one row of each.",
        )


def _listed(examples, n):
    """Format examples, with an ellipsis if there are more."""
    more = ", …" if n > len(examples) else ""
    return f"{', '.join(examples)}{more}"


def _confounds(part, rows):
    """Find corpora in which most speakers or sentences have a single emotion."""
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
                    f"only, so the {kind} predicts the label.",
                )
