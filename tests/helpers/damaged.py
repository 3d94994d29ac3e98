"""Generate damaged recordings deterministically."""

import struct
from pathlib import Path

import numpy as np
import soundfile
from helpers import sounds

FORMATS = {
    "wav": {"subtype": "PCM_16"},
    "float.wav": {"subtype": "FLOAT", "format": "WAV"},
    "flac": {"subtype": "PCM_16"},
    "ogg": {"subtype": "VORBIS"},
    "mp3": {},
    "aiff": {"subtype": "PCM_16"},
}
RATES_HZ = (8000, 11025, 16000, 44100, 48000, 96000)
HEADER_BYTES = 64


def write(folder, n_files, seed=0):
    """Write damaged or unusual files.

    Arguments
    ---------
    folder : Path
        Folder; created if needed.
    n_files : int
        Number of files; kinds of damage alternate.
    seed : int
        Seed of the damage.

    Returns
    -------
    list of Path
        Files, named after their damage.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number in range(n_files):
        rng = np.random.default_rng([seed, number])
        kind = KINDS[number % len(KINDS)]
        paths.append(kind(folder / f"{number:04}_{kind.__name__}", rng))
    return paths


def cut(stem, rng):
    """Truncate a file."""
    path = _sound(stem, rng)
    content = path.read_bytes()
    path.write_bytes(content[: rng.integers(len(content))])
    return path


def flipped(stem, rng):
    """Flip random bits."""
    path = _sound(stem, rng)
    content = np.frombuffer(path.read_bytes(), np.uint8).copy()
    for _ in range(rng.integers(1, 20)):
        content[rng.integers(len(content))] ^= 1 << rng.integers(8)
    path.write_bytes(content.tobytes())
    return path


def wrong_header(stem, rng):
    """Replace bytes of the header by random bytes."""
    path = _sound(stem, rng)
    content = bytearray(path.read_bytes())
    for _ in range(rng.integers(1, 8)):
        place = rng.integers(min(HEADER_BYTES, len(content)))
        content[place] = rng.integers(256)
    path.write_bytes(content)
    return path


def wrong_field(stem, rng):
    """Change a number in a WAV header."""
    path = stem.with_suffix(".wav")
    sounds.write(path, _noise(rng, 16000))
    content = bytearray(path.read_bytes())
    place, form = (
        *((4, "<I"), (16, "<I"), (20, "<H"), (22, "<H"), (24, "<I")),
        *((28, "<I"), (32, "<H"), (34, "<H"), (40, "<I")),
    )[rng.integers(9)]
    size = struct.calcsize(form)
    value = rng.choice([0, 1, 3, 16001, 2**15 + 1, 2**31 - 1, 2**32 - 1])
    value = int(value) % 2 ** (8 * size)
    content[place : place + size] = struct.pack(form, value)
    path.write_bytes(content)
    return path


def eight_bits(stem, rng):
    """Write a file with 8 bits and 8 kHz, as in telephony."""
    subtype = rng.choice(["PCM_U8", "ULAW", "ALAW"])
    path = stem.with_suffix(".wav")
    return sounds.write(path, _noise(rng, 8000), 8000, subtype=subtype)


def many_samples_a_second(stem, rng):
    """Write a file with 96 kHz or more."""
    rate_hz = int(rng.choice([96000, 192000, 384000]))
    path = stem.with_suffix(".wav")
    return sounds.write(path, _noise(rng, rate_hz), rate_hz)


def no_samples(stem, rng):
    """Write an empty file or a header without samples."""
    path = stem.with_suffix(f".{rng.choice(['wav', 'flac', 'aiff'])}")
    sounds.write(path, np.zeros((0, 1)))
    if rng.integers(3) == 0:
        path.write_bytes(b"")
    return path


def eight_channels(stem, rng):
    """Write a file with eight channels."""
    path = stem.with_suffix(".wav")
    return sounds.write(path, _noise(rng, 16000, 8))


def other_content(stem, rng):
    """Write random bytes with an audio suffix."""
    path = stem.with_suffix(f".{rng.choice(['wav', 'mp3', 'm4a', 'flac'])}")
    path.write_bytes(rng.bytes(rng.integers(1, 20000)))
    return path


def odd_samples(stem, rng):
    """Write a file with one NaN, infinite or very large sample."""
    samples = _noise(rng, 16000)
    samples[rng.integers(16000)] = rng.choice([np.nan, np.inf, -3e38, 1e20])
    path = stem.with_suffix(".wav")
    return sounds.write(path, samples, subtype="FLOAT")


KINDS = (
    *(cut, flipped, wrong_header, wrong_field, eight_bits),
    *(many_samples_a_second, no_samples, eight_channels, other_content),
    odd_samples,
)


def _sound(stem, rng):
    """Write a valid file of random format, sample rate and length."""
    suffix = rng.choice(list(FORMATS))
    rate_hz = int(rng.choice(RATES_HZ))
    if suffix == "mp3":
        rate_hz = min(rate_hz, 48000)
    path = Path(f"{stem}.{suffix}")
    samples = _noise(rng, int(rate_hz * rng.uniform(0.1, 1.5)))
    soundfile.write(path, samples, rate_hz, **FORMATS[suffix])
    return path


def _noise(rng, n_samples, n_channels=1):
    """Generate noise as ``sounds.noise`` from a generator."""
    return 0.1 * rng.standard_normal((n_samples, n_channels))
