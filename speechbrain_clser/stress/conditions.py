"""Conditions of a robustness test: noise, channels, codecs, rooms, levels."""

import dataclasses
import io
import math
from collections.abc import Callable

import numpy as np
import soundfile
import torch

TELEPHONE_HZ = 8000
CLEAN = "clean"


@dataclasses.dataclass(frozen=True)
class Recording:
    """A recording to change, and what a change may draw on.

    Arguments
    ---------
    wav : torch.Tensor, (samples,)
        The recording.
    sample_rate_hz : int
        Of the recording.
    rng : numpy.random.Generator
        Seeded by the utterance and the condition.
    others : callable
        Number of samples to babble, torch.Tensor, (samples,).
    """

    wav: torch.Tensor
    sample_rate_hz: int
    rng: np.random.Generator
    others: Callable


@dataclasses.dataclass(frozen=True)
class Condition:
    """A change of recordings.

    Arguments
    ---------
    name : str
        Title of the row.
    group : str
        Kind of condition.
    apply : callable
        From Recording to waveform, (samples,).
    missing : str
        Why the condition is not available here; empty if it is.
    """

    name: str
    group: str
    apply: Callable
    missing: str = ""


def conditions() -> list:
    """List all conditions; the first one is clean.

    Returns
    -------
    list of Condition
        In the order of the report.

    Example
    -------
    >>> [one.name for one in conditions()][:3]
    ['clean', 'white noise, 20 dB', 'white noise, 10 dB']
    """
    found = [Condition(CLEAN, CLEAN, lambda given: given.wav)]
    for name, make in NOISES.items():
        found += [
            Condition(f"{name}, {level_db} dB", "noise", _noisy(make, level_db))
            for level_db in (20, 10, 0)
        ]
    found += [
        Condition("telephone band, 300-3400 Hz", "telephone", telephone_band),
        Condition("8 kHz", "telephone", lambda given: resampled(given, 8000)),
        Condition("mu-law, 8 kHz", "telephone", mu_law),
        _coded("GSM, 8 kHz", "WAV", "GSM610"),
        _coded("Opus, 16 kbit/s", "OGG", "OPUS", 16_000),
        _coded("Opus, 8 kbit/s", "OGG", "OPUS", 8_000),
        Condition("resampled at 11.025 kHz", "recording", _odd_rate),
        Condition("clipped at -10 dB of the peak", "level", clipped(10)),
        Condition("clipped at -20 dB of the peak", "level", clipped(20)),
        Condition("20 dB quieter", "level", lambda g: 0.1 * g.wav),
        Condition("40 dB quieter", "level", lambda g: 0.01 * g.wav),
        Condition("1 s of silence at both ends", "recording", padded),
        Condition("10 % faster", "speed", lambda g: at_speed(g, 110)),
        Condition("10 % slower", "speed", lambda g: at_speed(g, 90)),
        Condition("room, reverberation time 0.3 s", "room", in_room(0.3)),
        Condition("room, reverberation time 0.8 s", "room", in_room(0.8)),
        Condition("microphone, +3 dB an octave", "recording", tilted(3)),
        Condition("microphone, -3 dB an octave", "recording", tilted(-3)),
    ]
    return found


def white(given):
    """Generate white noise, (samples,)."""
    return torch.from_numpy(given.rng.standard_normal(len(given.wav))).float()


def pink(given):
    """Generate noise with a power that falls by 3 dB an octave, (samples,)."""
    spectrum = torch.fft.rfft(white(given))
    hz = torch.fft.rfftfreq(len(given.wav), 1 / given.sample_rate_hz)
    return torch.fft.irfft(spectrum * hz.clamp(min=20).rsqrt(), len(given.wav))


def babble(given):
    """Mix other utterances, (samples,)."""
    return given.others(len(given.wav))


NOISES = {"white noise": white, "pink noise": pink, "babble": babble}


def _noisy(make, level_db):
    """Add noise at a signal-to-noise ratio over the whole recording."""

    def apply(given):
        from torchaudio.functional import add_noise

        ratio_db = torch.tensor(float(level_db))
        return add_noise(given.wav, make(given), ratio_db)

    return apply


def telephone_band(given):
    """Filter to 300-3400 Hz, three times 12 dB an octave at both ends."""
    from torchaudio.functional import highpass_biquad, lowpass_biquad

    wav = given.wav
    for _ in range(3):
        wav = highpass_biquad(wav, given.sample_rate_hz, 300.0)
        wav = lowpass_biquad(wav, given.sample_rate_hz, 3400.0)
    return wav


def resampled(given, rate_hz):
    """Resample to another rate and back."""
    from torchaudio.functional import resample

    there = resample(given.wav, given.sample_rate_hz, rate_hz)
    back = resample(there, rate_hz, given.sample_rate_hz)
    return back[: len(given.wav)]


def _odd_rate(given):
    return resampled(given, 11025)


