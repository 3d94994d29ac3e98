"""Generate short audio signals deterministically."""

import zlib

import numpy as np
import soundfile

# What may follow the samples of a WAV file: chunks, cut chunks, padding.
WAV_TAILS = (
    b"LIST" + (600).to_bytes(4, "little") + bytes(600),
    b"LIST" + (5000).to_bytes(4, "little") + bytes(600),
    b"own " + (600).to_bytes(4, "little") + b"\xff" * 600,
    bytes(500),
)


def noise(seed, n_samples=800, n_channels=1):
    """Generate noise, (samples, channels), seeded by a number or a name."""
    if isinstance(seed, str):
        seed = zlib.crc32(seed.encode())
    rng = np.random.default_rng(seed)
    return 0.1 * rng.standard_normal((n_samples, n_channels))


def speech(sentence, take, rate_hz=16000, pitch_hz=None):
    """Generate voiced syllables, (samples,), with the vowels of a sentence.

    Durations, levels and pitch differ between takes of a sentence.
    """
    words, spoken = (
        np.random.default_rng([part, sentence, part * take]) for part in (0, 1)
    )
    voice = []
    for _ in range(9):
        formants = words.uniform([300, 900, 2300], [800, 2200, 3200])
        seconds = words.uniform(0.12, 0.3) * spoken.lognormal(0, 0.2)
        time_s = np.arange(round(seconds * rate_hz)) / rate_hz
        random_hz = spoken.uniform(100, 160)
        f0_hz = pitch_hz or random_hz
        hz = f0_hz * np.arange(1, 4000 // f0_hz)
        bells = np.exp(-(((hz[:, None] - formants) / 150) ** 2)).sum(axis=1)
        waves = np.sin(2 * np.pi * hz[:, None] * time_s)
        level = spoken.lognormal(0, 0.4) * np.hanning(len(time_s))
        voice.append(level * (bells[:, None] * waves).sum(axis=0))
        voice.append(np.zeros(round(spoken.uniform(0, 0.1) * rate_hz)))
    voice = np.concatenate(voice)
    return 0.3 * voice / np.abs(voice).max()


def voice(n_samples, pitch_hz=150.0, rate_hz=16000):
    """Generate a voice with vibrato, (samples,), that is detected as speech."""
    time_s = np.arange(n_samples) / rate_hz
    hz = pitch_hz * (1 + 0.15 * np.sin(9 * time_s))
    phase = 2 * np.pi * np.cumsum(hz) / rate_hz
    return 0.1 * sum(np.sin(n * phase) / n for n in range(1, 16))


def write(path, samples=None, sample_rate_hz=16000, **options):
    """Write an audio file, by default 50 ms of noise seeded by its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if samples is None:
        samples = noise(path.name)
    soundfile.write(path, samples, sample_rate_hz, **options)
    return path


def pipe_flac(path, samples):
    """Write a FLAC file without a length in its header, as from a pipe."""
    content = bytearray(write(path, samples).read_bytes())
    content[21] &= 0xF0  # 36 bits of STREAMINFO
    content[22:26] = bytes(4)
    path.write_bytes(content)
    return path
