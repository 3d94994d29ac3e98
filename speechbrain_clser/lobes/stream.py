"""Encoder of one of several streams that are concatenated in the frames."""

import torch

from speechbrain_clser.lobes.mask import real_frames

TEXT = "text"


class Stream(torch.nn.Module):
    """Select the columns of a stream, encode them and average neighbouring frames.

    ``source`` is the item of a batch that it reads: ``"text"``, the embedded tokens of
    a transcript, for the stream of this name, otherwise ``"frames"``.

    Arguments
    ---------
    places : dict
        Name to first column and end column; ``Streams.places``.
    name : str
        Of this stream.
    encoder : torch.nn.Module
        ``(frames, lens)`` to frames, with ``output_dim``. One frame describes
        the whole utterance.
    n_averaged : int
        Number of neighbouring frames that are averaged to one; tokens are not
        averaged.

    Raises
    ------
    ValueError
        If ``places`` does not contain ``name``.

    Example
    -------
    >>> class Same(torch.nn.Module):
    ...     output_dim = 1
    ...
    ...     def forward(self, frames, lens):
    ...         return frames
    >>> places = {"voice": (0, 2), "melody": (2, 3)}
    >>> stream = Stream(places, "melody", Same(), n_averaged=2)
    >>> frames = torch.tensor([[[9.0, 9, 1], [9, 9, 3], [9, 9, 5]]])
    >>> stream(frames, torch.ones(1))
    (tensor([[[2.],
             [5.]]]), tensor([1.]))
    """

    def __init__(self, places, name, encoder, n_averaged=1):
        super().__init__()
        if name not in places:
            raise ValueError(
                f"expected one of the streams {', '.join(places)}, found {name!r}"
            )
        self.columns = slice(*places[name])
        self.encoder = encoder
        self.source = TEXT if name == TEXT else "frames"
        self.n_averaged = 1 if name == TEXT else n_averaged
        self.output_dim = encoder.output_dim

    def forward(self, frames, lens):
        """Encode the stream of a batch.

        Arguments
        ---------
        frames : torch.Tensor, (batch, frames, columns of all streams)
            Padded at the end with anything finite.
        lens : torch.Tensor, (batch,)
            Fraction of each row that is real, 0-1.

        Returns
        -------
        frames : torch.Tensor, (batch, fewer frames, output_dim)
            Zero in the padding.
        lens : torch.Tensor, (batch,)
            Of these frames.
        """
        encoded = self.encoder(frames[..., self.columns], lens)
        if encoded.shape[1] == 1:
            return encoded, torch.ones_like(lens)
        return averaged(encoded, lens, self.n_averaged)


def averaged(frames, lens, n):
    """Replace each ``n`` neighbouring frames by their mean.

    Arguments
    ---------
    frames : torch.Tensor, (batch, frames, dim)
        Padded at the end with anything finite.
    lens : torch.Tensor, (batch,)
        Fraction of each row that is real, 0-1.
    n : int
        Frames per mean; the last group of an utterance may be smaller.

    Returns
    -------
    frames : torch.Tensor, (batch, fewer frames, dim)
        Zero in the padding.
    lens : torch.Tensor, (batch,)
        Fraction of each row that is real, 0-1.

    Example
    -------
    >>> frames = torch.tensor([[[1.0], [3.0], [5.0], [99.0]]])
    >>> averaged(frames, torch.tensor([0.75]), 2)
    (tensor([[[2.],
             [5.]]]), tensor([1.]))
    """
    is_real = real_frames(lens, frames.shape[1])
    frames = frames * is_real[..., None]
    if n == 1:
        return frames, lens
    missing = -frames.shape[1] % n
    sums = torch.nn.functional.pad(frames, (0, 0, 0, missing))
    counts = torch.nn.functional.pad(is_real, (0, missing))
    sums = sums.unflatten(1, (-1, n)).sum(dim=2)
    counts = counts.unflatten(1, (-1, n)).sum(dim=2)
    n_real = (counts > 0).sum(dim=1)
    lens = n_real.to(lens) / counts.shape[1]
    return sums / counts.clamp(min=1)[..., None], lens
