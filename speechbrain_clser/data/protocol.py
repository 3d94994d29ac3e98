"""Protocols: who trains, who is scored, on which classes, under which supervision.

A protocol is plain data in a YAML file. Any method runs under any protocol, and
a result is only worth what its protocol says; hence the digest in every report.
"""

import dataclasses
import hashlib
import json
from importlib.resources import files
from pathlib import Path

import yaml

from speechbrain_clser.labels import Scheme

SHIPPED = files("speechbrain_clser") / "protocols"

CHOICES = {
    "target_material": ("none", "unlabelled", "shots"),
    "scored": ("all", "held_out"),
    "split": ("speaker_disjoint", "random"),
}


@dataclasses.dataclass(frozen=True)
class Protocol:
    """One honest comparison, as data.

    Arguments
    ---------
    name : str
        Of the file it came from.
    sources, targets : tuple of str
        Selectors: a corpus, or ``corpus:language`` for one language of it.
    classes : tuple of str
        Canonical emotions, in the order of the logits.
    merge : dict
        Canonical emotion to class, for emotions that join another's class.
    target_material : str
        What training may use of the target: ``"none"``, ``"unlabelled"``
        audio, or ``"shots"`` (labelled; the rest stays out of training).
    shots : int
        Labelled target utterances per class.
    scored : str
        ``"all"``: every target utterance that is not a shot is scored.
        ``"held_out"``: the speakers of ``held_out_share`` are scored, what
        is left gives the unlabelled part.
    held_out_share : float
        Share of the target speakers, 0-1.
    transductive : bool
        Whether the unlabelled part is the scored part itself.
    split : str
        How source validation is cut off: by whole speakers, or utterance by
        utterance as many papers do (``"random"``; speakers then leak).
    valid_share : float
        Share of each source, 0-1.
    split_seed : int
        Of all draws of this protocol; the run's seed does not move them.
    select_by : str
        Rule that chooses the epoch; see ``evaluation.selection``.
    allowed_leaks : tuple of str
        Kinds of leak (``"speaker"``, ``"session"``, ``"recording"``) that
        this protocol has by design; the audit refuses all others.
    note : str
        What a reader of the result should know.

    Example
    -------
    >>> Protocol("pair", ("emodb",), ("urdu",)).classes
    ('anger', 'happiness', 'neutral', 'sadness')
    """

    name: str
    sources: tuple
    targets: tuple
    classes: tuple = ("anger", "happiness", "neutral", "sadness")
    merge: dict = dataclasses.field(default_factory=dict)
    target_material: str = "none"
    shots: int = 0
    scored: str = "all"
    held_out_share: float = 0.5
    transductive: bool = False
    split: str = "speaker_disjoint"
    valid_share: float = 0.1
    split_seed: int = 0
    select_by: str = "last"
    allowed_leaks: tuple = ()
    note: str = ""

    def __post_init__(self):
        for field in dataclasses.fields(self):
            if isinstance(getattr(self, field.name), list):
                object.__setattr__(
                    self, field.name, tuple(getattr(self, field.name))
                )
        _check(self)

    @property
    def digest(self):
        """Twelve hex letters that change with any value but the name."""
        values = dataclasses.asdict(self)
        values.pop("name")
        text = json.dumps(values, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @property
    def corpora(self):
        """Corpus names, each once, sources first."""
        selectors = [*self.sources, *self.targets]
        return tuple(dict.fromkeys(s.partition(":")[0] for s in selectors))

    @property
    def scheme(self):
        """The classes as a ``Scheme``."""
        return Scheme(self.classes, self.merge)


def shipped() -> list:
    """Names of the protocols that come with the package."""
    return sorted(
        file.name.removesuffix(".yaml")
        for file in SHIPPED.iterdir()
        if file.name.endswith(".yaml")
    )


def load(protocol: str) -> Protocol:
    """Read a protocol.

    Arguments
    ---------
    protocol : str
        Name of a shipped one, or path of a YAML file.

    Returns
    -------
    Protocol
        Checked.

    Raises
    ------
    FileNotFoundError
        If there is neither such a name nor such a file.
    ValueError
        If a key is unknown or a value makes no sense.

    Example
    -------
    >>> load("emodb_to_urdu").targets
    ('urdu',)
    """
    path = Path(protocol)
    if path.suffix not in (".yaml", ".yml"):
        path = SHIPPED / f"{protocol}.yaml"
    if not path.is_file():
        raise FileNotFoundError(
            f"no protocol {protocol!r}: expected the path of a .yaml file or "
            f"one of {', '.join(shipped())}"
        )
    values = yaml.safe_load(path.read_text(encoding="utf-8"))
    known = {field.name for field in dataclasses.fields(Protocol)} - {"name"}
    if not isinstance(values, dict) or not {"sources", "targets"} <= set(
        values
    ):
        raise ValueError(f"{path}: expected at least `sources` and `targets`")
    if unknown := sorted(set(values) - known):
        raise ValueError(
            f"{path}: unknown {', '.join(unknown)}; a protocol knows "
            f"{', '.join(sorted(known))}"
        )
    return Protocol(name=path.name.rpartition(".")[0], **values)


def scheme(protocol: str) -> Scheme:
    """Classes of a protocol; lets a YAML size its head before any data is read.

    Arguments
    ---------
    protocol : str
        As for ``load``.

    Returns
    -------
    Scheme
        In the order of the logits.

    Example
    -------
    >>> len(scheme("emodb_to_urdu"))
    4
    """
    return load(protocol).scheme


def _check(protocol):
    where = f"protocol {protocol.name!r}"
    for key in ("sources", "targets", "classes", "allowed_leaks"):
        if not isinstance(getattr(protocol, key), tuple):
            raise ValueError(
                f"{where}: {key} must be a list, got {getattr(protocol, key)!r}"
            )
    for key, choices in CHOICES.items():
        if getattr(protocol, key) not in choices:
            raise ValueError(
                f"{where}: {key} must be one of {', '.join(choices)}, "
                f"got {getattr(protocol, key)!r}"
            )
    for key in ("held_out_share", "valid_share"):
        if not 0 < getattr(protocol, key) < 1:
            raise ValueError(
                f"{where}: {key} must lie between 0 and 1, "
                f"got {getattr(protocol, key)!r}"
            )
    if (protocol.target_material == "shots") != (protocol.shots > 0):
        raise ValueError(
            f"{where}: `target_material: shots` and `shots: 1` or more go "
            f"together, got {protocol.target_material!r} and {protocol.shots}"
        )
    if protocol.transductive and protocol.target_material != "unlabelled":
        raise ValueError(
            f"{where}: transductive training uses the scored audio, so "
            f"target_material must be unlabelled, not "
            f"{protocol.target_material!r}"
        )
    if (
        protocol.target_material == "unlabelled"
        and not protocol.transductive
        and protocol.scored == "all"
    ):
        raise ValueError(
            f"{where}: nothing is left for the unlabelled part; set "
            f"`scored: held_out`, or `transductive: True` to adapt to the "
            f"scored audio itself"
        )
    Scheme(protocol.classes, protocol.merge)  # checks both
