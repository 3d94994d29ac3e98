"""The supervision ledger: what a method was given, printed beside every score."""

import dataclasses
from collections.abc import Sequence

from speechbrain_clser.data.adaptation_parts import adaptation_parts
from speechbrain_clser.data.audit import Finding
from speechbrain_clser.data.protocol import Protocol
from speechbrain_clser.data.splits import Splits
from speechbrain_clser.evaluation.formatting import pluralise

FITTED_TO = {
    "scored": "all of the scored audio jointly",
    "unlabelled": "the unlabelled target audio, applied to the scored",
    "halves": "each half of the target's speakers, applied to the other half",
}


@dataclasses.dataclass(frozen=True)
class Ledger:
    """What training and scoring used of the target, and of the rest.

    Arguments
    ---------
    sources, targets : tuple of str
        ``corpus:language`` of everything trained on and scored; no targets
        where nothing is scored.
    target_audio : str
        ``"none"``, ``"statistics"`` (mean and variance of its features) or
        ``"unlabelled"`` (in a loss, or by an adaptation).
    target_labels : int
        Labelled target utterances per class; where a share is drawn, on
        average and rounded up.
    target_speakers : bool
        Whether it is used who speaks in the target.
    language_id : bool
        Whether the language of a scored utterance is used.
    labelled_corpora : tuple of str
        Source corpora whose labels train or choose the epoch, by name.
    transductive : bool
        Whether the scored audio itself took part, if only by statistics.
    oracle : bool
        Whether target labels chose the epoch, or built communities and anchors.
    leaks : tuple of str
        Leaks that the protocol has by design, between parts that are used.
    source_labels : int
        Labelled source utterances per class that train; 0 is all there are.
    target_labelled_fraction : float
        Share of the target that is labelled, where a share is drawn.
    target_text : bool
        Whether what is said in the target is used.
    source_trains : bool
        Whether labels of the sources train; where they do not, the sources
        still give the statistics that features are standardised by.
    pool_is_filtered : bool
        Whether target labels chose which target audio is unlabelled.
    pool_is_larger : bool
        Whether transductive training uses target audio beside the scored.
    adaptation : str
        Name of the adaptation of posteriors after the classifier; empty
        without one.
    adapted_to : str
        Target audio that it is fitted to: ``"scored"``, ``"unlabelled"`` or
        ``"halves"``; see ``adaptation_parts``.
    class_shares : str
        Class shares that it assumes of the target; empty where none are.
    """

    sources: tuple
    targets: tuple
    target_audio: str
    target_labels: int
    target_speakers: bool
    language_id: bool
    labelled_corpora: tuple
    transductive: bool
    oracle: bool
    leaks: tuple
    source_labels: int = 0
    target_labelled_fraction: float = 0.0
    target_text: bool = False
    source_trains: bool = True
    pool_is_filtered: bool = False
    pool_is_larger: bool = False
    adaptation: str = ""
    adapted_to: str = ""
    class_shares: str = ""

    @property
    def sentence(self):
        """The ledger in one line."""
        audio = {
            "none": "no other target audio"
            if self.target_labels
            else "no target audio",
            "statistics": "feature statistics of the scored audio",
            "unlabelled": "unlabelled target audio",
        }[self.target_audio]
        if self.target_audio == "unlabelled" and self.transductive:
            audio += (
                " (the scored utterances and others)"
                if self.pool_is_larger
                else " (the scored utterances themselves)"
            )
        if self.pool_is_filtered:
            audio += ", unlabelled pool filtered by target labels"
        suffix = "" if self.source_trains else " (statistics alone)"
        targets = ", ".join(self.targets) or "not scored"
        facts = [f"{', '.join(self.sources)}{suffix} → {targets}"]
        if self.source_labels:
            facts.append(f"{self.source_labels} source labels per class")
        facts.append(audio)
        if self.target_labelled_fraction:
            facts.append(
                f"{100 * self.target_labelled_fraction:g} % of the target labelled"
            )
        else:
            facts.append(
                f"{self.target_labels or 'no'} target labels"
                + (" per class" if self.target_labels else "")
            )
        if self.target_speakers:
            facts.append("target speaker identities")
        if self.target_text:
            facts.append("target sentences")
        if self.language_id:
            facts.append("language known")
        if len(self.labelled_corpora) > 1 and self.source_trains:
            facts.append(
                pluralise(len(self.labelled_corpora), "labelled source corpus")
                + f" ({', '.join(self.labelled_corpora)})"
            )
        both = [name for name in self.sources if name in self.targets]
        if both and self.source_trains:
            facts.append(f"labels of other utterances of {', '.join(both)}")
        if self.adaptation:
            facts.append(
                f"adaptation {self.adaptation} fitted to "
                f"{FITTED_TO[self.adapted_to]}"
            )
        if self.class_shares:
            facts.append(f"class shares assumed: {self.class_shares}")
        facts.append("transductive" if self.transductive else "inductive")
        if self.oracle:
            facts.append("ORACLE: target labels were looked at")
        if self.leaks:
            facts.append(f"known leaks: {', '.join(self.leaks)}")
        return "; ".join(facts)

    def to_dict(self):
        """Plain values for ``ledger.json``, the sentence among them."""
        return {**dataclasses.asdict(self), "sentence": self.sentence}


