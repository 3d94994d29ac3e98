"""One recording: is it sound, and if so, its samples."""

import functools
import hashlib
import math
from typing import NamedTuple

import numpy as np
import torch

from speechbrain_clser.data.containers import conversion
from speechbrain_clser.data.profile import CLASSIFIED_S, Profile
from speechbrain_clser.data.recording import UNKNOWN, blocks, opened
from speechbrain_clser.errors import BadAudioError

FINEST_HZ = 25  # that 11,025 and 16,000 have in common
MOST_VALUES = 2**26  # 256 MB; 87 s of 16 channels at 48 kHz


class Checked(NamedTuple):
    """What ``check`` finds in a recording that can be used.

    Arguments
    ---------
    duration_s : float
        Its length.
    digest : str
        16 hex letters that are the same for the same samples at the same rate,
        whatever the name, the header or the lossless format.
    notes : tuple of str
        What is suspicious in it, as keys of ``profile.NOTES``.
    """

    duration_s: float
    digest: str
    notes: tuple


def check(path) -> Checked:
    """Read a whole recording and find out whether it can be used.

    Arguments
    ---------
    path : str or Path
        The recording, of any rate and number of channels.

    Returns
    -------
    Checked
        Length, digest and notes.

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
    >>> check(path)
    Checked(duration_s=0.5, digest='57be6a299f82219a', notes=('steady',))
    """
    with opened(path) as file:
        profile = Profile(path, file.samplerate)
        digest = hashlib.sha256(f"{file.samplerate} {file.channels} ".encode())
        for samples in _limited(path, file):
            profile.add(samples)
            digest.update(np.ascontiguousarray(samples, dtype="<f4").tobytes())
    profile.refuse_unusable()
    duration_s = profile.n_samples / profile.sample_rate_hz
    return Checked(duration_s, digest.hexdigest()[:16], profile.notes)


def load(path, sample_rate_hz=16000) -> torch.Tensor:
    """Read a recording as one channel at the rate that is wanted.

    Arguments
    ---------
    path : str or Path
        The recording; several channels are averaged.
    sample_rate_hz : int
        Rate to resample to, where it is another.

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
    with opened(path) as file:
        wav = _mean(_limited(path, file))
        return one_channel(wav, file.samplerate, sample_rate_hz)


def load_usable(path, sample_rate_hz=16000) -> tuple:
    """Read a recording as ``load`` does, if it can be classified.

    Arguments
    ---------
    path, sample_rate_hz
        As for ``load``.

    Returns
    -------
    wav : torch.Tensor, (samples,)
        float32; full scale is 1.
    notes : tuple of str
        What is suspicious in it, as keys of ``profile.NOTES``.

    Raises
    ------
    BadAudioError
        As from ``check``; also with the reason ``short`` below 0.1 s.

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
    with opened(path) as file:
        profile = Profile(path, file.samplerate)
        wav = _mean(_profiled(_limited(path, file), profile))
    profile.refuse_unusable(CLASSIFIED_S)
    wav = one_channel(wav, profile.sample_rate_hz, sample_rate_hz)
    return wav, profile.notes


def one_channel(samples, found_hz, sample_rate_hz) -> torch.Tensor:
    """Average the channels, and resample where the rate is another.

    A filter between two rates is as long as they have little in common, so a
    rate such as 16,001 is taken for the next multiple of 25.

    Arguments
    ---------
    samples : array or torch.Tensor, (samples,) or (samples, channels)
        At ``found_hz``; full scale is 1.
    found_hz, sample_rate_hz : int
        Rate they have, and rate that is wanted.

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
    """The resampler of one pair of rates; its filter is made once."""
    from torchaudio.transforms import Resample  # slow to import, often unused

    return Resample(from_hz, to_hz)


def refuse_large(path, n_samples, n_channels):
    """Refuse what would take too much memory, before it is decoded.

    Arguments
    ---------
    path : str or Path
        For the message.
    n_samples, n_channels : int
        Of what is held at once.

    Raises
    ------
    BadAudioError
        With the reason ``large``.

    Example
    -------
    >>> refuse_large("a.flac", 2**26, 8)
    Traceback (most recent call last):
    ...
    speechbrain_clser.errors.BadAudioError: a.flac: expected at most 67,108,864 ...
    """
    if n_samples * n_channels > MOST_VALUES:
        command = conversion(path, "-ar", "16000")
        raise BadAudioError(
            "large",
            f"{path}: expected at most {MOST_VALUES:,} samples of all channels "
            f"together, found {n_samples:,} of {n_channels:,} channels; cut "
            f"it, take fewer channels or a lower rate: {command}",
        )


def _limited(path, file):
    """Blocks of a file, (samples, channels), unless all are too many."""
    n_samples = 0
    if file.frames != UNKNOWN:
        refuse_large(path, file.frames, file.channels)
    for samples in blocks(file):
        n_samples += len(samples)
        refuse_large(path, n_samples, file.channels)
        yield samples


def _profiled(samples, profile):
    """Blocks, each added to a profile."""
    for block in samples:
        profile.add(block)
        yield block


def _mean(samples):
    """Mean of the channels of all blocks, (samples,)."""
    means = [torch.from_numpy(block).mean(dim=1) for block in samples]
    return torch.cat([torch.empty(0), *means])
