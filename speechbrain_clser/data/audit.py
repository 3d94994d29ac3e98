"""Detect leaks between splits, contradictory labels, and confounded labels.

Scores are too high if the speaker, session or recording of a test utterance is
also in the training set, or if the emotion can be inferred from the speaker.
Leaks, and copies of a recording whose labels differ, raise an error unless the protocol
allows them; other findings are reported. ``LIMITS`` lists what the audit cannot detect.
"""

import collections
import dataclasses

from speechbrain_clser.data.copies import same_recordings
from speechbrain_clser.data.manifest.rows import spelling_key
from speechbrain_clser.data.protocol import Protocol
from speechbrain_clser.data.splits import PARTS, Splits
from speechbrain_clser.errors import LeakError
from speechbrain_clser.languages import UNDETERMINED
from speechbrain_clser.printable import pluralise

LEAKS = {  # "recording" and "label" leaks are found by ``data.copies``
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
LABELLED = ("train", "valid", "target_labelled", "test")
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
        Number of shared values, or of affected speakers, sentences, recordings
        or classes.
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
    findings += _several_labels(rows, recording, protocol)
    findings += _listed_again(rows, recording, protocol.scheme)
    findings += _several_genders(everything.values())
    findings += _untested_classes(parts.test, protocol)
    # With dimensions, no label is the same for all utterances of a speaker.
    for part in ("train", "test") if protocol.scheme.classes else ():
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
        kinds = list(dict.fromkeys(finding.kind for finding in leaks))
        found = "contradicts itself" if kinds == ["label"] else "leaks"
        raise LeakError(
            f"protocol {protocol.name!r} {found}: "
            + " ".join(finding.sentence for finding in leaks)
            + " Change the splits" * (kinds != ["label"])
            + " Correct the tables" * (kinds == ["label"])
            + f", or set `allowed_leaks: [{', '.join(kinds)}]` in "
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


def _several_labels(rows, recording, protocol):
    """Find recordings with labels of several classes."""
    labels = collections.defaultdict(dict)
    parts = collections.defaultdict(set)
    for part in LABELLED:
        for row in rows[part]:
            labels[recording[row.id]][row.id] = row
            parts[recording[row.id]].add(part)
    label = protocol.scheme.label
    unlike = {
        name: of
        for name, of in labels.items()
        if len({label(row) for row in of.values()}) > 1
    }
    if unlike:
        examples = [
            " = ".join(
                f"{name} ({protocol.scheme.shown(row)})"
                for name, row in of.items()
            )
            for of in list(unlike.values())[:N_EXAMPLES]
        ]
        affected = set().union(*(parts[name] for name in unlike))
        yield Finding(
            "label",
            tuple(part for part in LABELLED if part in affected),
            len(unlike),
            tuple(examples),
            "allowed" if "label" in protocol.allowed_leaks else "leak",
            f"{pluralise(len(unlike), 'recording')} with several labels "
            f"({_listed(examples, len(unlike))}): correct the labels, or keep "
            f"one row of each.",
        )


def _listed_again(rows, recording, scheme):
    """Find recordings that a part has several times with one label."""
    for part, of in rows.items():
        groups = collections.defaultdict(list)
        for row in of:
            groups[recording[row.id]].append(row)
        again = [
            " = ".join(row.id for row in group)
            for group in groups.values()
            if len(group) > 1
            and (
                part not in LABELLED
                or len({scheme.label(row) for row in group}) == 1
            )
        ]
        if again:
            yield Finding(
                "repeated recording",
                (part,),
                len(again),
                tuple(again[:N_EXAMPLES]),
                "note",
                f"{pluralise(len(again), 'recording')} listed several times in "
                f"{part} ({_listed(again[:N_EXAMPLES], len(again))}), and counted "
                f"as often: keep one row of each.",
            )


def _several_genders(rows):
    """Find speakers whose utterances have contradictory genders."""
    genders = collections.defaultdict(collections.Counter)
    for row in rows:
        if row.gender and row.speaker != f"{row.corpus}_unknown":
            genders[row.speaker][row.gender] += 1
    unlike = [
        f"{speaker}: "
        + ", ".join(f"{gender} {n}" for gender, n in counts.most_common())
        for speaker, counts in sorted(genders.items())
        if len(counts) > 1
    ]
    if unlike:
        yield Finding(
            "gender of a speaker",
            PARTS,
            len(unlike),
            tuple(unlike[:N_EXAMPLES]),
            "note",
            f"{pluralise(len(unlike), 'speaker')} with several genders "
            f"({_listed(unlike[:N_EXAMPLES], len(unlike))}): correct the gender, "
            f"or the speaker if these are several people.",
        )


def _untested_classes(test, protocol):
    """Find classes without test utterances."""
    scheme = protocol.scheme
    present = {scheme.of(row) for row in test}
    absent = [c for i, c in enumerate(scheme.classes) if i not in present]
    if test and absent:
        yield Finding(
            "class without test utterances",
            ("test",),
            len(absent),
            tuple(absent[:N_EXAMPLES]),
            "note",
            f"no test utterance of {', '.join(absent)}: the scores are means "
            f"over the other classes only.",
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
