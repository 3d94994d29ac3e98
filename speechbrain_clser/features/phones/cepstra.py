"""Compute speaker-normalised MFCC for the comparison of two recordings."""

import functools

import numpy as np
import torch
from torch.nn.functional import max_pool1d, pad

SAMPLE_RATE_HZ = 16000
HOP_SAMPLES = 160
WINDOW_SAMPLES = 400
N_FFT = 512
HOP_S = HOP_SAMPLES / SAMPLE_RATE_HZ

N_CEPSTRA = 11
DELTA_WEIGHT = 0.5

# Level below the loud parts, and minimum duration, of a pause; the closure of a stop
# consonant is shorter.
PAUSE_DB = 22.0
PAUSE_FRAMES = 15
EDGE_FRAMES = 2


def cepstra(wav: torch.Tensor) -> tuple:
    """Compute normalised cepstra of the speech frames of an utterance.

    Arguments
    ---------
    wav : torch.Tensor, (samples,)
        At 16 kHz.

    Returns
    -------
    frames : numpy.ndarray, (frames, 22)
        Cepstra, normalised to mean 0 and deviation 1, and half of their slopes.
    index : numpy.ndarray, (frames,)
        Frame index in the utterance, in steps of ``HOP_S`` seconds.

    Example
    -------
    >>> second = torch.sin(torch.arange(16000) * 0.2)
    >>> frames, index = cepstra(torch.cat([second, torch.zeros(16000)]))
    >>> frames.shape[1], index[0].item(), index[-1].item() < 110
    (22, 0, True)
    """
    wav = wav / wav.abs().max().clamp(min=1e-8)
    wav = pad(wav, (0, max(0, N_FFT - len(wav))))
    values = _mfcc()(wav).T
    slopes = _slopes(values)
    index = _spoken(wav).nonzero().squeeze(1)
    frames = torch.cat(
        [
            _standardised(values[index]),
            DELTA_WEIGHT * _standardised(slopes[index]),
        ],
        dim=1,
    )
    return frames.double().numpy(), index.numpy()


def distances(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Compute the pairwise cosine distances, 0-2, of the rows of two matrices.

    Example
    -------
    >>> distances(np.array([[2.0, 0.0]]), np.array([[1.0, 0.0], [0.0, 1.0]]))
    array([[0., 1.]])
    """
    first, second = (
        frames / np.linalg.norm(frames, axis=1, keepdims=True).clip(1e-8)
        for frames in (first, second)
    )
    return (1 - first @ second.T).clip(0, 2)


@functools.cache
def _mfcc():
    """Return the MFCC transform; cached."""
    from torchaudio.transforms import MFCC  # slow to import, often unused

    return MFCC(
        SAMPLE_RATE_HZ,
        n_mfcc=N_CEPSTRA,
        log_mels=True,
        melkwargs={
            "n_fft": N_FFT,
            "win_length": WINDOW_SAMPLES,
            "hop_length": HOP_SAMPLES,
            "n_mels": 40,
            "f_min": 60.0,
            "f_max": 7600.0,
        },
    )


def _slopes(values):
    """Compute the slope of a regression line over five frames."""
    padded = torch.cat([values[:1]] * 2 + [values] + [values[-1:]] * 2)
    n = len(values)
    near = padded[3 : 3 + n] - padded[1 : 1 + n]
    far = padded[4 : 4 + n] - padded[:n]
    return (near + 2 * far) / 10


def _standardised(values):
    """Normalise each column to mean 0 and deviation 1."""
    deviation = values.std(dim=0, correction=0).clamp(min=1e-6)
    return (values - values.mean(dim=0)) / deviation


def _spoken(wav):
    """Return a mask of the frames outside of pauses and leading or final silence."""
    half = WINDOW_SAMPLES // 2
    pieces = pad(wav, (half, half)).unfold(0, WINDOW_SAMPLES, HOP_SAMPLES)
    level_db = 10 * torch.log10(pieces.square().mean(dim=1) + 1e-10)
    low, high = torch.quantile(level_db, torch.tensor([0.02, 0.95]))
    floor_db = torch.maximum(high - PAUSE_DB, low + 0.25 * (high - low))
    is_loud = (level_db >= floor_db).float()[None]
    bridged = _widened(is_loud, PAUSE_FRAMES // 2)
    bridged = 1 - _widened(1 - bridged, PAUSE_FRAMES // 2)
    return _widened(bridged, EDGE_FRAMES)[0] > 0


def _widened(flags, n_frames):
    """Dilate a mask by a number of frames on both sides."""
    return max_pool1d(flags, 2 * n_frames + 1, stride=1, padding=n_frames)
