"""Protocols: source and target corpora, classes, splits and supervision.

A protocol is a YAML file. Any method runs with any protocol that provides the
data it needs. Every report includes the digest of its protocol.
"""

import dataclasses
import hashlib
import json
from collections.abc import Mapping

from speechbrain_clser.data.corpus_facts import shared_classes
from speechbrain_clser.data.protocol_files import read_values
from speechbrain_clser.data.protocol_groups import (
    LabelRules,
    SplitRules,
    Supervision,
    current_selector,
    set_fields,
    tuples,
)
from speechbrain_clser.data.protocol_schema import (
    check,
    check_keys,
    check_values,
    corpus_of,
)
from speechbrain_clser.data.protocol_supervision import (
    FIELDS,
    expand,
    setting_of,
)
from speechbrain_clser.deprecation import (
    PROTOCOL_KEYS,
    grouped_arguments,
    replaced_keys,
)
from speechbrain_clser.labels import canonical_or_own, spelled
from speechbrain_clser.tasks import CLASSES, named

# Joined when results had been published: left out of the digest while they say
# nothing, so that those results keep theirs.
JOINED = (
    "predefined_splits",
    "source_shots_per_class",
    "target_labelled_fraction",
    "ignore_labels",
    "labels",
    "own_classes",
    "task",
    "extra_sources",
    "resample_held_out",
)
# Results with ``classes`` were published before this key was added.
FIRST_POOL = "classes"


# Keys of a protocol's YAML, in the order of protocol.json.
KEYS = (
    *("sources", "targets", "classes", "merge_classes", "target_supervision"),
    *("shots", "test_on", "held_out_share", "transductive", "split"),
    *("valid_share", "split_seed", "select_by", "allowed_leaks", "note"),
    *("predefined_splits", "source_shots_per_class"),
    *("target_labelled_fraction", "unlabelled_pool", "ignore_labels"),
    *("labels", "own_classes"),
    "extra_sources",
    "resample_held_out",
    "task",
)


GROUPS = {
    "label_rules": LabelRules,
    "supervision": Supervision,
    "splits": SplitRules,
}
_GROUP_OF = {
    field.name: group
    for group, kind in GROUPS.items()
    for field in dataclasses.fields(kind)
}


