"""Per-utterance inputs of a method besides its features.

A YAML lists them as objects under ``side_information``; the key is the name of the
item in a batch, and only those that the method's ``TARGETS`` name are used. Each has

``fit(rows, features)``
    Utterances and ``features.loading.Features`` to a mapping, utterance id to
    torch.Tensor.
``metadata``
    Set of what it reads of the target besides audio, for the supervision ledger.
``vocabulary``
    Names of the codes in the mapping, passed to ``Method.setup``; may be empty.
``report``
    What a run records of it in ``<name>.json``; None for nothing.
``key``
    Identifies what computes the mapping, where the options of the YAML do
    not; else None.
"""

from speechbrain_clser.data.pipeline import UNKNOWN
from speechbrain_clser.deprecation import renamed_arguments
from speechbrain_clser.features import phone_labels
from speechbrain_clser.features.loading import load_features
from speechbrain_clser.features.phones.coverage import coverage


class SideInformation:
    """Defaults of the interface; see the module."""

    metadata = frozenset()
    vocabulary = ()
    report = None
    key = None

    def fit(self, rows, features):
        """Compute the values of all utterances.

        Arguments
        ---------
        rows : list of Utterance
            Of training and validation.
        features : Features
            Of the run.

        Returns
        -------
        Mapping
            Utterance id to torch.Tensor.
        """
        raise NotImplementedError


class Phones(SideInformation):
    """Phones with their times: codes from 1 on, start and end as shares, 0-1.

    Arguments
    ---------
    source : str
        See ``features.phone_labels.phone_labels``.
    phone_recogniser : str
        Hub id or folder of a CTC model of phones.
    vowels_only : bool
        Whether consonants are left out.
    alignments, notation : str
        Output of an aligner, and ``"ipa"`` or ``"arpabet"``; see
        ``features.phones.reference_phones.aligned_phones``.
    """

    @renamed_arguments(recogniser="phone_recogniser")
    def __init__(
        self,
        source,
        phone_recogniser="",
        vowels_only=False,
        alignments="",
        notation="ipa",
    ):
        self.source, self.phone_recogniser = source, phone_recogniser
        self.vowels_only = vowels_only
        self.alignments, self.notation = alignments, notation
        # Aligners start from transcripts.
        if source in ("align", "files"):
            self.metadata = frozenset({"text"})

    def fit(self, rows, features):
        """Find the phones; values are torch.Tensor, (phones, 3)."""
        if self.source == "units" and not features.views.get("frames"):
            raise ValueError(
                "phones: units are clusters of the frames of a frozen encoder, "
                "found a trained one; give --adapt frozen, or other --phones"
            )
        phones = phone_labels.phone_labels(
            self.source,
            rows,
            features.plain,
            features.frames_per_s,
            features.cache_folder / "phones",
            self.phone_recogniser,
            self.alignments,
            self.notation,
        )
        self.report = {"source": self.source, **coverage(rows, phones)}
        self.vocabulary, codes = phone_labels.phone_codes(
            rows, phones, self.vowels_only
        )
        return codes


class Style(SideInformation):
    """Speaking style of an utterance: one vector.

    Arguments
    ---------
    extractor : Extractor
        Of one frame per utterance; see ``features.style.style_extractor``.
    """

    def __init__(self, extractor):
        self.extractor = extractor

    @property
    def key(self):
        """Key of the extractor."""
        return self.extractor.key

    def fit(self, rows, features):
        """Extract the vectors; values are torch.Tensor, (1, dim)."""
        (vectors,) = load_features(
            self.extractor,
            features.cache_folder / "frames",
            features.data,
            rows,
            "none",
        )
        return vectors


class OracleEmotion(SideInformation):
    """The label of every utterance, those without a given label included.

    Only for upper reference values; the ledger records it.

    Arguments
    ---------
    scheme : Scheme
        Classes of the logits.
    """

    def __init__(self, scheme):
        self.scheme = scheme

    def fit(self, rows, features):
        """Look up the labels; values are int, -1 for labels outside the classes."""
        return {row.id: self.scheme.index(row.emotion, UNKNOWN) for row in rows}
