"""One recording: is it sound, and if so, its samples."""

import functools
import hashlib
import math

import numpy as np
import torch

from speechbrain_clser.data import segment
from speechbrain_clser.data.contour import contour
from speechbrain_clser.data.recording import opened
from speechbrain_clser.data.soundness import refuse_unusable

FINEST_HZ = 25  # that 11,025 and 16,000 have in common


def check(path) -> tuple:
    """Read a whole recording and find out whether it can be used.

    Arguments
    ---------
    path : str or Path
        The recording, of any rate and number of channels.

    Returns
    -------
    duration_s : float
        Its length.
    digest : str
        16 hex letters that are the same for the same samples at the same rate,
        whatever the name, the header or the lossless format.

    Raises
    ------
    BadAudioError
        With the reason ``missing``, ``suffix`` (no audio file at all),
        ``unreadable``, ``truncated``, ``rate``, ``empty``, ``nan``, ``loud``
        or ``silent``.

    Example
    -------
    >>> import soundfile
    >>> path = getfixture("tmp_path") / "a.wav"
    >>> soundfile.write(path, np.arange(8000) / 8192, 16000)
    >>> check(path)
    (0.5, '57be6a299f82219a')
    """
    return describe(path)[:2]


def describe(path) -> tuple:
    """Read a whole recording as ``check`` does, and describe its loudness too.

    Arguments
    ---------
    path : str or Path
        As for ``check``.

    Returns
    -------
    duration_s, digest : float, str
        As from ``check``.
    contour : str
        What copies of the recording have in common; see ``contour.contour``.

    Raises
    ------
    BadAudioError
        As from ``check``.

    Example
    -------
    >>> import soundfile
    >>> path = getfixture("tmp_path") / "a.wav"
    >>> soundfile.write(path, np.arange(8000) / 8192, 16000)
    >>> duration_s, digest, contour = describe(path)
    >>> digest, len(contour) > 0
    ('57be6a299f82219a', True)
    """
    samples, sample_rate_hz = _read(path)
    refuse_unusable(path, samples, sample_rate_hz)
    digest = hashlib.sha256(f"{sample_rate_hz} {samples.shape[1]} ".encode())
    digest.update(np.ascontiguousarray(samples, dtype="<f4").tobytes())
    return (
        len(samples) / sample_rate_hz,
        digest.hexdigest()[:16],
        contour(samples, sample_rate_hz),
    )


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
        If it is missing, truncated, or cannot be decoded; see ``opened``.

    Example
    -------
    >>> import soundfile
    >>> path = getfixture("tmp_path") / "a.wav"
    >>> soundfile.write(path, np.zeros((24000, 2)), 48000)
    >>> load(path).shape
    torch.Size([8000])
    """
    samples, found_hz = _read(path)
    return one_channel(samples, found_hz, sample_rate_hz)


def load_usable(path, sample_rate_hz=16000) -> torch.Tensor:
    """Read a recording as ``load`` does, unless ``check`` would refuse it.

    Arguments
    ---------
    path, sample_rate_hz
        As for ``load``.

    Returns
    -------
    torch.Tensor, (samples,)
        float32; full scale is 1.

    Raises
    ------
    BadAudioError
        As from ``check``.

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
    samples, found_hz = _read(path)
    refuse_unusable(path, samples, found_hz)
    return one_channel(samples, found_hz, sample_rate_hz)


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


def _read(path):
    """Samples (samples, channels) and rate of a file, or a segment of one."""
    path, *times = segment.split(path)
    with opened(path) as file:
        nothing = np.empty((0, file.channels), dtype="float32")
        read = segment.samples(file, path, *times)
        return np.concatenate([nothing, *read]), file.samplerate
