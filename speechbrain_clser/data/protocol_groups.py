"""Groups of the keys of a protocol: labels, supervision and splits."""

import dataclasses
from collections.abc import Mapping

from speechbrain_clser.languages import normalise


@dataclasses.dataclass(frozen=True)
class LabelRules:
    """Classes of a protocol, and the labels that belong to them.

    Arguments
    ---------
    classes : tuple of str
        Canonical emotions, or labels of user tables in lower case, in the order
        of the logits.
    merge_classes : dict
        Emotion or user label to the class it is merged into; or corpus to such
        a mapping, which then applies to that corpus only.
    ignore_labels : tuple of str
        Labels (case-insensitive) whose utterances are excluded, also from
        unlabelled data.
    labels : dict
        Label of user tables (case-insensitive) to an emotion or class.
    own_classes : bool
        Whether classes may be other names than those of emotions.
    task : str
        What is predicted: ``"classes"``, shares of votes, ``"soft"``, or values,
        ``"dimensions"``; see ``tasks.named``.
    """

    classes: tuple = ("anger", "happiness", "neutral", "sadness")
    merge_classes: dict = dataclasses.field(default_factory=dict)
    ignore_labels: tuple = ()
    labels: dict = dataclasses.field(default_factory=dict)
    own_classes: bool = False
    task: str = "classes"

    def __post_init__(self):
        set_fields(self, **tuples(self))


@dataclasses.dataclass(frozen=True)
class Supervision:
    """Labels and audio that training may use.

    Arguments
    ---------
    target_supervision : str
        What training may use of the target: ``"none"``, ``"unlabelled"``
        audio, or ``"shots"`` (labelled; with ``test_on: held_out``, the other
        utterances of speakers that are not tested are unlabelled). In a
        YAML, ``supervision`` sets this, ``shots``, ``transductive``,
        ``target_labelled_fraction`` and ``test_on``.
    shots : int
        Labelled target utterances per class.
    target_labelled_fraction : float
        Alternative to ``shots``: labelled fraction of the target utterances,
        stratified by class with at least one utterance of each, 0-1.
    source_shots_per_class : int
        Labelled source utterances per class, over all sources; the other
        training utterances become unlabelled. 0 keeps every label.
    transductive : bool
        Whether the unlabelled set is the test set.
    unlabelled_pool : str
        Candidates for the unlabelled set: ``"all"``, utterances with any label
        or none; ``"classes"``, utterances whose label is a class, which uses
        the labels.
    """

    target_supervision: str = "none"
    shots: int = 0
    target_labelled_fraction: float = 0.0
    source_shots_per_class: int = 0
    transductive: bool = False
    unlabelled_pool: str = "all"


@dataclasses.dataclass(frozen=True)
class SplitRules:
    """Rules that divide utterances into training, validation and test set.

    Arguments
    ---------
    test_on : str
        ``"all"``: the test set is every target utterance that is not a shot.
        ``"held_out"``: the test set is a fraction ``held_out_share`` of the
        target speakers; the other speakers form the unlabelled set, or the
        training set if the sources select them too.
    held_out_share : float
        Fraction of the target speakers, 0-1.
    resample_held_out : bool
        Whether each trial has other held-out speakers, so that more of them are
        tested.
    split : str
        How source validation utterances are split off: by speaker, or by
        utterance as in many papers (``"random"``; speakers then leak).
    valid_share : float
        Fraction of each source, 0-1.
    split_seed : int
        Seed of all random choices of the protocol; independent of the run seed.
    predefined_splits : dict
        Selector to ``[train, valid, test]``, numbers of utterances sampled
        stratified by class and independent of speaker, as in papers; or to
        ``official``, the official splits of the corpus. A source uses its
        train and valid splits, a target its test split.
    extra_sources : tuple of str
        Selectors of sources whose utterances are all trained on: none is in the
        validation set, unless ``predefined_splits`` says so.
    """

    test_on: str = "all"
    held_out_share: float = 0.5
    resample_held_out: bool = False
    split: str = "speaker_disjoint"
    valid_share: float = 0.1
    split_seed: int = 0
    predefined_splits: dict = dataclasses.field(default_factory=dict)
    extra_sources: tuple = ()

    def __post_init__(self):
        set_fields(self, **tuples(self))
        if isinstance(self.extra_sources, tuple):
            extra = tuple(map(current_selector, self.extra_sources))
            set_fields(self, extra_sources=extra)
        given = self.predefined_splits
        if isinstance(given, Mapping):
            splits = {
                current_selector(key): sizes for key, sizes in given.items()
            }
            set_fields(self, predefined_splits=splits)


def tuples(config):
    """Write lists of a config as tuples."""
    return {k: tuple(v) for k, v in vars(config).items() if type(v) is list}


def set_fields(config, **values):
    """Set fields of a frozen dataclass while it is made."""
    for key, value in values.items():
        object.__setattr__(config, key, value)


def current_selector(selector):
    """Normalise the language of a selector to ISO 639-3."""
    if not isinstance(selector, str):
        return selector  # refused by the schema
    corpus, _, language = selector.partition(":")
    try:
        return f"{corpus}:{normalise(language)}" if language else selector
    except ValueError as error:
        raise ValueError(f"{selector}: {error}") from None
