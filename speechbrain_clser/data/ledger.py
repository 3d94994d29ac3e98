"""Record the supervision of a run; the ledger is printed with every score."""

import dataclasses
from collections.abc import Sequence

from speechbrain_clser.data.adaptation_parts import adaptation_parts
from speechbrain_clser.data.audit import Finding
from speechbrain_clser.data.protocol import Protocol
from speechbrain_clser.data.splits import Splits
from speechbrain_clser.languages import UNDETERMINED
from speechbrain_clser.printable import pluralise

FITTED_TO = {
    "test": "all of the test audio jointly",
    "unlabelled": "the unlabelled target audio, applied to the test audio",
    "halves": "each half of the target's speakers, applied to the other half",
}


@dataclasses.dataclass(frozen=True)
class Ledger:
    """Data of the target and source domains used in training and evaluation.

    Arguments
    ---------
    sources, targets : tuple of str
        ``corpus:language`` of the training and test data; no targets without a
        test set.
    target_audio : str
        ``"none"``, ``"statistics"`` (mean and variance of its features) or
        ``"unlabelled"`` (in a loss, or by an adaptation).
    target_labels : int
        Labelled target utterances per class; the mean, rounded up, if a
        fraction of the target is labelled.
    target_speakers : bool
        Whether target speaker identities are used.
    language_id : bool
        Whether the language of test utterances is used.
    labelled_corpora : tuple of str
        Source corpora whose labels are used for training or epoch selection, by
        name.
    transductive : bool
        Whether test audio was used, including its statistics.
    oracle : bool
        Whether target labels were used for epoch selection, communities or
        anchors.
    leaks : tuple of str
        Leaks that the protocol allows, between splits in use.
    source_labels : int
        Labelled source utterances per class in training; 0 for all.
    target_labelled_fraction : float
        Labelled fraction of the target, if one is drawn.
    target_text : bool
        Whether transcripts of the target are used, where there are any.
    source_trains : bool
        Whether source labels are used for training; otherwise the sources only
        provide the statistics of feature standardisation.
    pool_is_filtered : bool
        Whether target labels were used to select the unlabelled target audio.
    pool_is_larger : bool
        Whether transductive training uses target audio outside the test set.
    adaptation : str
        Name of the posterior adaptation after the classifier; empty if none.
    adapted_to : str
        Target audio the adaptation is fitted to: ``"test"``,
        ``"unlabelled"`` or ``"halves"``; see ``adaptation_parts``.
    class_shares : str
        Target class priors assumed by the adaptation; empty if none.
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
        """Summary of the ledger in one line."""
        audio = {
            "none": "no other target audio"
            if self.target_labels
            else "no target audio",
            "statistics": "feature statistics of the test audio",
            "unlabelled": "unlabelled target audio",
        }[self.target_audio]
        if self.target_audio == "unlabelled" and self.transductive:
            audio += (
                " (the test utterances and others)"
                if self.pool_is_larger
                else " (the test utterances themselves)"
            )
        if self.pool_is_filtered:
            audio += ", unlabelled pool filtered by target labels"
        suffix = "" if self.source_trains else " (statistics alone)"
        targets = ", ".join(self.targets) or "not scored"
        facts = [f"{', '.join(self.sources)}{suffix} → {targets}"]
        origins = (*self.sources, *self.targets)
        if self.targets and any(
            o.endswith(f":{UNDETERMINED}") for o in origins
        ):
            facts.append("whether a language is shared cannot be known")
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
            facts.append("ORACLE: target labels were used")
        if self.leaks:
            facts.append(f"known leaks: {', '.join(self.leaks)}")
        return "; ".join(facts)

    def to_dict(self):
        """Return plain values for ``ledger.json``, including the sentence."""
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
    """Build the supervision ledger of a run.

    Arguments
    ---------
    protocol : Protocol
        Defines the supervision.
    parts : Splits
        Define the corpora and languages in use.
    normalise_by : str
        ``"none"``, ``"corpus"`` or ``"speaker"``: normalisation by statistics
        of the test audio makes a run transductive.
    used : set of str
        Names of the splits read by any training phase.
    findings : sequence of Finding
        Output of the audit.
    metadata : set of str
        Metadata of training utterances that the method uses: ``"speaker"``,
        ``"language"``, ``"text"``, ``"oracle_emotion"``; ``"input_text"``, if
        prediction reads transcripts too.
    adaptation : TargetAdaptation, optional
        Provides ``name``, ``form`` and ``class_shares``; all adapted systems of
        a run use the same target audio.

    Returns
    -------
    Ledger
        Complete before training starts.
    """
    sources = _origins([*parts.train, *parts.valid])
    by_statistics = normalise_by != "none" and bool(parts.test)
    test = {row.id for row in parts.test}
    target_pool = {row.id for row in parts.unlabelled if parts.domain(row)}
    adapts = "unlabelled" in used and bool(target_pool)
    fitted = adaptation and adaptation_parts(adaptation.form, parts, protocol)
    audio = {*(target_pool if adapts else ())}
    audio |= {row.id for row in fitted.fitted} if fitted else set()
    n_labels = len(parts.target_labelled) if "target_labelled" in used else 0
    return Ledger(
        sources=sources,
        targets=_origins(parts.test),
        target_audio=(
            "unlabelled" if audio else "statistics" if by_statistics else "none"
        ),
        target_labels=-(-n_labels // max(len(protocol.scheme.classes), 1)),
        target_speakers=(
            (by_statistics and normalise_by == "speaker")
            or (adapts and "speaker" in metadata)
        ),
        # Speaker statistics are shrunk towards those of the corpus and language,
        # so both modes use the language.
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
        target_text=(adapts and "text" in metadata)
        or ("input_text" in metadata and bool(parts.test)),
        source_trains="train" in used or bool(fitted),
        pool_is_filtered=bool(audio) and protocol.unlabelled_pool == "classes",
        pool_is_larger=not audio <= test,
        adaptation=adaptation.name if fitted else "",
        adapted_to=fitted.fitted_to if fitted else "",
        class_shares=adaptation.class_shares if fitted else "",
    )


def _leaks(findings, used):
    """List the kinds of allowed leaks between splits in use."""
    in_use = {*used, "valid", "test"}
    return tuple(
        dict.fromkeys(
            finding.kind
            for finding in findings
            if finding.severity == "allowed"
            and in_use.issuperset(finding.parts)
        )
    )


def _origins(rows):
    return tuple(dict.fromkeys(f"{row.corpus}:{row.language}" for row in rows))
