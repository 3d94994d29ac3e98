"""Mean frame of each phone segment."""

import torch


def segment_means(frames, lens, phones):
    """Average the frames of each phone.

    Arguments
    ---------
    frames : torch.Tensor, (batch, frames, dim)
        Padded at the end.
    lens : torch.Tensor, (batch,)
        Fraction of each row that is real, 0-1.
    phones : torch.Tensor, (batch, phones, 3)
        Code, start and end of each phone; the times are fractions of the real
        frames, 0-1. Rows whose end is not after their start are padding.

    Returns
    -------
    vectors : torch.Tensor, (segments, dim)
        Mean of at least one frame each.
    phone : torch.Tensor of int64, (segments,)
        Codes.
    utterance : torch.Tensor of int64, (segments,)
        Row of the batch each segment comes from.

    Example
    -------
    >>> frames = torch.tensor([[[1.0], [3.0], [5.0], [9.0]]])
    >>> phones = torch.tensor([[[7.0, 0.0, 0.5], [8.0, 0.5, 1.0]]])
    >>> segment_means(frames, torch.ones(1), phones)
    (tensor([[2.],
            [7.]]), tensor([7, 8]), tensor([0, 0]))
    """
    utterance, place = (phones[..., 2] > phones[..., 1]).nonzero(as_tuple=True)
    phone, start, end = phones[utterance, place].unbind(dim=-1)
    n_real = (lens * frames.shape[1]).round().clamp(min=1)[utterance]
    first = (start * n_real).round().minimum(n_real - 1).long()
    after = (end * n_real).round().long().maximum(first + 1)
    so_far = torch.nn.functional.pad(frames.cumsum(dim=1), (0, 0, 1, 0))
    total = so_far[utterance, after] - so_far[utterance, first]
    return total / (after - first)[:, None], phone.long(), utterance


def within(phones, stretch):
    """Convert phone times to fractions of a stretch of the utterance.

    Arguments
    ---------
    phones : torch.Tensor, (batch, phones, 3)
        As for ``segment_means``.
    stretch : torch.Tensor, (batch, 2)
        Start and end of the stretch as fractions of the utterance, 0-1.

    Returns
    -------
    torch.Tensor, (batch, phones, 3)
        Times as fractions of the stretch; phones outside become padding.

    Example
    -------
    >>> phones = torch.tensor([[[7.0, 0.0, 0.5], [8.0, 0.5, 1.0]]])
    >>> within(phones, torch.tensor([[0.5, 0.75]]))
    tensor([[[7., 0., 0.],
             [8., 0., 1.]]])
    """
    start, end = stretch[:, None, None].unbind(dim=-1)
    times = (phones[..., 1:] - start) / (end - start)
    return torch.cat([phones[..., :1], times.clamp(0, 1)], dim=-1)
