"""The loss of a YAML that aligns source and target, for any method with gradients."""

import dataclasses
import json
import math

import torch

from speechbrain_clser.lobes.gradient_reversal import reverse_gradient
from speechbrain_clser.lobes.pooling import MeanStdPooling
from speechbrain_clser.losses.alignment import (
    conditioned,
    domain_classification,
    layer_anchoring,
    margin_disparity,
    mk_mmd,
)
from speechbrain_clser.losses.coral import coral

ALIGNMENTS = ("dann", "cdan", "mdd", "coral", "mk_mmd", "layer_anchoring")


@dataclasses.dataclass(frozen=True)
class AlignmentConstants:
    """Constants of the alignments.

    Arguments
    ---------
    hidden_dim : int
        Of the domain or auxiliary classifier of ``dann``, ``cdan`` and ``mdd``.
    reversal : float
        Strength of the reversed gradient at the end of the training.
    gamma : float
        Of ``mdd``: weight of the source.
    n_groups : int
        Of ``layer_anchoring``: groups of neighbouring layers.

    Raises
    ------
    ValueError
        If a value is out of range.

    Example
    -------
    >>> AlignmentConstants(gamma=1.3).hidden_dim
    128
    """

    hidden_dim: int = 128
    reversal: float = 1.0
    gamma: float = 1.5
    n_groups: int = 3

    def __post_init__(self):
        for name, value in dataclasses.asdict(self).items():
            is_count = name in ("hidden_dim", "n_groups")
            kind, least = (int, 1) if is_count else ((int, float), 0)
            if not isinstance(value, kind) or not least <= value < math.inf:
                raise ValueError(
                    f"--alignment_constants: expected {name} of at least "
                    f"{least}, found {value!r}"
                )


class DomainAlignment(torch.nn.Module):
    """Align embeddings, or layers of the encoder, of source and target.

    The trainer adds the loss to those of the method, with its weight. It is 0 for
    batches of one domain, such as those of validation. ``setup`` builds the
    classifiers of the adversarial losses, which the exported model does not contain.
    The strength of the reversed gradient grows with the training, as in DANN:
    2 / (1 + exp(-10 progress)) - 1.

    Arguments
    ---------
    name : str
        Among ``ALIGNMENTS``.
    n_classes : int
        Of the logits.
    weight : float
        Of the loss.
    constants : AlignmentConstants, optional
        By default all defaults.

    Example
    -------
    >>> from speechbrain_clser.methods.base import MethodOutput
    >>> alignment = DomainAlignment("coral", n_classes=4)
    >>> embedding = torch.tensor([[1.0], [-1.0], [2.0], [-2.0]])
    >>> output = MethodOutput(torch.zeros(4, 4), embedding)
    >>> frames = torch.zeros(4, 9, 1), torch.ones(4)
    >>> alignment(output, frames, torch.tensor([0, 0, 1, 1]), progress=0.5)
    tensor(9.)
    """

    def __init__(self, name, n_classes, weight=1.0, constants=None):
        super().__init__()
        self.name, self.n_classes, self.weight = name, n_classes, weight
        self.constants = constants or AlignmentConstants()
        self.head, self.n_layers = None, 1

    def setup(self, method, extractor):
        """Build the classifiers for the embedding of a method.

        Arguments
        ---------
        method : Method
            Set up already.
        extractor : Extractor
            Of its frames.
        """
        self.n_layers = extractor.n_layers
        if self.name not in ("dann", "cdan", "mdd"):
            return
        was_training = method.training
        with torch.no_grad():
            frames = torch.zeros(2, 9, extractor.dim), torch.ones(2)
            dim = method.eval()({"frames": frames}).embedding.shape[1]
        method.train(was_training)
        n_outputs = self.n_classes if self.name == "mdd" else 1
        self.head = torch.nn.Sequential(
            torch.nn.Linear(
                dim * self.n_classes if self.name == "cdan" else dim,
                self.constants.hidden_dim,
            ),
            torch.nn.ReLU(),
            torch.nn.Linear(self.constants.hidden_dim, n_outputs),
        )

    def forward(self, output, frames, domain, progress):
        """Compute the loss of a batch.

        Arguments
        ---------
        output : MethodOutput
            Of the method.
        frames : tuple of torch.Tensor
            Input of the method: frames, (batch, frames, dim), and lens, (batch,).
        domain : torch.Tensor of int, (batch,)
            0 for source, 1 for target.
        progress : float
            Fraction of the phase that is done, 0-1.

        Returns
        -------
        torch.Tensor, ()
            Without its weight.
        """
        is_target, embedding = domain == 1, output.embedding
        if self.name in ("coral", "mk_mmd"):
            distance = {"coral": coral, "mk_mmd": mk_mmd}[self.name]
            return distance(embedding[~is_target], embedding[is_target])
        if self.name == "layer_anchoring":
            layers = mean_of_layers(*frames, self.n_layers)
            return layer_anchoring(layers, is_target, self.constants.n_groups)
        ramp = 2 / (1 + math.exp(-10 * progress)) - 1
        inputs = reverse_gradient(embedding, self.constants.reversal * ramp)
        if self.name == "mdd":
            return margin_disparity(
                self.head(inputs),
                output.logits,
                is_target,
                self.constants.gamma,
            )
        if self.name == "cdan":
            inputs = conditioned(inputs, output.logits)
        return domain_classification(self.head(inputs)[:, 0], is_target)


