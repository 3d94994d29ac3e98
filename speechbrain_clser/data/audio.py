"""One recording: is it sound, and if so, its samples.

All reading goes through soundfile, which judges by content: a file whose suffix
names another format is read all the same, if it is sound at all.
"""

import functools
import hashlib
import math
import os
import struct
from pathlib import Path

import numpy as np
import soundfile
import torch

from speechbrain_clser.errors import BadAudioError

SHORTEST_S = 0.025  # one window of analysis
SILENT_PEAK = 1e-4  # -80 dB of full scale, three steps of 16 bits
LOUDEST_PEAK = 1e6  # some write 32768 for full scale; beyond that is damage
RATES_HZ = (1_000, 768_000)
FINEST_HZ = 25  # that 11,025 and 16,000 have in common

# First bytes of what arrives under an audio name, and what to do about it.
FOREIGN = {
    b"<": "a web page; download it again",
    b"version https://git-lfs": "a Git LFS pointer; run git lfs pull",
    b"/annex/": "a git-annex pointer; run git annex get",
    b"PK\3\4": "a zip archive; unpack it",
    b"\x1f\x8b": "a gzip archive; unpack it",
}
SOUND = (b"RIFF", b"RF64", b"FORM", b"fLaC", b"OggS", b"ID3", b"\xff\xfb")


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
    >>> path = getfixture("tmp_path") / "a.wav"
    >>> soundfile.write(path, np.arange(8000) / 8192, 16000)
    >>> check(path)
    (0.5, '57be6a299f82219a')
    """
    samples, sample_rate_hz = _read(path)
    _refuse_unusable(path, samples, sample_rate_hz)
    digest = hashlib.sha256(f"{sample_rate_hz} {samples.shape[1]} ".encode())
    digest.update(np.ascontiguousarray(samples, dtype="<f4").tobytes())
    return len(samples) / sample_rate_hz, digest.hexdigest()[:16]


def openable(path):
    """Name a file as soundfile opens it, even if the name is no text.

    Arguments
    ---------
    path : str or Path
        Of any file that the system lists.

    Returns
    -------
    str or bytes
        For soundfile.

    Example
    -------
    >>> openable(Path("no text \\udcff.wav"))
    b'no text \\xff.wav'
    """
    return os.fsencode(path) if os.name == "posix" else str(path)


def _refuse_unusable(path, samples, sample_rate_hz):
    """Complain about samples that are too few, no numbers, or no sound."""
    if not RATES_HZ[0] <= sample_rate_hz <= RATES_HZ[1]:
        raise BadAudioError(
            "rate",
            f"{path}: expected a rate of {RATES_HZ[0]:,}-{RATES_HZ[1]:,} Hz, "
            f"found {sample_rate_hz:,}; correct its header",
        )
    duration_s = len(samples) / sample_rate_hz
    if duration_s < SHORTEST_S:
        raise BadAudioError(
            "empty",
            f"{path}: expected at least {SHORTEST_S} s of sound, found "
            f"{len(samples)} samples",
        )
    if not np.isfinite(samples).all():
        n_bad = np.count_nonzero(~np.isfinite(samples))
        raise BadAudioError(
            "nan",
            f"{path}: expected numbers, found {n_bad} samples that are NaN or "
            f"infinite",
        )
    peak = np.abs(samples).max()
    if peak > LOUDEST_PEAK:
        raise BadAudioError(
            "loud",
            f"{path}: expected a full scale of 1, found a peak of {peak:.1e}; "
            "the file is damaged, copy or download it again",
        )
    if peak < SILENT_PEAK:
        raise BadAudioError(
            "silent",
            f"{path}: expected sound, found a peak of {peak:.1e} in "
            f"{duration_s:.2f} s",
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
        If it is missing, truncated, or cannot be decoded.

    Example
    -------
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
    >>> path = getfixture("tmp_path") / "a.wav"
    >>> soundfile.write(path, np.zeros(24000), 48000)
    >>> load_usable(path)
    Traceback (most recent call last):
    ...
    speechbrain_clser.errors.BadAudioError: ...a.wav: expected sound, found ...
    """
    samples, found_hz = _read(path)
    _refuse_unusable(path, samples, found_hz)
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
    """Samples (samples, channels) and rate of a file that is whole."""
    path = Path(path)
    try:
        with path.open("rb") as file:
            head = file.read(64)
            missing_bytes = _missing_bytes(file) if _is_wav(head) else 0
    except FileNotFoundError as error:
        raise BadAudioError(
            "missing", f"{path}: expected a recording, found no such file"
        ) from error
    except OSError as error:
        raise BadAudioError(
            "unreadable",
            f"{path}: expected a recording, found {error.strerror}",
        ) from error
    if not head:
        raise BadAudioError(
            "empty", f"{path}: expected a recording, found 0 bytes"
        )
    if missing_bytes:
        raise BadAudioError(
            "truncated",
            f"{path}: expected as many bytes as the header says, found "
            f"{missing_bytes} fewer; copy or download it again",
        )
    try:
        with soundfile.SoundFile(openable(path)) as file:
            n_promised, sample_rate_hz = file.frames, file.samplerate
            samples = file.read(dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise _undecodable(path, head, error) from error
    if len(samples) < 0.99 * n_promised:  # MP3 promises only nearly so many
        raise BadAudioError(
            "truncated",
            f"{path}: expected {n_promised} samples as the header says, found "
            f"{len(samples)}; copy or download it again",
        )
    return samples, sample_rate_hz


def _undecodable(path, head, error):
    """What is wrong with a file that soundfile refuses."""
    for start, what in FOREIGN.items():
        if head.lstrip().startswith(start):
            return BadAudioError(
                "suffix", f"{path}: expected audio, found {what}"
            )
    if head.startswith(SOUND):
        return BadAudioError(
            "unreadable",
            f"{path}: expected audio, found a damaged file "
            f"({error.error_string}); copy or download it again",
        )
    return BadAudioError(
        "suffix",
        f"{path}: expected audio as {path.suffix} says, found another kind of "
        f"file (it starts with {head[:8]!r}); convert it to WAV",
    )


def _is_wav(head):
    """Whether these are the first bytes of a WAV file."""
    return head[:4] == b"RIFF" and head[8:12] == b"WAVE"


def _missing_bytes(file):
    """How many bytes a WAV file's header promises beyond the file's end.

    soundfile reads such a file without a word, as far as it goes.
    """
    n_bytes = file.seek(0, 2)
    position = 12
    while position + 8 <= n_bytes:
        file.seek(position)
        name, size = struct.unpack("<4sI", file.read(8))
        position += 8
        if name == b"data":
            # Who writes to a pipe cannot know the size and says 2 or 4 GB.
            is_unknown = size >= 0x7FFFFF00
            return 0 if is_unknown else max(0, position + size - n_bytes)
        position += size + size % 2
    return 0
