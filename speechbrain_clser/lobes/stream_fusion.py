"""Stepwise fusion of streams by cross-attention."""

import torch

from speechbrain_clser.lobes.cross_attention import CrossAttention
from speechbrain_clser.lobes.mask import real_frames


class StreamFusion(torch.nn.Module):
    """Fuse streams in order: the first with the second, the result with the third.

    At each step the two sides attend to each other and are then concatenated. A
    stream of one frame is concatenated to every frame of the other.

    Arguments
    ---------
    streams : dict
        Name to ``Stream``, all of one ``output_dim``.
    order : list of str
        Streams to fuse, in this order; a single stream is not fused.
    n_stages : int
        Number of steps with cross-attention, counted from the last; earlier
        steps only concatenate. 0: concatenation only.
    n_layers, n_heads, feedforward_dim, dropout, shared_weights
        Of each ``CrossAttention``.

    Raises
    ------
    ValueError
        If a stream is unknown or repeated.

    Source
    ------
    Zhao et al., HuMP-CAT, IEEE Internet of Things Journal, 2025: prosody is
    fused with MFCC, the result with HuBERT. The concatenation of both sides is
    our reconstruction.

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
                f"expected streams among {', '.join(streams)}, each once, in "
                f"the order of fusion, found {list(order)}"
            )
        self.order = list(order)
        self.streams = torch.nn.ModuleDict({n: streams[n] for n in order})
        dim = streams[order[0]].output_dim
        n_steps = len(order) - 1
        self.stages = torch.nn.ModuleList(
            CrossAttention(
                dim,
                n_layers,
                n_heads,
                feedforward_dim,
                dropout,
                shared_weights,
            )
            if n_steps - k <= n_stages
            else None
            for k in range(n_steps)
        )
        self.joins = torch.nn.ModuleList(
            torch.nn.Linear(2 * dim, dim) for _ in range(n_steps - 1)
        )
        self.output_dim = 2 * dim if n_steps else dim

    def forward(self, frames, lens):
        """Fuse the streams of a batch.

        Arguments
        ---------
        frames : torch.Tensor, (batch, frames, columns of all streams)
            Padded at the end with anything finite.
        lens : torch.Tensor, (batch,)
            Fraction of each row that is real, 0-1.

        Returns
        -------
        frames : torch.Tensor, (batch, frames, output_dim)
            With the number of frames of the longer side.
        lens : torch.Tensor, (batch,)
            Of these frames.
        """
        fused, lens, _ = self._fuse(frames, lens, with_weights=False)
        return fused, lens

    def attentions(self, frames, lens) -> list:
        """Return the attention weights of each fusion step.

        Arguments
        ---------
        frames, lens : torch.Tensor
            As for ``forward``.

        Returns
        -------
        list of dict
            For each step with cross-attention ``names`` of both sides, the
            fused streams joined by +; of its last layer ``to_second``,
            (batch, frames, other frames), and ``to_first``: means over the
            heads, rows of sum 1; ``n_first`` and ``n_second``, (batch,): the
            number of real frames of each side.
        """
        *_, weights = self._fuse(frames, lens, with_weights=True)
        return weights

    def _fuse(self, frames, lens, with_weights):
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
            first, first_lens = _concatenate(
                first, second, first_lens, second_lens
            )
        return first, first_lens, weights


def _n_real(frames, lens):
    """Count the real frames of each row."""
    return real_frames(lens, frames.shape[1]).sum(dim=1)


def _concatenate(first, second, first_lens, second_lens):
    """Concatenate the columns of both sides; repeat a single frame."""
    lens = second_lens if first.shape[1] == 1 else first_lens
    n_frames = max(first.shape[1], second.shape[1])
    sides = [
        side.expand(-1, n_frames, -1) if side.shape[1] == 1 else side
        for side in (first, second)
    ]
    return torch.cat(sides, dim=-1), lens
