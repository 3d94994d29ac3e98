"""Test the analysis of recordings for the page."""

import math

import numpy as np
import pytest
from helpers import served, sounds

from speechbrain_clser.contrib.app import analysis
from speechbrain_clser.contrib.app.analysis import analyse, over_time, track
from speechbrain_clser.errors import BadAudioError
from speechbrain_clser.inference.classifier import EmotionClassifier
from speechbrain_clser.inference.timeline import Timeline


@pytest.fixture(scope="module")
def classifier(tmp_path_factory):
    """Load a model with random weights."""
    return EmotionClassifier.from_hparams(
        served.make(tmp_path_factory.mktemp("model")).folder,
        run_opts={"device": "cpu"},
    )


def tone(path, seconds, hz=220, before_s=0.0):
    """Write a tone, after silence."""
    time_s = np.arange(round(16000 * seconds)) / 16000
    wav = 0.3 * np.sin(2 * np.pi * hz * time_s)
    silence = np.zeros(round(16000 * before_s))
    return sounds.write(path, np.concatenate([silence, wav]))


def test_short_recording_has_no_timeline(classifier, tmp_path):
    path = tone(tmp_path / "a.wav", 1.5)
    found = analyse(classifier, path)
    assert found.duration_s == 1.5
    assert found.timeline is None
    assert found.prediction == classifier.classify_file(path)


def test_long_recording_has_file_prediction_and_timeline(classifier, tmp_path):
    path = tone(tmp_path / "a.wav", 9)
    found = analyse(classifier, path)
    assert found.timeline.segments[-1].end_s == 9
    assert found.prediction == classifier.classify_file(path)
    assert found.coverage == "of this recording"


def test_coverage_of_truncated_recording_is_described(
    classifier, tmp_path, monkeypatch
):
    monkeypatch.setattr(classifier.recogniser, "longest_s", 1.0)
    found = analyse(classifier, tone(tmp_path / "a.wav", 1.5))
    assert found.coverage == "of its first 1 s"


def test_prediction_for_too_long_recording_is_mean_over_time(
    classifier, tmp_path, monkeypatch
):
    monkeypatch.setattr(analysis, "LONGEST_S", 8.5)
    found = analyse(classifier, tone(tmp_path / "a.wav", 9))
    assert found.prediction == over_time(found.timeline)
    assert found.coverage == "mean over windows of 4 s"
    assert sum(found.prediction.probabilities.values()) == pytest.approx(1)


def test_flac_of_unknown_length_is_analysed(classifier, tmp_path):
    path = sounds.pipe_flac(tmp_path / "a.flac", sounds.noise(0, 24000))
    assert analyse(classifier, path).duration_s == 1.5


def test_low_probabilities_are_unknown(classifier, tmp_path):
    timeline = analyse(classifier, tone(tmp_path / "a.wav", 9)).timeline
    for window in timeline.segments:
        assert window.prediction.emotion == "no speech"  # a constant tone
    assert over_time(timeline, min_confidence=1.1).emotion == "no speech"
    timeline = Timeline("a.wav", ["anger", "neutral"], [(0, 1, [0.6, 0.4])])
    assert over_time(timeline, min_confidence=0.7).emotion == "unknown"


def test_mean_over_time_leaves_out_segments_without_speech():
    windows = [(0, 1, [0.9, 0.1], 0.5), (1, 9, [0.1, 0.9], 0.0, False)]
    timeline = Timeline("a.wav", ["anger", "neutral"], windows)
    assert over_time(timeline).probabilities["anger"] == pytest.approx(0.9)


@pytest.mark.parametrize("seconds", [1, 9])
def test_silence_is_refused(classifier, tmp_path, seconds):
    path = sounds.write(tmp_path / "a.wav", np.zeros(16000 * seconds))
    with pytest.raises(BadAudioError, match="expected sound"):
        analyse(classifier, path)


def test_text_file_is_refused(classifier, tmp_path):
    (tmp_path / "a.wav").write_text("hello")
    with pytest.raises(BadAudioError, match="a.wav: expected audio"):
        analyse(classifier, tmp_path / "a.wav")


def test_pitch_is_that_of_the_tone_and_loudness_is_relative(tmp_path):
    curves = track(tone(tmp_path / "a.wav", 1.0, hz=200))
    assert len(curves.pitch_hz) == len(curves.loudness) == 50
    assert curves.pitch_hz[25] == pytest.approx(200, abs=1)
    assert curves.loudness[25] == pytest.approx(1, abs=0.1)


def test_silence_has_no_pitch(tmp_path):
    curves = track(tone(tmp_path / "a.wav", 1.0, before_s=1.0))
    assert math.isnan(curves.pitch_hz[25])
    assert curves.loudness[25] == 0


def test_curves_begin_with_the_first_window_that_sounds(tmp_path):
    curves = track(tone(tmp_path / "a.wav", 5, before_s=2), longest_s=2.0)
    assert curves.start_s == 2.0
    assert len(curves.loudness) == 100
