"""Short sounds for tests: different from each other, the same every time."""

import zlib

import numpy as np
import soundfile


def noise(seed, n_samples=800, n_channels=1):
    """Soft noise, (samples, channels), made from a number or a name."""
    if isinstance(seed, str):
        seed = zlib.crc32(seed.encode())
    rng = np.random.default_rng(seed)
    return 0.1 * rng.standard_normal((n_samples, n_channels))


def write(path, samples=None, sample_rate_hz=16000, **options):
    """Write a sound, by default 50 ms of noise that its name chooses."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if samples is None:
        samples = noise(path.name)
    soundfile.write(path, samples, sample_rate_hz, **options)
    return path


def pipe_flac(path, samples):
    """Write a FLAC as into a pipe: its header does not say how long it is."""
    content = bytearray(write(path, samples).read_bytes())
    content[21] &= 0xF0  # 36 bits of STREAMINFO
    content[22:26] = bytes(4)
    path.write_bytes(content)
    return path
