"""Validate and load audio files."""

import functools
import hashlib
import math
from typing import NamedTuple

import numpy as np
import torch

from speechbrain_clser.data import segment
from speechbrain_clser.data.channels import MIX
from speechbrain_clser.data.contour import contour
from speechbrain_clser.data.profile import CLASSIFIED_S, Profile
from speechbrain_clser.data.recording import opened

FINEST_HZ = 25  # common divisor of 11,025 and 16,000 Hz


class Checked(NamedTuple):
    """Properties of a usable recording, as returned by ``check``.

    Arguments
    ---------
    duration_s : float
        Duration in seconds.
    digest : str
        16 hexadecimal digits, identical for identical samples at the same rate,
        independent of file name, header and lossless format.
    contour : str
        Descriptor shared by copies of the recording; see ``contour.contour``.
    notes : tuple of str
        Warnings about the recording, as keys of ``profile.NOTES``.
    """

    duration_s: float
    digest: str
    contour: str
    notes: tuple


def check(path) -> Checked:
    """Read a whole recording and check that it is usable.

    Arguments
    ---------
    path : str or Path
        Audio file of any sampling rate and number of channels.

    Returns
    -------
    Checked
        Length, digest, contour and notes.

    Raises
    ------
    BadAudioError
        With the reason ``missing``, ``suffix`` (no audio file at all),
        ``unreadable``, ``truncated``, ``rate``, ``large``, ``empty``, ``nan``,
        ``loud``, ``silent`` or ``antiphase`` (channels cancel each other).

    Example
    -------
    >>> import soundfile
    >>> path = getfixture("tmp_path") / "a.wav"
    >>> soundfile.write(path, np.arange(8000) / 8192, 16000)
    >>> found = check(path)
    >>> found.duration_s, found.digest, found.notes
    (0.5, '57be6a299f82219a', ('steady',))
    """
    whole, *times = segment.split(path)
    with opened(whole) as file:
        profile = Profile(path, file.samplerate)
        digest = hashlib.sha256(f"{file.samplerate} {file.channels} ".encode())
        means = []
        for samples in segment.samples(file, path, *times):
            profile.add(samples)
            digest.update(np.ascontiguousarray(samples, dtype="<f4").tobytes())
            means.append(samples.mean(axis=1))
    profile.refuse_unusable()
    return Checked(
        profile.n_samples / profile.sample_rate_hz,
        digest.hexdigest()[:16],
        contour(np.concatenate(means), profile.sample_rate_hz),
        profile.notes,
    )


def load(path, sample_rate_hz=16000) -> torch.Tensor:
    """Load a recording as mono audio at a given sampling rate.

    Arguments
    ---------
    path : str or Path
        The recording; several channels are averaged.
    sample_rate_hz : int
        Target sampling rate.

    Returns
    -------
    torch.Tensor, (samples,)
        float32; full scale is 1.

    Raises
    ------
    BadAudioError
        If it is missing, truncated, too large, or cannot be decoded; see
        ``opened``.

    Example
    -------
    >>> import soundfile
    >>> path = getfixture("tmp_path") / "a.wav"
    >>> soundfile.write(path, np.zeros((24000, 2)), 48000)
    >>> load(path).shape
    torch.Size([8000])
    """
    whole, *times = segment.split(path)
    with opened(whole) as file:
        wav = _mean(segment.samples(file, path, *times))
        return one_channel(wav, file.samplerate, sample_rate_hz)


def load_usable(path, sample_rate_hz=16000, channel=MIX) -> tuple:
    """Load a recording as ``load`` does, and check that it can be classified.

    Arguments
    ---------
    path, sample_rate_hz
        As for ``load``.
    channel : str or int
        Channel to load, as for ``channels.index_of``.

    Returns
    -------
    wav : torch.Tensor, (samples,)
        float32; full scale is 1.
    notes : tuple of str
        Warnings about the recording, as keys of ``profile.NOTES``.

    Raises
    ------
    BadAudioError
        As from ``check``; also with the reason ``short`` below 0.1 s, or
        ``channel``, if there is no such channel.

    Example
    -------
    >>> import soundfile
    >>> path = getfixture("tmp_path") / "a.wav"
    >>> soundfile.write(path, np.zeros(24000), 48000)
    >>> load_usable(path)
    Traceback (most recent call last):
    ...
    speechbrain_clser.errors.BadAudioError: ...a.wav: expected sound, found ...
    """
    whole, *times = segment.split(path)
    with opened(whole) as file:
        profile = Profile(path, file.samplerate, channel)
        samples = segment.samples(file, path, *times)
        wav = _mean(map(profile.added, samples))
    profile.refuse_unusable(CLASSIFIED_S)
    wav = one_channel(wav, profile.sample_rate_hz, sample_rate_hz)
    return wav, profile.notes


def one_channel(samples, found_hz, sample_rate_hz) -> torch.Tensor:
    """Convert samples to mono and resample them if needed.

    The resampling filter grows as the common divisor of both rates shrinks, so
    a rate such as 16,001 Hz is rounded to the nearest multiple of 25.

    Arguments
    ---------
    samples : array or torch.Tensor, (samples,) or (samples, channels)
        At ``found_hz``; full scale is 1.
    found_hz, sample_rate_hz : int
        Source and target sampling rates.

    Returns
    -------
    torch.Tensor, (samples,)
        float32.

    Example
    -------
    >>> one_channel(np.array([[0.0, 1.0], [1.0, 1.0]]), 16000, 16000)
    tensor([0.5000, 1.0000])
    """
    wav = torch.as_tensor(samples).float()
    if wav.ndim == 2:
        wav = wav.mean(dim=1)
    if found_hz == sample_rate_hz:
        return wav
    if math.gcd(found_hz, sample_rate_hz) < FINEST_HZ:
        found_hz = FINEST_HZ * round(found_hz / FINEST_HZ)
    return _resampler(found_hz, sample_rate_hz)(wav)


@functools.cache
def _resampler(from_hz, to_hz):
    """Resampler of one pair of rates; cached, because its filter is costly."""
    from torchaudio.transforms import Resample  # slow to import, often unused

    return Resample(from_hz, to_hz)


def _mean(samples):
    """Average the channels of all blocks; returns (samples,)."""
    means = [torch.from_numpy(block).mean(dim=1) for block in samples]
    return torch.cat([torch.empty(0), *means])
