"""Tests for eSpeak NG, run in a separate process."""

import importlib.util
import json
import subprocess
import sys

import pytest

import speechbrain_clser

HOME = speechbrain_clser.__path__[0] + "/.."

installed = pytest.mark.skipif(
    importlib.util.find_spec("espeakng_loader") is None,
    reason="espeakng-loader is not installed",
)


def in_its_own_process(code):
    """Run code that imports the engine; return its JSON and its errors."""
    header = "import json, sys\nsys.path.insert(0, sys.argv[1])\n"
    done = subprocess.run(
        [sys.executable, "-c", header + code, HOME],
        capture_output=True,
        encoding="utf-8",
    )
    return done.stdout and json.loads(done.stdout), done.stderr


SPEAK = """
from speechbrain_clser.contrib.synthesis import engine
def speak(*args, **more):
    samples, phones = engine.speak(*args, **more)
    return samples.tolist(), phones
"""


def test_missing_library_error_names_extra():
    said, error = in_its_own_process(
        "sys.modules['espeakng_loader'] = None" + SPEAK + "speak('de', 'Ja.')"
    )
    assert said == ""
    assert "pip install -e '.[demo]'" in error


@installed
def test_unknown_voice_raises():
    said, error = in_its_own_process(SPEAK + "speak('xx+f2', 'Ja.')")
    assert "ValueError: eSpeak NG has no voice 'xx+f2'" in error


@installed
def test_sentence_without_words_raises():
    said, error = in_its_own_process(SPEAK + "speak('de+f2', '')")
    assert "ValueError: 'de+f2' returned no speech for ''" in error


@installed
def test_phones_of_a_sentence_are_contiguous():
    (samples, phones), _ = in_its_own_process(
        SPEAK + "json.dump(speak('fi+m3', 'Kissa.'), sys.stdout)"
    )
    symbols = [ipa for ipa, _, _ in phones]
    assert symbols == ["k", "ˈi", "s", "s", "a"]
    assert all(a[2] == b[1] for a, b in zip(phones, phones[1:], strict=False))
    assert all(start < end for _, start, end in phones)
    assert 0 <= phones[0][1] and phones[-1][2] <= len(samples)


@installed
def test_pitch_and_rate_change_output():
    code = """
import numpy as np
def f0_hz(samples):
    # Lag of the autocorrelation maximum, 60 to 400 Hz.
    power = np.abs(np.fft.rfft(samples, 2**18)) ** 2
    likeness = np.fft.irfft(power)[: 22050 // 60]
    return 22050 / (55 + int(likeness[55:].argmax()))
low, slow = speak('sw+f2', 'Mama anaona mama.', 120, 20, 10)
high, quick = speak('sw+f2', 'Mama anaona mama.', 240, 80, 10)
json.dump([f0_hz(low), f0_hz(high), slow[-1][2], quick[-1][2]], sys.stdout)
"""
    (low, high, slow, quick), _ = in_its_own_process(SPEAK + code)
    # 60 steps, of which each is 0.16 semitones as the script has it.
    assert 1.4 < high / low < 2.2
    assert slow > 1.5 * quick


@installed
def test_sentences_are_independent():
    code = """
first = speak('de+f2', 'Die Tür ist offen.', seed=3)
speak('tr+m7', 'Kapı açık.', rate_wpm=300, pitch=90, pitch_range=5, seed=4)
json.dump(first == speak('de+f2', 'Die Tür ist offen.', seed=3), sys.stdout)
"""
    assert in_its_own_process(SPEAK + code) == (True, "")