def ledger(
    protocol: Protocol,
    parts: Splits,
    normalise_by: str,
    used: set,
    findings: Sequence[Finding],
    metadata: frozenset = frozenset(),
    adaptation=None,
) -> Ledger:
    """Write down the supervision of a run.

    Arguments
    ---------
    protocol : Protocol
        Says what may be used.
    parts : Splits
        Say which corpora and languages came.
    normalise_by : str
        ``"none"``, ``"corpus"`` or ``"speaker"``: features normalised by
        statistics of the target's own audio make a run transductive.
    used : set of str
        Names of the parts that some phase of the training reads.
    findings : sequence of Finding
        Of the audit: which leaks there are.
    metadata : set of str
        What else the method is told of whatever it hears: ``"speaker"``,
        ``"language"``, ``"text"``, ``"oracle_emotion"``.
    adaptation : TargetAdaptation, optional
        Its ``name``, ``form`` and ``class_shares``; all systems of the run
        that are adapted use the same target audio.

    Returns
    -------
    Ledger
        Complete before training starts.
    """
    sources = _origins([*parts.train, *parts.valid])
    by_statistics = normalise_by != "none" and bool(parts.scored)
    scored = {row.id for row in parts.scored}
    target_pool = {row.id for row in parts.unlabelled if parts.domain(row)}
    adapts = "unlabelled" in used and bool(target_pool)
    fitted = adaptation and adaptation_parts(adaptation.form, parts, protocol)
    audio = {*(target_pool if adapts else ())}
    audio |= {row.id for row in fitted.fitted} if fitted else set()
    n_labels = len(parts.shots) if "shots" in used else 0
    return Ledger(
        sources=sources,
        targets=_origins(parts.scored),
        target_audio=(
            "unlabelled" if audio else "statistics" if by_statistics else "none"
        ),
        target_labels=-(-n_labels // len(protocol.classes)),
        target_speakers=(
            (by_statistics and normalise_by == "speaker")
            or (adapts and "speaker" in metadata)
        ),
        # Speakers lean on the statistics of their language, so both modes know.
        language_id=by_statistics or (adapts and "language" in metadata),
        labelled_corpora=tuple(
            sorted({row.corpus for row in (*parts.train, *parts.valid)})
        ),
        transductive=(
            by_statistics
            or (adapts and protocol.transductive)
            or bool(fitted and fitted.form == "transductive")
        ),
        oracle=(
            protocol.select_by.startswith("oracle")
            or "oracle_emotion" in metadata
        ),
        leaks=_leaks(findings, used),
        source_labels=protocol.source_shots_per_class,
        target_labelled_fraction=protocol.target_labelled_fraction
        if n_labels
        else 0.0,
        target_text=adapts and "text" in metadata,
        source_trains="train" in used or bool(fitted),
        pool_is_filtered=bool(audio) and protocol.unlabelled_pool == "classes",
        pool_is_larger=not audio <= scored,
        adaptation=adaptation.name if fitted else "",
        adapted_to=fitted.fitted_to if fitted else "",
        class_shares=adaptation.class_shares if fitted else "",
    )


def _leaks(findings, used):
    """Kinds of leak that are there by design, and that training meets."""
    met = {*used, "valid", "scored"}
    return tuple(
        dict.fromkeys(
            finding.kind
            for finding in findings
            if finding.severity == "allowed" and met.issuperset(finding.parts)
        )
    )


def _origins(rows):
    return tuple(dict.fromkeys(f"{row.corpus}:{row.language}" for row in rows))
