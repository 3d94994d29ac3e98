"""Fine-tune a pretrained encoder: fully, its top blocks, or with adapters."""

import dataclasses
import functools

import torch
from speechbrain.nnet.adapters import AdaptedModel, HoulsbyAdapterLinear, LoRA
from torch.nn.init import zeros_


class Gate(torch.nn.Module):
    """Scale the output of a module by the sigmoid of one learned parameter.

    Mi, Ma and Toda (Interspeech 2026) name weight gating but do not describe
    it; a scalar per branch, 0.5 at the start, is our reconstruction.

    Arguments
    ---------
    branch : torch.nn.Module
        Module with one input tensor and one output tensor.

    Example
    -------
    >>> Gate(torch.nn.Identity())(torch.tensor([4.0])).detach()
    tensor([2.])
    """

    def __init__(self, branch):
        super().__init__()
        self.branch = branch
        self.logit = torch.nn.Parameter(torch.zeros(()))

    def forward(self, values):
        """Scale the output of the branch, by half at the start of training."""
        return self.logit.sigmoid() * self.branch(values)


ADAPTERS = ("lora", "bottleneck")
WAYS = (*ADAPTERS, "lora+bottleneck", "top", "full")

# Module names of queries, values and feed-forward outputs in the encoders of
# ``ssl_lobes``.
ATTENTION = ["*.q_proj", "*.v_proj", "*.linear_q", "*.linear_v"]
FEED_FORWARD = ["*.feed_forward.output_dense", "*.ffn?.output_dense", "*.fc2"]


@dataclasses.dataclass(frozen=True)
class Adaptation:
    """Configuration of encoder fine-tuning.

    Defaults are those of a public reproduction of Mi, Ma and Toda (2026); the paper
    does not report them.

    Arguments
    ---------
    adapt : str
        ``"lora"``: low-rank additions to queries and values; ``"bottleneck"``:
        Houlsby adapters behind each feed-forward block; ``"lora+bottleneck"``;
        ``"top"``: the last transformer blocks; ``"full"``: all parameters.
    rank : int
        LoRA rank.
    alpha : float
        LoRA scaling, ``alpha / rank``.
    bottleneck_dim : int
        Width of a Houlsby adapter.
    gated : bool
        Whether a learned gate scales each adapter; see ``Gate``.
    train_cnn : bool
        Whether ``"full"`` includes the convolutions over the waveform.
    top_layers : int
        Number of blocks trained by ``"top"``, counted from the last block in
        use.

    Raises
    ------
    ValueError
        If ``adapt`` is unknown.
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
    """Make an encoder, or only its adapters, trainable.

    Adapters have no effect before the first step, so that training starts from the
    published encoder.

    Arguments
    ---------
    lobe : SSLLobe
        Frozen, with the layers in use; modified in place.
    adaptation : Adaptation
        Fine-tuning configuration.

    Raises
    ------
    ValueError
        If there is no transformer block for an adapter, or there are fewer
        blocks than ``top_layers``.

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
    # Both kinds select their modules before any of them is inserted.
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
    """Create an adapter with zero output around a module, optionally gated."""
    adapter = kind(module)
    zeros_(adapter.adapter_up_proj.weight)
    if gated:
        adapter.adapter_up_proj = Gate(adapter.adapter_up_proj)
    return adapter
