"""Pitch by autocorrelation and a best path, in batch."""

import math

import torch


def best_candidates(autocorrelation, sample_rate_hz, low_hz, high_hz, n_best):
    """Find the highest peaks of an autocorrelation, between its samples.

    Arguments
    ---------
    autocorrelation : torch.Tensor, (..., lags)
        1 at lag 0; must reach one lag beyond ``low_hz``.
    sample_rate_hz : int
        Lags a second.
    low_hz, high_hz : float
        Range of the search.
    n_best : int
        Peaks wanted.

    Returns
    -------
    hz : torch.Tensor, (..., n_best)
        Frequency of each peak; ``low_hz`` where there are fewer peaks.
    height : torch.Tensor, (..., n_best)
        Autocorrelation there, 0-1; 0 where there are fewer peaks.

    Example
    -------
    >>> tone = torch.cos(torch.arange(400) * 2 * torch.pi * 205 / 16000)
    >>> hz, height = best_candidates(tone, 16000, 60.0, 600.0, 1)
    >>> round(hz.item()), round(height.item(), 2)
    (205, 1.0)
    """
    first = max(1, math.floor(sample_rate_hz / high_hz))
    last = math.ceil(sample_rate_hz / low_hz)
    left = autocorrelation[..., first - 1 : last]
    middle = autocorrelation[..., first : last + 1]
    right = autocorrelation[..., first + 1 : last + 2]
    is_peak = (middle > left) & (middle >= right) & (middle > 0)
    # The favour for short lags keeps the first of equal peaks: no octave down.
    lags = torch.arange(first, last + 1, device=middle.device)
    favour = 0.01 * torch.log2(sample_rate_hz / (lags * low_hz))
    rank = torch.where(is_peak, middle + favour, -1.0)
    rank, index = rank.topk(n_best, dim=-1)
    left, middle, right = (x.gather(-1, index) for x in (left, middle, right))
    bend = (left - 2 * middle + right).clamp(max=-1e-9)
    shift = (0.5 * (left - right) / bend).clamp(-0.5, 0.5)
    height = (middle - 0.25 * (left - right) * shift).clamp(0.0, 1.0)
    hz = sample_rate_hz / (lags[index] + shift)
    is_found = rank > 0
    return hz.where(is_found, low_hz), height.where(is_found, 0.0)


def best_path(scores, octaves, is_real, jump_cost, switch_cost):
    """Choose one candidate a frame: strong ones, with few jumps between them.

    The last candidate stands for "no pitch"; ``octaves`` of it are not read.

    Arguments
    ---------
    scores : torch.Tensor, (batch, frames, candidates)
        The higher the better.
    octaves : torch.Tensor, (batch, frames, candidates)
        Binary logarithm of the frequency.
    is_real : torch.Tensor, (batch, frames)
        False in the padding, which costs nothing.
    jump_cost : float
        For a jump of one octave.
    switch_cost : float
        For a start or an end of voice.

    Returns
    -------
    torch.Tensor, (batch, frames)
        Index of the candidate.

    Source
    ------
    The path search of Boersma 1993, by dynamic programming.

    Example
    -------
    >>> scores = torch.tensor([[[0.9, 0.5, 0.0], [0.5, 0.6, 0.0]]])
    >>> octaves = torch.tensor([[[7.0, 8.0, 0.0], [7.0, 8.0, 0.0]]])
    >>> best_path(scores, octaves, torch.ones(1, 2).bool(), 0.35, 0.14)
    tensor([[0, 0]])
    """
    batch, n_frames, n_candidates = scores.shape
    is_voiced = torch.ones(n_candidates, dtype=torch.bool, device=scores.device)
    is_voiced[-1] = False
    both = is_voiced[:, None] & is_voiced
    switch = switch_cost * (is_voiced[:, None] != is_voiced).to(scores)
    jumps = (octaves[:, :-1, :, None] - octaves[:, 1:, None, :]).abs()
    costs = torch.where(both, jump_cost * jumps, switch)
    costs = costs * is_real[:, 1:, None, None]
    scores = scores * is_real[..., None]
    total, back = scores[:, 0], []
    for frame in range(1, n_frames):
        best, origin = (total[:, :, None] - costs[:, frame - 1]).max(dim=1)
        # Padding neither adds nor mixes: the path ends at the last real frame.
        total = best + scores[:, frame]
        back.append(origin)
    path = [total.argmax(dim=-1)]
    for origin in reversed(back):
        path.append(origin.gather(1, path[-1][:, None]).squeeze(1))
    return torch.stack(path[::-1], dim=1)
