"""Two layers of pretrained encoders, rebuilt so that padding cannot leak.

As published, these layers need equal lengths: the base-sized encoders normalise
over all of a row, padding included, and WavLM's attention hands torch two
masks of types that it no longer accepts side by side. In both, the weights
stay, and an utterance alone gives what the published layer gives.
"""

import torch
from torch.nn.functional import pad, scaled_dot_product_attention
from transformers.models.wavlm.modeling_wavlm import WavLMAttention


class MaskedGroupNorm(torch.nn.GroupNorm):
    """Normalise each channel over the real frames of each utterance.

    Arguments
    ---------
    norm : torch.nn.GroupNorm
        Whose weights and groups are taken.

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
        self.n_real = None

    def forward(self, frames):
        """Normalise a batch whose lengths ``n_real`` was told before.

        Arguments
        ---------
        frames : torch.Tensor, (batch, channels, frames)
            Padded at the end.

        Returns
        -------
        torch.Tensor, (batch, channels, frames)
            Zero in the padding.
        """
        width = frames.shape[2]
        # A graph that is exported hears one recording, without padding.
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

    Give an attention this class (``attention.__class__ = ...``); it
    has no state of its own. Its projections are called, not only read, so
    that adapters around them work.
    """

    def torch_multi_head_self_attention(
        self, hidden_states, attention_mask, gated_position_bias
    ):
        """Attend; WavLM's own forward calls this.

        Arguments
        ---------
        hidden_states : torch.Tensor, (batch, frames, dim)
            Padded at the end.
        attention_mask : torch.Tensor of bool, (batch, frames)
            True where real.
        gated_position_bias : torch.Tensor, (batch * heads, frames, frames)
            Added to the scores.

        Returns
        -------
        torch.Tensor, (batch, frames, dim)
            What was attended to.
        None
            In place of the weights, which nobody asks for.
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
