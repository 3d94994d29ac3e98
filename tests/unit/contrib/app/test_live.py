"""Test the live timeline with a classifier whose predictions follow the level."""

import re
import xml.etree.ElementTree as ET
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

from speechbrain_clser.contrib.app import live
from speechbrain_clser.contrib.app.live import LiveTimeline
from speechbrain_clser.inference.prediction import Prediction
from speechbrain_clser.inference.stream import Stream

RATE_HZ = 16000


def predict_wavs(wavs):
    """Predict anger for a mean level above 0.5."""
    levels = [float(wav.abs().mean()) for wav in wavs]
    return [
        Prediction({"anger": x, "sadness": 1 - x}, speech=1.0) for x in levels
    ]


def make_classifier(longest_s=None):
    """Return what a live timeline needs of a classifier."""
    found = SimpleNamespace(
        classes=("anger", "sadness"),
        min_confidence=0.0,
        recogniser=SimpleNamespace(longest_s=longest_s),
        sample_rate_hz=RATE_HZ,
        predict_wavs=predict_wavs,
    )
    found.stream = lambda *args: Stream(found, *args)
    return found


@pytest.fixture
def feed(tmp_path):
    """Return a function that feeds a level for a time, in chunks of half a second."""

    def feed(timeline, level, seconds):
        path = tmp_path / "chunk.wav"
        soundfile.write(path, np.full(RATE_HZ // 2, level), RATE_HZ)
        for _ in range(round(2 * seconds)):
            found = timeline.feed(path)
        return found

    return feed


def test_newest_window_and_earlier_ones_are_shown(feed):
    timeline = LiveTimeline(make_classifier())
    assert feed(timeline, 0.9, 3.5) == live.WAITING
    text = feed(timeline, 0.9, 0.5)
    assert "<strong>anger</strong> <span>90% · 0:00–0:04</span>" in text
    text = feed(timeline, 0.1, 4)
    assert ET.fromstring(text).tag == "div"
    assert "<strong>sadness</strong> <span>90% · 0:04–0:08</span>" in text
    # Means over windows: 0.9 and 0.7 until 2 s, 0.3 and 0.1 from 6 s.
    assert re.findall(r'title="([^ ]+) (\w+)', text) == [
        ("0:00–0:04", "anger"),
        ("0:04–0:08", "sadness"),
    ]


def test_silence_is_no_speech_and_a_gap(feed):
    timeline = LiveTimeline(make_classifier())
    feed(timeline, 0.9, 4)
    text = feed(timeline, 0.0, 8)
    assert "<strong>no speech</strong> <span>0:08–0:12</span>" in text
    titles = re.findall(r'title="([^ ]+) ', text)
    assert titles == ["0:00–0:04", "0:04–0:07"]  # the window from 4 s is silent


def test_last_minutes_are_shown(feed, monkeypatch):
    monkeypatch.setattr(live, "SHOWN_S", 3.0)
    timeline = LiveTimeline(make_classifier())
    text = feed(timeline, 0.9, 10)
    assert len(timeline.events) == 3
    assert 'title="0:04–0:10 anger' in text
    assert "left:0.00%;width:100.00%" in text


def test_windows_fit_the_longest_input_of_the_model(feed):
    timeline = LiveTimeline(make_classifier(longest_s=0.5))
    assert "0:00–0:00" in feed(timeline, 0.9, 0.5)