def mean_of_layers(frames, lens, n_layers):
    """Average each of the concatenated layers over the real frames.

    Arguments
    ---------
    frames : torch.Tensor, (batch, frames, n_layers * dim)
        Padded at the end with anything finite.
    lens : torch.Tensor, (batch,)
        Fraction of each row that is real, 0-1.
    n_layers : int
        Number of layers.

    Returns
    -------
    torch.Tensor, (batch, n_layers, dim)
        In the units of ``frames``.

    Example
    -------
    >>> frames = torch.tensor([[[1.0, 5.0], [3.0, 7.0], [99.0, 99.0]]])
    >>> mean_of_layers(frames, torch.tensor([0.67]), n_layers=2)
    tensor([[[2.],
             [6.]]])
    """
    mean = MeanStdPooling(frames.shape[-1], with_std=False)(frames, lens)
    return mean.unflatten(-1, (n_layers, -1))


def wanted(name, weight, constants, n_classes):
    """Read the keys of a YAML about alignment, and check them.

    Arguments
    ---------
    name : str
        ``"none"``, or one of ``ALIGNMENTS``.
    weight : float
        Of the loss.
    constants : dict or str, optional
        Fields of ``AlignmentConstants``; as JSON text on the command line.
    n_classes : int
        Of the protocol.

    Returns
    -------
    DomainAlignment or None
        None for ``"none"``.

    Raises
    ------
    ValueError
        If a value is none of those that exist.

    Example
    -------
    >>> wanted("none", 1.0, None, 4)
    >>> wanted("mdd", 1.0, '{"gamma": 1.3}', 4).constants.gamma
    1.3
    >>> wanted("gan", 1.0, None, 4)
    Traceback (most recent call last):
    ValueError: --alignment: expected one of none, dann, cdan, ... found 'gan'
    """
    if name not in ("none", *ALIGNMENTS):
        raise ValueError(
            f"--alignment: expected one of none, {', '.join(ALIGNMENTS)}, found "
            f"{name!r}"
        )
    if isinstance(constants, str):
        try:
            constants = json.loads(constants)
        except json.JSONDecodeError:
            pass  # refused below
    constants = {} if constants is None else constants
    known = [field.name for field in dataclasses.fields(AlignmentConstants)]
    if not isinstance(constants, dict) or constants.keys() - set(known):
        raise ValueError(
            f"--alignment_constants: expected a mapping with some of "
            f"{', '.join(known)}, found {constants!r}"
        )
    constants = AlignmentConstants(**constants)
    if name == "none":
        return None
    return DomainAlignment(name, n_classes, weight, constants)


def with_unlabelled(phases, alignment, batch_size):
    """Add unlabelled utterances to the batches of phases that have none.

    Arguments
    ---------
    phases : list of Phase
        In their order.
    alignment : DomainAlignment or None
        Without one, phases are not changed.
    batch_size : int
        Number of unlabelled utterances to add to each batch.

    Returns
    -------
    list of Phase
        In their order.

    Example
    -------
    >>> from speechbrain_clser.training.phases import Phase
    >>> alignment = DomainAlignment("coral", n_classes=4)
    >>> [phase] = with_unlabelled([Phase("train", "train", 9)], alignment, 32)
    >>> phase.n_unlabelled
    32
    """
    if alignment is None:
        return phases
    return [
        dataclasses.replace(
            phase, n_unlabelled=phase.n_unlabelled or batch_size
        )
        for phase in phases
    ]


def refuse_unusable(alignment, protocol, extractor, method):
    """Refuse an alignment that a run cannot have, before audio is decoded.

    Arguments
    ---------
    alignment : DomainAlignment or None
        Without one, nothing is refused.
    protocol : Protocol
        Must give unlabelled target utterances.
    extractor : Extractor
        Must be trained and return several layers, for ``layer_anchoring``.
    method : Method
        Must be trained by gradient steps.

    Raises
    ------
    ValueError
        If one of them does not fit.

    Example
    -------
    >>> from speechbrain_clser.data.protocol import load
    >>> from speechbrain_clser.methods.linear import Linear
    >>> alignment = DomainAlignment("coral", n_classes=4)
    >>> refuse_unusable(alignment, load("demo"), None, Linear(3, 4))
    Traceback (most recent call last):
    ValueError: --alignment coral: expected a method that is trained by gradient ...
    """
    if alignment is None:
        return
    start = f"--alignment {alignment.name}: expected"
    if not method.USES_GRADIENTS:
        raise ValueError(
            f"{start} a method that is trained by gradient steps, found "
            f"{type(method).__name__}; give --alignment none"
        )
    if "target" not in protocol.pools:
        raise ValueError(
            f"{start} a protocol with unlabelled target utterances, found none in "
            f"{protocol.name!r}; choose `supervision: unlabelled` or "
            "`transductive`, such as emodb_to_emovo:unlabelled"
        )
    if alignment.name != "layer_anchoring":
        return
    if extractor.is_frozen or extractor.n_layers < 2:
        state = "a frozen" if extractor.is_frozen else "a trained"
        raise ValueError(
            f"{start} a trained encoder that returns several layers, found "
            f"{state} one of {extractor.n_layers}; give --adapt lora, --layer_mix "
            "learned and a range such as --layers 4-8, or --alignment coral, which "
            "aligns the embedding"
        )
    if alignment.constants.n_groups > extractor.n_layers:
        raise ValueError(
            f"{start} at least as many layers as n_groups, found "
            f"{extractor.n_layers} layers and {alignment.constants.n_groups} "
            "groups; give --alignment_constants '{n_groups: 2}' or more --layers"
        )
