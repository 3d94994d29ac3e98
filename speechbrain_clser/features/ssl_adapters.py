"""Training a pretrained encoder: all of it, its top, or adapters inside it."""

import dataclasses
import functools

from speechbrain.nnet.adapters import AdaptedModel, HoulsbyAdapterLinear, LoRA
from torch.nn.init import zeros_

from speechbrain_clser.lobes.gate import Gate

ADAPTERS = ("lora", "bottleneck")
WAYS = (*ADAPTERS, "lora+bottleneck", "top", "full")

# Queries and values, and the ends of feed-forward blocks, as the encoders of
# ``ssl_lobes`` call them.
ATTENTION = ["*.q_proj", "*.v_proj", "*.linear_q", "*.linear_v"]
FEED_FORWARD = ["*.feed_forward.output_dense", "*.ffn?.output_dense", "*.fc2"]


@dataclasses.dataclass(frozen=True)
class Adaptation:
    """How a pretrained encoder is trained along.

    The values are those of a public reproduction of Mi, Ma and Toda (2026),
    who report none.

    Arguments
    ---------
    adapt : str
        ``"lora"``: low-rank additions to queries and values; ``"bottleneck"``:
        Houlsby adapters behind each feed-forward block; ``"lora+bottleneck"``;
        ``"top"``: the last transformer blocks; ``"full"``: all parameters.
    rank : int
        Of LoRA.
    alpha : float
        LoRA adds its product times ``alpha / rank``.
    bottleneck_dim : int
        Width of a Houlsby adapter.
    gated : bool
        Whether a learned gate scales each adapter; see ``Gate``.
    train_cnn : bool
        Whether ``"full"`` includes the convolutions over the waveform.
    top_layers : int
        How many blocks ``"top"`` trains, counted down from the last that is
        used.

    Raises
    ------
    ValueError
        If there is no such way to adapt.
    """

    adapt: str = "lora"
    rank: int = 8
    alpha: float = 16.0
    bottleneck_dim: int = 64
    gated: bool = False
    train_cnn: bool = False
    top_layers: int = 2

    def __post_init__(self):
        if self.adapt not in WAYS:
            raise ValueError(
                f"adapt must be frozen, {', '.join(WAYS)}, got {self.adapt!r}"
            )


def adapt(lobe, adaptation):
    """Make an encoder trainable; with adapters, nothing but they are.

    An adapter adds nothing before the first step, so that training starts
    from the encoder as it was published.

    Arguments
    ---------
    lobe : SSLLobe
        Frozen, with the layers that are used; changed in place.
    adaptation : Adaptation
        What to train.

    Raises
    ------
    ValueError
        If there is no transformer block to put an adapter into, or there are
        fewer than are to be trained.

    Example
    -------
    >>> import types
    >>> import torch
    >>> block = torch.nn.ModuleDict({"q_proj": torch.nn.Linear(4, 4)})
    >>> lobe = types.SimpleNamespace(
    ...     n_blocks=1,
    ...     lobe=types.SimpleNamespace(
    ...         model=torch.nn.Sequential(block).requires_grad_(False)
    ...     ),
    ... )
    >>> adapt(lobe, Adaptation(rank=2))
    >>> [n for n, p in lobe.lobe.model.named_parameters() if p.requires_grad]
    ['0.q_proj.adapter_down_proj.weight', '0.q_proj.adapter_up_proj.weight']
    """
    if adaptation.adapt == "full":
        for parameter in lobe.trainable(adaptation.train_cnn):
            parameter.requires_grad_(True)
        return
    if not lobe.n_blocks:
        raise ValueError(
            f"adapt is {adaptation.adapt}, but layers end at 0, below the first "
            "transformer block; choose a higher layer or adapt: frozen"
        )
    if adaptation.adapt == "top":
        for block in lobe.top(adaptation.top_layers):
            block.requires_grad_(True)
        return
    kinds = {
        "lora": (
            ATTENTION,
            functools.partial(
                LoRA, rank=adaptation.rank, alpha=adaptation.alpha
            ),
        ),
        "bottleneck": (
            FEED_FORWARD,
            functools.partial(
                HoulsbyAdapterLinear, projection_size=adaptation.bottleneck_dim
            ),
        ),
    }
    # Both kinds find their places, and freeze the rest, before either is put in.
    adapted = [
        AdaptedModel(
            lobe.lobe.model,
            adapter_class=_silent,
            adapter_kwargs={"kind": kind, "gated": adaptation.gated},
            target_layers=places,
            manual_adapter_insertion=True,
        )
        for name, (places, kind) in kinds.items()
        if name in adaptation.adapt.split("+")
    ]
    for model in adapted:
        model.insert_adapters()


def _silent(module, kind, gated):
    """An adapter around a module that adds nothing yet, gated or not."""
    adapter = kind(module)
    zeros_(adapter.adapter_up_proj.weight)
    if gated:
        adapter.adapter_up_proj = Gate(adapter.adapter_up_proj)
    return adapter
