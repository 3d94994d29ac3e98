"""Test the HTML of analyses."""

import re
import xml.etree.ElementTree as ET

import pytest

from speechbrain_clser.contrib.app import rendering
from speechbrain_clser.contrib.app.analysis import (
    Analysis,
    Curves,
    over_time,
)
from speechbrain_clser.errors import BadAudioError
from speechbrain_clser.evaluation.colours import EMOTIONS
from speechbrain_clser.inference.prediction import Prediction
from speechbrain_clser.inference.rated import RatedTimeline, Ratings
from speechbrain_clser.inference.timeline import Timeline

NAN = float("nan")
PREDICTION = Prediction({"anger": 0.75, "neutral": 0.25})
CURVES = Curves(0.0, 50, [NAN, 100.0, 200.0, NAN], [0.0, 1.0, 3.0, NAN])
WINDOWS = [(0.0, 4.0, [0.9, 0.1]), (4.0, 10.0, [0.4, 0.6])]
TIMELINE = Timeline("a.wav", ["anger", "neutral"], WINDOWS)


def paths(text):
    """Return the SVG paths of a text, by class."""
    return dict(re.findall(r'<path class="(\w+)" d="([^"]*)"', text))


@pytest.mark.parametrize("timeline", [None, TIMELINE])
def test_html_is_well_formed_without_external_resources(timeline):
    text = rendering.render(
        Analysis(10.0, PREDICTION, "of all", CURVES, timeline)
    )
    assert ET.fromstring(text).tag == "div"
    assert not re.search(r"https?:|src=|href=|url\(", text)
    assert ("Over time" in text) == (timeline is not None)


def test_values_are_bars_and_steps_over_time():
    windows = [(0.0, 4.0, [0.5, 1.0]), (6.0, 10.0, [0.0, 0.25], 0.0, False)]
    timeline = RatedTimeline("a.wav", ["arousal", "valence"], windows)
    mean = over_time(timeline)  # of the window with speech
    assert mean.values == {"arousal": 0.5, "valence": 1.0}
    quiet = Ratings({"arousal": 0.25, "valence": 0.5}, notes=("no_speech",))
    text = rendering.render(Analysis(10.0, quiet, "of all", CURVES, timeline))
    assert ET.fromstring(text).tag == "div"
    assert re.findall(r"width:([\d.]+)%", text) == ["25.0", "50.0"]
    assert "<em>0.25</em>" in text and "no speech · of all" in text
    found = re.findall(r'<path class="values" d="([^"]*)"', text)
    # From 0 to 1, 90 % of the height.
    assert found[0] == "M0.0 55.0H400.0M600.0 100.0H1000.0"
    assert found[1] == "M0.0 10.0H400.0M600.0 77.5H1000.0"


def test_bar_widths_equal_probabilities():
    text = rendering.named(PREDICTION, "of all")
    assert re.findall(r"width:([\d.]+)%", text) == ["75.0", "25.0"]
    assert "<strong>anger</strong> <span>75% · of all<" in text
    assert text.count(EMOTIONS["anger"]) == 2


def test_class_names_are_escaped():
    text = rendering.named(Prediction({"<script>": 1.0}), "")
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


def test_unknown_has_a_colour():
    text = rendering.named(
        Prediction(PREDICTION.probabilities, min_confidence=0.9), ""
    )
    assert "<strong>unknown</strong>" in text
    assert text.count(rendering.UNNAMED) == 1


def test_strip_places_segments_by_time():
    text = rendering.strip(TIMELINE, 0.0, 10.0)
    assert re.findall(r"left:([\d.]+)%;width:([\d.]+)%", text) == [
        ("0.00", "40.00"),
        ("40.00", "60.00"),
    ]
    assert 'title="0:04–0:10 neutral 60%"' in text


def test_pitch_curve_has_gaps_in_unvoiced_frames():
    curves = Curves(0.0, 50, [100.0, NAN, 200.0, 150.0], [1.0] * 4)
    assert paths(rendering.curves(curves, 0.08))["pitch"].count("M") == 2


def test_pitch_axis_is_logarithmic():
    curves = Curves(0.0, 50, [100.0, 200.0, 400.0], [1.0] * 3)
    line = paths(rendering.curves(curves, 0.06))["pitch"].replace("h.01", "")
    low, middle, high = map(float, re.findall(r" ([\d.]+)", line))
    assert low - middle == pytest.approx(middle - high, abs=0.11)


def test_constant_pitch_is_centred():
    curves = Curves(0.0, 50, [120.0] * 3, [1.0] * 3)
    line = paths(rendering.curves(curves, 0.06))["pitch"]
    assert set(re.findall(r" ([\d.]+)", line)) == {"50.0"}


def test_unvoiced_recording_has_a_message():
    text = rendering.curves(Curves(0.0, 50, [NAN] * 4, [1.0] * 4), 0.08)
    assert "no voice found" in text
    assert set(paths(text)) == {"loudness"}


def test_loudness_is_clipped_to_the_view_box():
    heights = re.findall(
        r" ([\d.]+)", paths(rendering.curves(CURVES, 0.08))["loudness"]
    )
    assert min(map(float, heights)) == 0
    assert max(map(float, heights)) == 100


@pytest.mark.parametrize(
    "start_s, duration_s, title",
    [
        (0.0, 60.0, "Pitch and loudness<"),
        (0.0, 90.0, "Pitch and loudness, 0:00–1:00<"),
        (60.0, 120.0, "Pitch and loudness, 1:00–2:00<"),
    ],
)
def test_title_names_the_shown_interval(start_s, duration_s, title):
    curves = Curves(start_s, 50, [100.0] * 3000, [1.0] * 3000)
    assert title in rendering.curves(curves, duration_s)


@pytest.mark.parametrize(
    "seconds, first, last", [(1.9, "0 s", "1.5 s"), (7200, "0:00", "2:00:00")]
)
def test_ticks_are_at_round_times(seconds, first, last):
    curves = Curves(0.0, 1, [100.0, 120.0], [1.0] * 2)
    text = rendering.strip(TIMELINE, 0.0, seconds)
    times = re.findall(r"<span style=\"left:[\d.]+%\">([^<]*)</span>", text)
    assert (times[0], times[-1]) == (first, last)
    assert len(times) <= rendering.MOST_TICKS + 1
    assert rendering.curves(curves, seconds)


def test_error_is_rendered_without_the_path():
    path = "/tmp/gradio/0a1b/a.wav"
    error = BadAudioError("silent", f"{path}: expected sound, found <silence>")
    text = rendering.complaint(error, path)
    assert "Expected sound, found &lt;silence&gt;" in text
    assert path not in text
