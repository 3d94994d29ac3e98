"""Compare rules that detect speech, on the demo corpus and on noise.

Speech: utterances of the demo corpus, clean and in noise of five colours at several
signal-to-noise ratios. No speech: noise and sounds of 0.5 to 4 s between -60 and
-20 dB of full scale. A rule detects speech if it marks 0.1 s or more. Silero VAD, a
trained network, is compared if it is installed (``pip install silero-vad``).

> python benchmarks/speech.py

Takes two minutes on one core. Writes speech.json, from which ``make tables`` writes
results.md. With ``--data_folder``, utterances of human speech are measured, too.
"""

import argparse
import math
import random
import time
from pathlib import Path

import numpy as np
import recipe
import torch

from speechbrain_clser import corpora
from speechbrain_clser.data.audio import load
from speechbrain_clser.features.pitch import (
    VOICING_THRESHOLD,
    Pitch,
)
from speechbrain_clser.features.spectrum import N_FFT, to_db
from speechbrain_clser.features.speech import (
    HIGH_HZ,
    LOW_HZ,
    MIN_SPEECH_S,
    SpeechDetector,
)

RATE_HZ = 16000
N_FILES, N_NOISES, SEED = 100, 40, 0
LEVELS_DB = (20, 10, 5, 0)
LENGTHS_S = (0.5, 1.0, 2.0, 4.0)
ABOVE_FLOOR_DB = 10.0
HUMAN = ("emodb", "emovo", "urdu", "ravdess")


def coloured(n, slope, rng):
    """Generate noise whose power falls with the frequency to the power ``slope``."""
    spectrum = np.fft.rfft(rng.standard_normal(n))
    hz = np.maximum(np.fft.rfftfreq(n, 1 / RATE_HZ), 20)
    return unit(np.fft.irfft(spectrum * hz ** (-slope / 2), n))


def hum(n, rng):
    """Generate mains hum of 50 Hz with harmonics, in pink noise 14 dB below."""
    time_s, waves = np.arange(n) / RATE_HZ, 0
    for k in range(1, 20):
        phase = rng.uniform(0, 2 * np.pi)
        waves = waves + np.sin(100 * np.pi * k * time_s + phase) / k
    return unit(unit(waves) + 0.2 * coloured(n, 1, rng))


def fan(n, rng):
    """Generate noise within a band below 1 kHz, in white noise 20 dB below."""
    low_hz, high_hz = rng.uniform(80, 200), rng.uniform(400, 900)
    spectrum = np.fft.rfft(rng.standard_normal(n))
    hz = np.fft.rfftfreq(n, 1 / RATE_HZ)
    band = 1 / (1 + ((hz - low_hz) / high_hz) ** 4)
    return unit(
        unit(np.fft.irfft(spectrum * band, n)) + 0.1 * rng.standard_normal(n)
    )