def mu_law(given):
    """Quantise to 256 steps of the mu-law at 8 kHz."""
    from torchaudio.functional import (
        mu_law_decoding,
        mu_law_encoding,
        resample,
    )

    narrow = resample(given.wav, given.sample_rate_hz, TELEPHONE_HZ)
    coded = mu_law_encoding(narrow.clamp(-1, 1), 256)
    decoded = mu_law_decoding(coded, 256)
    return resample(decoded, TELEPHONE_HZ, given.sample_rate_hz)


def _coded(name, form, subtype, bit_rate=None):
    """Encode and decode with a codec of libsndfile."""
    options = (
        {} if bit_rate is None else {"compression_level": _level(bit_rate)}
    )
    rate_hz = TELEPHONE_HZ if bit_rate is None else None

    def apply(given):
        return coded(given, form, subtype, rate_hz, options)

    return Condition(name, "telephone", apply, _missing(form, subtype, options))


def _level(bit_rate):
    """Convert a bit rate of Opus to the compression level of libsndfile.

    libsndfile maps 0-1 to 256 to 6 kbit/s a channel.
    """
    return (256_000 - bit_rate) / 250_000


def _missing(form, subtype, options):
    """Say why a codec cannot be used; empty if it can."""
    version = soundfile.__libsndfile_version__
    if subtype not in soundfile.available_subtypes(form):
        return f"libsndfile {version} does not write {subtype}"
    try:
        with soundfile.SoundFile(
            io.BytesIO(),
            *("w", TELEPHONE_HZ, 1, subtype),
            format=form,
            **options,
        ):
            return ""
    except TypeError:
        return "soundfile sets no bit rate; install 0.13 or later"
    except soundfile.LibsndfileError as error:
        return f"libsndfile {version} does not write {subtype} ({error})"


def coded(given, form, subtype, rate_hz=None, options=None):
    """Encode and decode a recording with libsndfile.

    Arguments
    ---------
    given : Recording
        The recording.
    form, subtype : str
        As for ``soundfile.write``.
    rate_hz : int, optional
        Sample rate of the codec; by default that of the recording.
    options : dict, optional
        Further arguments of ``soundfile.write``.

    Returns
    -------
    torch.Tensor, (samples,)
        As long as the recording.
    """
    from torchaudio.functional import resample

    rate_hz = rate_hz or given.sample_rate_hz
    wav = resample(given.wav, given.sample_rate_hz, rate_hz).clamp(-1, 1)
    file = io.BytesIO()
    soundfile.write(
        *(file, wav.numpy(), rate_hz, subtype),
        format=form,
        **(options or {}),
    )
    file.seek(0)
    samples, found_hz = soundfile.read(file, dtype="float32")
    back = resample(torch.from_numpy(samples), found_hz, given.sample_rate_hz)
    n_missing = max(0, len(given.wav) - len(back))
    return torch.nn.functional.pad(back, (0, n_missing))[: len(given.wav)]


def clipped(level_db):
    """Clip at a level below the peak."""

    def apply(given):
        from speechbrain.augment.time_domain import DoClip

        top = 10 ** (-level_db / 20)  # relative to the peak, which it restores
        return DoClip(clip_low=top, clip_high=top)(given.wav[None])[0]

    return apply


def padded(given):
    """Add a second of digital silence at both ends."""
    return torch.nn.functional.pad(given.wav, [given.sample_rate_hz] * 2)


def at_speed(given, percent):
    """Change the speed, and with it the pitch."""
    from speechbrain.augment.time_domain import SpeedPerturb

    perturb = SpeedPerturb(given.sample_rate_hz, speeds=[percent])
    return perturb(given.wav[None])[0]


def in_room(reverberation_s):
    """Convolve with a synthetic impulse response.

    The direct sound is followed after 5 ms by noise that decays by 60 dB within the
    reverberation time, with as much energy as the direct sound.
    """

    def apply(given):
        from torchaudio.functional import fftconvolve

        n_samples = round(reverberation_s * given.sample_rate_hz)
        time_s = np.arange(n_samples) / given.sample_rate_hz
        decay = 10 ** (-3 * time_s / reverberation_s)
        tail = given.rng.standard_normal(n_samples) * decay
        tail[: round(0.005 * given.sample_rate_hz)] = 0
        tail /= math.sqrt(np.sum(tail**2))
        tail[0] = 1.0
        response = torch.from_numpy(tail).float()
        return fftconvolve(given.wav, response)[: len(given.wav)]

    return apply


def tilted(slope_db):
    """Tilt the spectrum around 1 kHz, by dB an octave."""

    def apply(given):
        n_samples = len(given.wav)
        hz = torch.fft.rfftfreq(n_samples, 1 / given.sample_rate_hz)
        octaves = torch.log2(hz.clamp(min=50) / 1000)
        gain = 10 ** (slope_db * octaves / 20)
        return torch.fft.irfft(torch.fft.rfft(given.wav) * gain, n_samples)

    return apply
