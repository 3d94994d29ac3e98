"""Padding-safe versions of two layers of pretrained encoders.

The published layers need equal lengths: base-sized encoders normalise over padding,
and WavLM's attention passes two masks of types that torch no longer accepts together.
Weights are unchanged, and the output for a single utterance is that of the published
layer.
"""

import contextvars

import torch
from torch.nn.functional import pad, scaled_dot_product_attention
from transformers.models.wavlm.modeling_wavlm import WavLMAttention

# Several threads may run one encoder.
_N_REAL = contextvars.ContextVar("n_real", default=None)


class MaskedGroupNorm(torch.nn.GroupNorm):
    """Normalise each channel over the real frames of each utterance.

    Arguments
    ---------
    norm : torch.nn.GroupNorm
        Source of weights and groups.

    Example
    -------
    >>> norm = MaskedGroupNorm(torch.nn.GroupNorm(1, 1))
    >>> norm.n_real = torch.tensor([2])
    >>> norm(torch.tensor([[[1.0, 3.0, 99.0]]])).detach().round()
    tensor([[[-1.,  1.,  0.]]])
    """

    def __init__(self, norm):
        super().__init__(norm.num_groups, norm.num_channels, norm.eps)
        self.weight, self.bias = norm.weight, norm.bias

    @property
    def n_real(self):
        """Real frames of each row of the batch, (batch,).

        Of the current thread, and the same for all layers of this class.
        """
        return _N_REAL.get()

    @n_real.setter
    def n_real(self, n_real):
        """Set the real frames of each row of the batch, (batch,)."""
        _N_REAL.set(n_real)

    def forward(self, frames):
        """Normalise (batch, channels, frames) with the lengths in ``n_real``."""
        width = frames.shape[2]
        # An exported graph processes one recording without padding.
        if torch.compiler.is_exporting() or self.n_real.min() == width:
            return super().forward(frames)
        rows = [
            pad(
                super(MaskedGroupNorm, self).forward(row[..., :n]),
                (0, width - n),
            )
            for row, n in zip(
                frames.split(1), self.n_real.tolist(), strict=True
            )
        ]
        return torch.cat(rows)


class MaskedWavLMAttention(WavLMAttention):
    """WavLM's attention, gated position bias and all, with a mask.

    Assign this class to an attention (``attention.__class__ = ...``); it has no
    additional state. Projections are called as modules, so that adapters around
    them work.
    """

    def torch_multi_head_self_attention(
        self, hidden_states, attention_mask, gated_position_bias
    ):
        """Compute the attention; called by WavLM's forward.

        The mask, (batch, frames), is True where real; the bias, (batch * heads, frames,
        frames), is added to the scores. Returns None in place of the weights, which are unused.
        """
        width = hidden_states.shape[1]

        def heads(values):
            return values.unflatten(-1, (self.num_heads, -1)).transpose(1, 2)

        query = heads(self.q_proj(hidden_states))
        bias = gated_position_bias.view(-1, self.num_heads, width, width)
        bias = bias.masked_fill(
            ~attention_mask[:, None, None, :], float("-inf")
        )
        attended = scaled_dot_product_attention(
            query,
            heads(self.k_proj(hidden_states)),
            heads(self.v_proj(hidden_states)),
            attn_mask=bias.to(query.dtype),
            dropout_p=self.dropout if self.training else 0.0,
        )
        return self.out_proj(attended.transpose(1, 2).flatten(2)), None
