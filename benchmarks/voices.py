"""Synthesise voices with known pitch.

A voice is a sum of harmonics, shaped by the formants of a vowel, with jitter,
shimmer and some breath noise; a fricative and pauses separate its vowels.
"""

import dataclasses

import numpy as np

RATE_HZ = 16000
HOP_S = 0.02
LOW_HZ, HIGH_HZ = 60.0, 600.0

# Frequencies in Hz of the first four formants; all 90 Hz wide and more.
VOWELS = {
    "a": (730, 1090, 2440, 3400),
    "i": (270, 2290, 3010, 3600),
    "u": (300, 870, 2240, 3300),
    "e": (530, 1840, 2480, 3500),
}
# Sounds in order, with their durations.
SCRIPT = (
    ("pause", 0.2),
    ("voice", 0.5),
    ("fricative", 0.15),
    ("voice", 0.6),
    ("pause", 0.2),
    ("voice", 0.3),
    ("pause", 0.15),
)
RAMP_S = 0.02


@dataclasses.dataclass(frozen=True)
class Voice:
    """A waveform with its reference pitch.

    Arguments
    ---------
    wav : numpy.ndarray, (samples,)
        At 16 kHz.
    hz : numpy.ndarray, (frames,)
        True pitch in the middle of each 20 ms.
    is_voiced : numpy.ndarray, (frames,)
        Whether there is one.
    is_clear : numpy.ndarray, (frames,)
        False within 20 ms of a start or an end of voicing, where both decisions
        count as correct.
    """

    wav: np.ndarray
    hz: np.ndarray
    is_voiced: np.ndarray
    is_clear: np.ndarray


def speak(hz, rng) -> Voice:
    """Synthesise the script at about a given pitch.

    Arguments
    ---------
    hz : float
        Middle of a melody that moves by a few semitones.
    rng : numpy.random.Generator
        For melody, vowels, spectral slope and irregularities.

    Returns
    -------
    Voice
        Clean except for breath noise, 25 dB below the voice.

    Example
    -------
    >>> said = speak(200.0, np.random.default_rng(0))
    >>> float(said.is_voiced.mean().round(2)), bool(said.hz.min() > 150)
    (0.67, True)
    """
    ends = np.cumsum([seconds for _, seconds in SCRIPT])
    seconds = np.arange(round(ends[-1] * RATE_HZ)) / RATE_HZ
    place = np.searchsorted(ends, seconds, side="right")
    kinds = np.array([kind for kind, _ in SCRIPT])[place]
    melody = rng.uniform(1, 4) * np.sin(
        2 * np.pi * rng.uniform(0.5, 2) * seconds + rng.uniform(0, 6)
    )
    melody += rng.uniform(-3, 3) * (seconds / seconds[-1] - 0.5)
    pitch = np.clip(hz * 2 ** (melody / 12), LOW_HZ, HIGH_HZ)

    wav = np.zeros(len(seconds))
    for index, (kind, _) in enumerate(SCRIPT):
        here = place == index
        if kind == "voice":
            wav[here] = _vowel(pitch[here], rng)
        elif kind == "fricative":
            hiss = np.diff(rng.standard_normal(here.sum() + 1))
            wav[here] = 0.1 * hiss * _swell(len(hiss))
    wav *= 0.3 / np.abs(wav).max()
    middle = np.arange(HOP_S / 2, seconds[-1], HOP_S)
    at = (middle * RATE_HZ).round().astype(int)
    is_voiced = kinds == "voice"
    near = np.convolve(is_voiced, np.ones(round(0.04 * RATE_HZ)), "same")
    is_clear = (near < 1) | (near > round(0.04 * RATE_HZ) - 1)
    return Voice(wav, pitch[at], is_voiced[at], is_clear[at])


def _vowel(pitch, rng):
    """Synthesise the harmonics of one vowel."""
    formants = VOWELS[rng.choice(list(VOWELS))]
    steepness = rng.uniform(0.5, 2.0)
    cycle = np.floor(np.cumsum(pitch) / RATE_HZ).astype(int)
    jitter = 1 + 0.01 * rng.standard_normal(cycle[-1] + 1)[cycle]
    shimmer = 1 + 0.05 * rng.standard_normal(cycle[-1] + 1)[cycle]
    phase = 2 * np.pi * np.cumsum(pitch * jitter) / RATE_HZ
    n_harmonics = int(7000 / pitch.max())
    wav = np.zeros(len(pitch))
    for k in range(1, n_harmonics + 1):
        level = _resonance(k * pitch, formants) / k**steepness
        wav += level * np.sin(k * phase + rng.uniform(0, 0.5))
    wav *= shimmer / np.sqrt(np.mean(wav**2))
    breath = 10 ** (-25 / 20) * rng.standard_normal(len(wav))
    return (wav + breath) * _swell(len(wav))


def _resonance(hz, formants):
    """Compute the gain of a cascade of resonators, 1 at 0 Hz."""
    gain = np.ones_like(hz)
    for formant in formants:
        width = 60 + 0.03 * formant
        gain = gain * formant**2
        gain /= np.hypot(formant**2 - hz**2, width * hz)
    return gain


def _swell(n_samples):
    """Compute an amplitude envelope, 0-1."""
    ramp = np.arange(n_samples) / (RAMP_S * RATE_HZ)
    return np.clip(np.minimum(ramp, ramp[::-1]), 0, 1)


def with_noise(voice, snr_db, rng) -> Voice:
    """Add pink noise (-3 dB per octave).

    Arguments
    ---------
    voice : Voice
        Voice without noise.
    snr_db : float
        Power of the voiced part relative to the noise.
    rng : numpy.random.Generator
        For the noise.

    Returns
    -------
    Voice
        With the same reference.

    Example
    -------
    >>> rng = np.random.default_rng(0)
    >>> said = speak(200.0, rng)
    >>> noise = with_noise(said, 10.0, rng).wav - said.wav
    >>> bool(np.mean(said.wav**2) < 10 * np.mean(noise**2))
    True
    """
    white = np.fft.rfft(rng.standard_normal(len(voice.wav)))
    fall = np.sqrt(np.arange(len(white)).clip(min=1))
    pink = np.fft.irfft(white / fall, len(voice.wav))
    hop = round(HOP_S * RATE_HZ)
    loud = np.repeat(voice.is_voiced & voice.is_clear, hop)[: len(voice.wav)]
    power = np.mean(voice.wav[: len(loud)][loud] ** 2) * 10 ** (-snr_db / 10)
    pink *= np.sqrt(power / np.mean(pink**2))
    return dataclasses.replace(voice, wav=voice.wav + pink)


def choir(n_voices, seed) -> list:
    """Synthesise voices from 60 to 600 Hz in equal logarithmic steps.

    Arguments
    ---------
    n_voices : int
        Number of voices.
    seed : int
        Seed of the generator.

    Returns
    -------
    list of Voice
        From low to high.

    Example
    -------
    >>> len(choir(3, seed=0))
    3
    """
    rng = np.random.default_rng(seed)
    return [speak(hz, rng) for hz in np.geomspace(LOW_HZ, HIGH_HZ, n_voices)]