@dataclasses.dataclass(frozen=True)
class Protocol:
    """Definition of a comparison: data, classes, splits and supervision.

    Every key of its YAML is an attribute, also those of the three groups.

    Arguments
    ---------
    name : str
        Of the file, or in the grammar.
    sources, targets : tuple of str
        Selectors: a corpus, ``corpus:language`` for one language of it, or
        ``corpus/session`` for one session. Without targets there is no test
        set: all labels are used for training and validation.
    label_rules : LabelRules
        Classes, and the labels that belong to them.
    supervision : Supervision
        Labels and audio that training may use.
    splits : SplitRules
        How utterances are divided.
    select_by : str
        Rule of epoch selection; see ``evaluation.selection``.
    allowed_leaks : tuple of str
        Kinds of leak (``"speaker"``, ``"session"``, ``"recording"``; ``"label"``
        for copies with several labels) that are accepted; the audit refuses all
        others.
    note : str
        Remark for readers of the results.

    Raises
    ------
    ValueError
        If a value is of another type, out of range, or contradicts others.

    Example
    -------
    >>> Protocol("pair", ("emodb",), ("urdu",)).classes
    ('anger', 'happiness', 'neutral', 'sadness')
    """

    name: str
    sources: tuple
    targets: tuple
    label_rules: LabelRules = dataclasses.field(default_factory=LabelRules)
    supervision: Supervision = dataclasses.field(default_factory=Supervision)
    splits: SplitRules = dataclasses.field(default_factory=SplitRules)
    select_by: str = "last"
    allowed_leaks: tuple = ()
    note: str = ""

    def __post_init__(self):
        set_fields(self, **tuples(self))
        for key in ("sources", "targets"):
            if isinstance(selectors := getattr(self, key), tuple):
                set_fields(
                    self, **{key: tuple(map(current_selector, selectors))}
                )
        check(self)

    def __getattr__(self, key):
        """Look up a key of a group."""
        if key not in _GROUP_OF:
            raise AttributeError(f"a protocol has no attribute {key!r}")
        return getattr(getattr(self, _GROUP_OF[key]), key)

    @classmethod
    def of(cls, name, sources, targets, **values):
        """Build a protocol from the keys of its YAML.

        Example
        -------
        >>> Protocol.of(
        ...     "pair", ["emodb"], [], valid_share=0.2
        ... ).splits.valid_share
        0.2
        """
        groups = {group: {} for group in GROUPS}
        for key in values.keys() & _GROUP_OF.keys():
            groups[_GROUP_OF[key]][key] = values.pop(key)
        made = {
            group: GROUPS[group](**given) for group, given in groups.items()
        }
        return cls(name, sources, targets, **made, **values)

    @property
    def values(self) -> dict:
        """The name, and all keys of the YAML with their values.

        The task is one of them if it is not to predict classes.
        """
        values = {key: getattr(self, key) for key in KEYS}
        if self.task == CLASSES:
            del values["task"]
        return {"name": self.name, **values}

    @property
    def digest(self):
        """Twelve hexadecimal digits of a hash of all values except the name."""
        values = self.values
        values.pop("name")
        for key in JOINED:
            if not values.get(key, True):
                del values[key]
        if not self.pools or self.unlabelled_pool == FIRST_POOL:
            del values["unlabelled_pool"]
        # Results were published with the earlier names of these keys.
        for old, new in PROTOCOL_KEYS.items():
            if new in values:
                values[old] = values.pop(new)
        text = json.dumps(values, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @property
    def corpora(self):
        """Corpus names without duplicates, sources first."""
        selectors = [*self.sources, *self.targets]
        return tuple(dict.fromkeys(map(corpus_of, selectors)))

    @property
    def is_drawn(self):
        """Whether labelled utterances or test speakers differ between trials."""
        return bool(
            self.source_shots_per_class
            or self.shots
            or self.target_labelled_fraction
            or self.resample_held_out
        )

    @property
    def pools(self):
        """Domains, ``"source"`` or ``"target"``, of the unlabelled set."""
        is_target = self.target_supervision == "unlabelled" or (
            self.target_supervision == "shots" and self.test_on == "held_out"
        )
        return ("source",) * bool(self.source_shots_per_class) + (
            "target",
        ) * is_target

    @property
    def ignored(self):
        """Emotions and user labels listed in ``ignore_labels``."""
        return frozenset(map(canonical_or_own, self.ignore_labels))

    @property
    def emotion_of(self):
        """Emotion or class of each label of ``labels``, as labels are read."""
        return {
            spelled(label): canonical_or_own(emotion)
            for label, emotion in self.labels.items()
        }

    @property
    def scheme(self):
        """The task: ``tasks.Classes`` or ``tasks.Dimensions``."""
        return named(self.task, self.classes, self.merge_classes)


Protocol.__init__ = grouped_arguments(**GROUPS)(Protocol.__init__)


def selects(selectors, row) -> bool:
    """Return whether any selector matches an utterance.

    Example
    -------
    >>> from speechbrain_clser.data.utterance import Utterance
    >>> row = Utterance("1", "1.wav", "W", "ann", "deu", corpus="demo")
    >>> selects(["emodb", "demo:deu"], row), selects(["demo:tur"], row)
    (True, False)
    """
    names = {
        row.corpus,
        f"{row.corpus}:{row.language}",
        f"{row.corpus}/{row.session}",
    }
    return not names.isdisjoint(selectors)


def load(protocol: str, changes: Mapping | None = None) -> Protocol:
    """Load a protocol.

    Arguments
    ---------
    protocol : str
        Path of a YAML file, name of a shipped file, or name in the grammar;
        see ``protocol_grammar``.
    changes : dict, optional
        Values that take the place of the protocol's, which are then in its
        name; ``supervision`` replaces all keys that it decides.

    Returns
    -------
    Protocol
        Validated protocol.

    Raises
    ------
    FileNotFoundError
        If there is no such file, and the name is none of the grammar.
    ValueError
        If it is no YAML, a key is unknown or given twice, or a value is of
        another type or out of range; names the file and the key. If a name
        has an unknown corpus or setting; names those that exist.

    Example
    -------
    >>> load("emodb_to_urdu").targets
    ('urdu',)
    >>> load("emodb_to_urdu:transductive", {"split_seed": 3}).name
    'emodb_to_urdu:transductive with split_seed 3'
    """
    protocol, changes = str(protocol), dict(changes or {})
    path, values = read_values(protocol)
    where = path or f"protocol {protocol!r}"
    name = path.name.rpartition(".")[0] if path else protocol
    if changes:
        changed = ", ".join(f"{key} {value}" for key, value in changes.items())
        name = f"{name} with {changed}"
    old_keys = [] if "supervision" in changes else values.keys() & {*FIELDS}
    if "supervision" in changes:
        for key in FIELDS:
            values.pop(key, None)
        values["supervision"] = changes.pop("supervision")
    try:
        found = _made(name, {**expand(values), **changes}, where)
    except ValueError as error:
        known = f"{where}: " if path else "protocol "
        prefix = "" if str(error).startswith(known) else f"{where}: "
        raise ValueError(f"{prefix}{error}") from error
    if old_keys and "supervision" not in values and setting_of(values):
        replaced_keys(where, old_keys, setting_of(values))
    return found


def _made(name, values, where):
    """Build a protocol from its values, with ``classes: shared`` as a list.

    ``extra_sources`` are appended to the sources.
    """
    check_keys(values, {*KEYS, "supervision"}, where)
    if extra := values.get("extra_sources"):
        check_values(
            {"extra_sources": extra, "sources": values["sources"]}, where
        )
        values["sources"] = [*dict.fromkeys([*values["sources"], *extra])]
    if values.get("classes") == "shared":
        keys = ("sources", "targets", "merge_classes")
        check_values({k: values[k] for k in keys if k in values}, where)
        values["classes"] = shared_classes(
            [*values["sources"], *values["targets"]],
            values.get("merge_classes", {}),
        )
    return Protocol.of(name, **values)


def scheme(protocol: str, changes: Mapping | None = None, task: str = CLASSES):
    """Return the task of a protocol, e.g. to size a classifier in YAML.

    Arguments
    ---------
    protocol, changes : str, dict
        As for ``load``.
    task : str
        As for ``tasks.named``; ``"classes"`` keeps the task of the protocol.

    Returns
    -------
    Classes or Dimensions
        In the order of the logits; see ``tasks``.

    Example
    -------
    >>> len(scheme("emodb_to_urdu")), len(scheme("demo", task="dimensions"))
    (4, 3)
    """
    return load(protocol, with_task(changes, task)).scheme


def with_task(changes: Mapping | None, task: str) -> dict:
    """Return the protocol changes that also set the task, unless it is classes.

    Example
    -------
    >>> with_task(None, "arousal"), with_task({"shots": 5}, "classes")
    ({'task': 'arousal'}, {'shots': 5})
    """
    return {**(changes or {}), **({"task": task} if task != CLASSES else {})}


def labelled_share(share: float | None, **changes) -> dict:
    """Return the protocol changes that label another fraction of the target.

    Arguments
    ---------
    share : float, optional
        Fraction of the target utterances, 0-1; 0 labels none, None changes
        nothing.
    **changes
        Additional changes.

    Returns
    -------
    dict
        ``changes`` of ``load``.

    Example
    -------
    >>> load("demo_share", labelled_share(0.2)).target_labelled_fraction
    0.2
    >>> load("demo_share", labelled_share(0)).target_supervision
    'none'
    """
    if share is None:
        return changes
    return {
        **changes,
        "target_labelled_fraction": share,
        "target_supervision": "shots" if share else "none",
    }


def neutral_class(protocol: str) -> int:
    """Return the index of the neutral class, the reference of other emotions.

    Arguments
    ---------
    protocol : str
        As for ``load``.

    Returns
    -------
    int
        Class index; -1 if no class is neutral.

    Example
    -------
    >>> neutral_class("emodb_to_urdu")
    2
    """
    classes = load(protocol).classes
    return classes.index("neutral") if "neutral" in classes else -1
