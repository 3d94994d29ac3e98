"""Tests for the audio effects."""

import numpy as np
import pytest

from speechbrain_clser.contrib.synthesis import effects


def tone(hz, duration_s=1.0, rate_hz=16000):
    """A sine."""
    time_s = np.arange(int(duration_s * rate_hz)) / rate_hz
    return np.sin(2 * np.pi * hz * time_s)


def loudest_hz(samples):
    """Frequency of the strongest partial."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return spectrum.argmax() * 16000 / len(samples)


def level_db(samples):
    """Root mean square against full scale."""
    return 10 * np.log10(np.mean(samples**2))


def random():
    """The same noise in every test."""
    return np.random.default_rng(1)


@pytest.mark.parametrize("speed", [0.8, 1.0, 1.25])
def test_higher_speed_is_shorter_with_higher_pitch(speed):
    training_rows = effects.play_faster(tone(1000, rate_hz=22050), 22050, speed)
    assert len(training_rows) == int(16000 / speed)
    assert loudest_hz(training_rows) == pytest.approx(1000 * speed, abs=2)


def test_frequencies_above_nyquist_are_removed():
    training_rows = effects.play_faster(tone(9000, rate_hz=22050), 22050, 1.0)
    assert level_db(training_rows[200:-200]) < -40


def test_wobble_modulates_pitch():
    training_rows = effects.play_faster(
        tone(1000, rate_hz=22050), 22050, 1, 0.05, 5
    )
    # The pitch is highest at 0, 200, ... ms and lowest at 100, 300, ... ms.
    high, low = (
        training_rows[3200 - 320 : 3200 + 320],
        training_rows[4800 - 320 : 4800 + 320],
    )
    assert loudest_hz(high) > 1020
    assert loudest_hz(low) < 980


def test_tilt_turns_about_1_khz():
    for hz, gain_db in ((500, -6), (1000, 0), (2000, 6), (4000, 12)):
        change = level_db(effects.tilt(tone(hz), 6.0)) - level_db(tone(hz))
        assert change == pytest.approx(gain_db, abs=0.1)


def test_breath_has_given_level():
    breath = effects.breathe(tone(200), -20.0, random()) - tone(200)
    assert level_db(breath) - level_db(tone(200)) == pytest.approx(-20, abs=0.5)


def test_breath_follows_voice():
    voice = np.concatenate([tone(200, 0.5), np.zeros(8000)])
    breath = effects.breathe(voice, -20.0, random()) - voice
    assert level_db(breath[8400:] + 1e-9) < -100


def test_recording_has_given_level():
    training_rows = effects.record(tone(200), -30.0, 0.0, -90.0, random())
    assert level_db(training_rows) == pytest.approx(-30, abs=0.1)


def test_level_increases_by_drift():
    training_rows = effects.record(tone(200), -30.0, 6.0, -90.0, random())
    change = level_db(training_rows[-1600:]) - level_db(training_rows[:1600])
    # From the middle of the first tenth to that of the last.
    assert change == pytest.approx(0.9 * 6, abs=0.3)


def test_recording_never_clips():
    loud = effects.record(tone(200), 20.0, 0.0, -60.0, random())
    assert np.abs(loud).max() == pytest.approx(0.9)


def test_pause_is_noise_and_not_digital_silence():
    voice = np.concatenate([tone(200, 0.5), np.zeros(8000)])
    training_rows = effects.record(voice, -20.0, 0.0, -60.0, random())
    assert level_db(training_rows[9000:]) == pytest.approx(-60, abs=1)
