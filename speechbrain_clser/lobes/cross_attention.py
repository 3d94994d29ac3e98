"""Cross-attention between two streams of frames."""

import torch

from speechbrain_clser.lobes.mask import real_frames


class _Direction(torch.nn.Module):
    """Cross-attention from one stream to the other, with a feed-forward layer."""

    def __init__(self, dim, n_heads, feedforward_dim, dropout):
        super().__init__()
        self.norm = torch.nn.LayerNorm(dim)
        self.other_norm = torch.nn.LayerNorm(dim)
        self.attention = torch.nn.MultiheadAttention(
            dim, n_heads, dropout=dropout, batch_first=True
        )
        self.dropout = torch.nn.Dropout(dropout)
        self.feedforward = torch.nn.Sequential(
            torch.nn.LayerNorm(dim),
            torch.nn.Linear(dim, feedforward_dim),
            torch.nn.GELU(),
            torch.nn.Dropout(dropout),
            torch.nn.Linear(feedforward_dim, dim),
            torch.nn.Dropout(dropout),
        )

    def forward(self, frames, other, is_padding, with_weights):
        """Return the frames, and weights, (batch, frames, frames), or None."""
        other = self.other_norm(other)
        attended, weights = self.attention(
            self.norm(frames),
            other,
            other,
            key_padding_mask=is_padding,
            need_weights=with_weights,
        )
        frames = frames + self.dropout(attended)
        return frames + self.feedforward(frames), weights


class CrossAttention(torch.nn.Module):
    """Apply layers of cross-attention between two streams of frames.

    In each layer both streams attend to the output of the other stream in the
    previous layer, with separate weights by default. The streams may differ in
    the number of frames: one vector per utterance is a stream of one frame.

    Arguments
    ---------
    dim : int
        Of the frames of both streams.
    n_layers : int
        Number of layers.
    n_heads : int
        Attention heads; must divide ``dim``.
    feedforward_dim : int
        Hidden dimension of the feed-forward layers.
    dropout : float
        Of attention weights and residual branches.
    shared_weights : bool
        Whether both directions use the same weights.

    Source
    ------
    The cross-attention transformer of Zhao et al., HuMP-CAT, IEEE Internet of
    Things Journal, 2025. Pre-norm attention, weights by direction and a
    feed-forward layer are our reconstruction.

    Example
    -------
    >>> lobe = CrossAttention(dim=16, n_layers=2, feedforward_dim=32)
    >>> melody, voice = torch.ones(2, 1, 16), torch.ones(2, 50, 16)
    >>> lens = torch.tensor([1.0, 0.5])
    >>> melody, voice = lobe(melody, voice, torch.ones(2), lens)
    >>> melody.shape, voice.shape
    (torch.Size([2, 1, 16]), torch.Size([2, 50, 16]))
    """

    def __init__(
        self,
        dim,
        n_layers=2,
        n_heads=4,
        feedforward_dim=512,
        dropout=0.1,
        shared_weights=False,
    ):
        super().__init__()
        n_directions = 1 if shared_weights else 2
        self.layers = torch.nn.ModuleList(
            torch.nn.ModuleList(
                _Direction(dim, n_heads, feedforward_dim, dropout)
                for _ in range(n_directions)
            )
            for _ in range(n_layers)
        )

    def forward(self, first, second, first_lens, second_lens):
        """Attend in both directions; zero in the padding.

        Arguments
        ---------
        first : torch.Tensor, (batch, frames, dim)
            Padded at the end with anything finite.
        second : torch.Tensor, (batch, other frames, dim)
            Likewise.
        first_lens, second_lens : torch.Tensor, (batch,)
            Fraction of each row that is real, 0-1.

        Returns
        -------
        first : torch.Tensor, (batch, frames, dim)
            With information of the second.
        second : torch.Tensor, (batch, other frames, dim)
            With information of the first.
        """
        first, second, _ = self._exchange(
            first, second, first_lens, second_lens, with_weights=False
        )
        return first, second

    def attentions(self, first, second, first_lens, second_lens) -> list:
        """Return the attention weights of all layers.

        Arguments
        ---------
        first, second : torch.Tensor, (batch, frames, dim)
            As for ``forward``.
        first_lens, second_lens : torch.Tensor, (batch,)
            As for ``forward``.

        Returns
        -------
        list of (torch.Tensor, torch.Tensor)
            For each layer, from the first stream to the second, (batch, frames,
            other frames), and back; means of the heads, rows of sum 1.
        """
        *_, weights = self._exchange(
            first, second, first_lens, second_lens, with_weights=True
        )
        return weights

    def _exchange(self, first, second, first_lens, second_lens, with_weights):
        is_first = real_frames(first_lens, first.shape[1])
        is_second = real_frames(second_lens, second.shape[1])
        weights = []
        for directions in self.layers:
            attended, to_second = directions[0](
                first, second, ~is_second, with_weights
            )
            second, to_first = directions[-1](
                second, first, ~is_first, with_weights
            )
            first = attended
            weights.append((to_second, to_first))
        first = first * is_first[..., None]
        return first, second * is_second[..., None], weights
