"""Streams that meet one after the other, and read each other when they meet."""

import torch

from speechbrain_clser.lobes.cross_attention import CrossAttention
from speechbrain_clser.lobes.mask import real_frames


class StreamFusion(torch.nn.Module):
    """Fuse streams in their order: the first with the second, both with the third.

    At each meeting the two sides attend to each other and are then put side by
    side. A stream of one frame stands beside every frame of the other.

    Arguments
    ---------
    streams : dict
        Name to ``Stream``, all of one ``output_dim``.
    order : list of str
        Which streams meet, in which order; one alone meets nobody.
    n_stages : int
        Meetings with cross-attention, counted from the last; at the earlier
        ones the streams only come to lie side by side. 0: concatenation.
    n_layers, n_heads, feedforward_dim, dropout, shared_weights
        Of each ``CrossAttention``.

    Raises
    ------
    ValueError
        If there is no such stream, or one is named twice.

    Source
    ------
    Zhao et al., HuMP-CAT, IEEE Internet of Things Journal, 2025: prosody meets
    MFCC, what comes of it meets HuBERT. How both sides go on together is our
    reconstruction.

    Example
    -------
    >>> from speechbrain_clser.lobes.conv_transformer import ConvTransformer
    >>> from speechbrain_clser.lobes.stream import Stream
    >>> places = {"melody": (0, 2), "voice": (2, 5)}
    >>> fusion = StreamFusion(
    ...     {
    ...         "melody": Stream(places, "melody", ConvTransformer(2, 8)),
    ...         "voice": Stream(places, "voice", ConvTransformer(3, 8)),
    ...     },
    ...     order=["melody", "voice"],
    ... )
    >>> frames, lens = fusion(torch.ones(2, 9, 5), torch.tensor([1.0, 0.5]))
    >>> frames.shape, fusion.output_dim
    (torch.Size([2, 9, 16]), 16)
    """

    def __init__(
        self,
        streams,
        order,
        n_stages=2,
        n_layers=2,
        n_heads=4,
        feedforward_dim=512,
        dropout=0.1,
        shared_weights=False,
    ):
        super().__init__()
        if set(order) - set(streams) or len(set(order)) != len(order):
            raise ValueError(
                f"streams must be some of {', '.join(streams)}, each once, in "
                f"the order in which they meet, got {list(order)}"
            )
        self.order = list(order)
        self.streams = torch.nn.ModuleDict({n: streams[n] for n in order})
        dim = streams[order[0]].output_dim
        n_meetings = len(order) - 1
        self.stages = torch.nn.ModuleList(
            CrossAttention(
                dim,
                n_layers,
                n_heads,
                feedforward_dim,
                dropout,
                shared_weights,
            )
            if n_meetings - k <= n_stages
            else None
            for k in range(n_meetings)
        )
        self.joins = torch.nn.ModuleList(
            torch.nn.Linear(2 * dim, dim) for _ in range(n_meetings - 1)
        )
        self.output_dim = 2 * dim if n_meetings else dim

    def forward(self, frames, lens):
        """Fuse the streams of a batch.

        Arguments
        ---------
        frames : torch.Tensor, (batch, frames, columns of all streams)
            Padded at the end with anything finite.
        lens : torch.Tensor, (batch,)
            Share of each row that is real, 0-1.

        Returns
        -------
        frames : torch.Tensor, (batch, frames, output_dim)
            As many as the streams have.
        lens : torch.Tensor, (batch,)
            Of these frames.
        """
        fused, lens, _ = self._meet(frames, lens, with_weights=False)
        return fused, lens

    def attentions(self, frames, lens) -> list:
        """Tell which frames of each other the two sides of a meeting attend to.

        Arguments
        ---------
        frames, lens : torch.Tensor
            As for ``forward``.

        Returns
        -------
        list of dict
            For each meeting with cross-attention ``names`` of both sides, the
            streams so far joined by +, and of its last layer ``to_second``,
            (batch, frames, other frames), and ``to_first``: means of the
            heads, rows of sum 1; ``n_first`` and ``n_second``, (batch,): how
            many frames of each side are real.
        """
        *_, weights = self._meet(frames, lens, with_weights=True)
        return weights

    def _meet(self, frames, lens, with_weights):
        first, first_lens = self.streams[self.order[0]](frames, lens)
        weights = []
        for k, (name, stage) in enumerate(
            zip(self.order[1:], self.stages, strict=True)
        ):
            if k:
                first = self.joins[k - 1](first)
            second, second_lens = self.streams[name](frames, lens)
            sides = first, second, first_lens, second_lens
            if stage is not None:
                if with_weights:
                    to_second, to_first = stage.attentions(*sides)[-1]
                    weights.append(
                        {
                            "names": ["+".join(self.order[: k + 1]), name],
                            "to_second": to_second,
                            "to_first": to_first,
                            "n_first": _n_real(first, first_lens),
                            "n_second": _n_real(second, second_lens),
                        }
                    )
                first, second = stage(*sides)
            first, first_lens = _side_by_side(
                first, second, first_lens, second_lens
            )
        return first, first_lens, weights


def _n_real(frames, lens):
    """Number of real frames of each row."""
    return real_frames(lens, frames.shape[1]).sum(dim=1)


def _side_by_side(first, second, first_lens, second_lens):
    """Columns of both in every frame of the longer."""
    lens = second_lens if first.shape[1] == 1 else first_lens
    n_frames = max(first.shape[1], second.shape[1])
    sides = [
        side.expand(-1, n_frames, -1) if side.shape[1] == 1 else side
        for side in (first, second)
    ]
    return torch.cat(sides, dim=-1), lens