def clicks(n, rng):
    """Generate clicks that decay within some milliseconds."""
    wav = 0.01 * rng.standard_normal(n)
    for start in rng.integers(0, n - 800, max(2, n // 8000)):
        decay = np.exp(-np.arange(800) / 100)
        wav[start : start + 800] += decay * rng.standard_normal(800)
    return unit(wav)


def gusts(n, rng):
    """Generate brown noise whose level jumps every 0.1 s."""
    levels = 10 ** rng.uniform(-1.5, 0, n // 1600 + 1)
    return unit(coloured(n, 2, rng) * np.repeat(levels, 1600)[:n])


def tone(n, rng):
    """Generate a tone of 100 to 1000 Hz."""
    return unit(
        np.sin(2 * np.pi * rng.uniform(100, 1000) * np.arange(n) / RATE_HZ)
    )


def dialling(n, rng):
    """Generate the two tones of a telephone key."""
    time_s = 2 * np.pi * np.arange(n) / RATE_HZ
    low = rng.choice([697, 770, 852, 941])
    return unit(np.sin(low * time_s) + np.sin(1336 * time_s))


def unit(wav):
    """Scale to a standard deviation of 1."""
    return wav / wav.std()


MIXED = {
    "white": lambda n, rng: coloured(n, 0, rng),
    "pink": lambda n, rng: coloured(n, 1, rng),
    "brown": lambda n, rng: coloured(n, 2, rng),
    "hum": hum,
    "fan": fan,
}
SOUNDS = {
    **MIXED,
    "clicks": clicks,
    "gusts of wind": gusts,
    "tone": tone,
    "telephone key": dialling,
}


def rules() -> dict:
    """Build the rules: name to a function from waveform to seconds of speech."""
    detector = SpeechDetector(RATE_HZ)
    spectrum = detector.spectrum
    pitch = Pitch(spectrum.window, N_FFT, RATE_HZ, LOW_HZ, HIGH_HZ)

    def voicing(wav, is_path):
        power, peak = spectrum(wav[None])
        real = torch.ones(power.shape[:2]).bool()
        _, _, height, is_voiced = pitch(power, peak, real)
        marked = is_voiced if is_path else height > VOICING_THRESHOLD
        return marked.sum().item() * detector.frame_s

    def energy(wav):
        level_db = to_db(spectrum(wav[None])[0].mean(dim=-1))
        marked = level_db > level_db.quantile(0.1) + ABOVE_FLOOR_DB
        return marked.sum().item() * detector.frame_s

    found = {
        "whitened autocorrelation (ours)": lambda wav: detector.seconds(
            wav[None], torch.ones(1)
        ).item(),
        "pitch tracker": lambda wav: voicing(wav, True),
        "autocorrelation": lambda wav: voicing(wav, False),
        "energy": energy,
    }
    try:
        from silero_vad import get_speech_timestamps, load_silero_vad
    except ImportError:
        return found
    model = load_silero_vad()

    def silero(wav):
        parts = get_speech_timestamps(
            wav, model, min_speech_duration_ms=100, sampling_rate=RATE_HZ
        )
        return sum(part["end"] - part["start"] for part in parts) / RATE_HZ

    return {**found, "Silero VAD": silero}


def utterances(name, data_folder=None, n_files=N_FILES) -> list:
    """Load a sample of a corpus, (samples,) each, at 16 kHz."""
    corpus = corpora.load(name)
    rows = list(corpus.utterances(corpora.locate(corpus.card, data_folder)))
    rows = random.Random(SEED).sample(rows, n_files)
    return [load(row.wav, RATE_HZ).numpy() for row in rows]


def in_noise(wavs, level_db) -> list:
    """Add noise relative to the louder half of the samples of each utterance."""
    rng, makers, noisy = np.random.default_rng(SEED), [*MIXED.values()], []
    for number, wav in enumerate(wavs):
        loud = np.sort(wav**2)[len(wav) // 2 :].mean()
        noise = makers[number % len(makers)](len(wav), rng)
        noisy.append(wav + noise * math.sqrt(loud / 10 ** (level_db / 10)))
    return noisy


def conditions(data_folder=None) -> dict:
    """List waveforms by condition: ``speech`` and ``none`` to name to waveforms."""
    speech = utterances("demo")
    rng = np.random.default_rng(SEED)
    found = {"demo corpus": speech}
    found |= {
        f"demo corpus, noise at {level_db} dB": in_noise(speech, level_db)
        for level_db in LEVELS_DB
    }
    quiet = [wav * 1e-3 / np.abs(wav).max() for wav in speech]
    found["demo corpus, peak at -60 dB"] = quiet
    if data_folder:
        for name in HUMAN:
            title = corpora.load(name).card.title.split(" (")[0]
            found[title] = utterances(name, data_folder)
    none = {
        name: [
            10 ** (rng.uniform(-60, -20) / 20)
            * make(int(RATE_HZ * LENGTHS_S[number % len(LENGTHS_S)]), rng)
            for number in range(N_NOISES)
        ]
        for name, make in SOUNDS.items()
    }
    none["pink, 60 s at -60 dB"] = [
        1e-3 * coloured(60 * RATE_HZ, 1, rng) for _ in range(3)
    ]
    none["30 ms of speech in silence"] = [_burst(wav) for wav in speech]
    return {"speech": found, "none": none}


def _burst(wav):
    """Keep the loudest 30 ms."""
    middle, n = int(np.abs(wav).argmax()), round(0.03 * RATE_HZ)
    start, cut = max(0, middle - n // 2), np.zeros(RATE_HZ)
    piece = wav[start : start + n]
    cut[8000 : 8000 + len(piece)] = piece
    return cut


def detected(rule, wavs) -> float:
    """Compute the share of waveforms in which a rule detects speech, in percent."""
    found = [
        rule(torch.from_numpy(wav.astype(np.float32))) >= MIN_SPEECH_S - 1e-6
        for wav in wavs
    ]
    return round(100 * float(np.mean(found)), 1)


def speed(rule, wavs) -> float:
    """Measure the CPU time for a second of sound."""
    wav = torch.from_numpy(np.concatenate(wavs)[: 20 * RATE_HZ]).float()
    rule(wav)
    started = time.process_time()
    rule(wav)
    return round((time.process_time() - started) / 20, 5)


def main():
    """Measure all rules, print the shares, write speech.json."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data_folder")
    parser.add_argument("--output", default=Path(__file__).with_suffix(".json"))
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    waves, result = conditions(arguments.data_folder), {"rules": {}}
    for name, rule in rules().items():
        result["rules"][name] = {
            kind: {title: detected(rule, wavs) for title, wavs in of.items()}
            for kind, of in waves.items()
        }
        wavs = waves["speech"]["demo corpus"]
        result["rules"][name]["cpu_s"] = speed(rule, wavs)
        print(name, result["rules"][name])
    recipe.write(arguments.output, result)


if __name__ == "__main__":
    main()
