"""Test the page; most tests need Gradio."""

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import soundfile
from helpers import served

from speechbrain_clser.contrib.app import serving
from speechbrain_clser.inference.classifier import EmotionClassifier

needs_gradio = pytest.mark.skipif(
    importlib.util.find_spec("gradio") is None,
    reason="gradio is not installed: pip install -e '.[app]'",
)

PRINT_PAGE = """
import json, os, sys
from speechbrain_clser.contrib.app import serving

def launch(blocks, theme, css, head, **given):
    events = {event.api_name: event for event in blocks.fns.values()}
    parts = blocks.get_config_file()["components"]
    print(json.dumps({
        "kinds": [part["type"] for part in parts],
        "html": events["analyse"].fn(sys.argv[2]),
        "is_reporting": blocks.analytics_enabled,
        "variable": os.environ["GRADIO_ANALYTICS_ENABLED"],
        "stylesheets": theme._stylesheets,
        **given,
    }))

    sys.exit()

serving._gradio().Blocks.launch = launch
serving.serve(sys.argv[1], port=7999)
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Export a model with random weights."""
    return served.make(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def classifier(model):
    """Load the model."""
    return EmotionClassifier.from_hparams(
        model.folder, run_opts={"device": "cpu"}
    )


def test_recording_is_classified_and_rendered(model, classifier):
    text = serving.show(classifier, model.files[1])
    prediction = classifier.classify_file(model.files[1])
    assert f"<strong>{prediction.emotion}</strong>" in text
    assert "Pitch and loudness" in text


def test_unusable_chunk_renders_the_reason_and_keeps_the_timeline(
    classifier, tmp_path
):
    path = tmp_path / "chunk.wav"
    soundfile.write(path, [[float("nan")]] * 8000, 16000, subtype="FLOAT")
    text, timeline = serving.follow(classifier, path)
    assert 'class="complaint">Stream: expected' in text
    assert serving.follow(classifier, path, timeline)[1] is timeline


def test_missing_recording_renders_empty(classifier):
    assert serving.show(classifier, None) == ""


def test_unusable_recording_renders_the_reason(classifier, tmp_path):
    (tmp_path / "a.wav").write_text("hello")
    text = serving.show(classifier, str(tmp_path / "a.wav"))
    assert 'class="complaint">Expected audio' in text


def model_of(*names, by="none", task="classes"):
    """Return what the introduction shows of a classifier."""
    hparams = SimpleNamespace(normalise_by=by)
    return SimpleNamespace(classes=names, hparams=hparams, task=task)


@pytest.mark.parametrize(
    "by, is_mentioned", [("none", False), ("corpus", True), ("speaker", True)]
)
def test_introduction_lists_classes_and_normalisation(by, is_mentioned):
    text = serving.introduction(model_of("anger", "neutral", "sadness", by=by))
    assert "anger, neutral and sadness." in text
    assert (f"statistics of each {by}" in text) == is_mentioned


RESULTS = {
    **{"method": "sere", "protocol": "a_to_b", "supervision": "no labels"},
    **{"languages": "Urdu", "speakers": 6, "trials": 1, "seeds": 3},
    "uar": {"mean": 0.5, "low": 0.4, "high": 0.6},
    **{"chance_uar": 0.25, "synthetic": []},
}
MODEL = model_of("anger", "neutral")


def test_introduction_has_model_name_and_score():
    text = serving.introduction(MODEL, "me/mine", RESULTS)
    assert "<code>me/mine</code>" in text
    assert (
        "<b>UAR 50.0 %</b> on Urdu · 95 % interval [40.0, 60.0] · chance 25.0 % "
        "· mean of 3 seeds · 6 speakers. Method sere, protocol a_to_b: no labels."
    ) in text
    assert "synthetic" not in text
    synthetic = RESULTS | {"synthetic": ["Demo"]}
    assert "not suitable for human speech" in serving.scores(synthetic)
    assert serving.NO_RESULTS in serving.introduction(MODEL, "me/mine")


def test_introduction_of_dimensions_has_their_score_and_no_calibration():
    results = {k: v for k, v in RESULTS.items() if "uar" not in k}
    results["ccc"] = {"mean": 0.5, "low": 0.4, "high": 0.6}
    model = model_of("arousal", "valence", task="dimensions")
    text = serving.introduction(model, "me/mine", results)
    assert "predicts values of arousal and valence from 0 to 1." in text
    assert (
        "<b>Mean CCC 0.500</b> on Urdu · 95 % interval [0.400, 0.600] ·" in text
    )
    assert "calibrated" not in text and "chance" not in text


@pytest.mark.parametrize(
    "key", ["method", "protocol", "supervision", "languages"]
)
def test_results_are_escaped(key):
    assert "<script>" not in serving.scores(RESULTS | {key: "<script>"})


def test_results_are_read_from_the_folder_of_the_model(tmp_path):
    assert serving.read_results(tmp_path) is None
    path = tmp_path / "results.json"
    path.write_text(json.dumps(RESULTS))
    assert serving.read_results(tmp_path) == RESULTS
    for broken in ("{", "[]", json.dumps(RESULTS | {"uar": {"mean": "x"}})):
        path.write_text(broken)
        with pytest.raises(
            ValueError, match="results.json: expected the results"
        ):
            serving.read_results(tmp_path)


def test_model_text_is_escaped():
    text = serving.introduction(
        model_of("<img src=x onerror=alert(1)>", "<b>", "<i>", by="<script>"),
        "<script>",
    )
    assert "&lt;img src=x onerror=alert(1)&gt;, &lt;b&gt; and &lt;i&gt;" in text
    assert not re.search("<(img|b|i|script)>?", text)


def test_missing_gradio_is_named_with_its_extra(classifier, monkeypatch):
    monkeypatch.setitem(sys.modules, "gradio", None)
    with pytest.raises(ImportError, match=r"-e '.\[app\]'"):
        serving.page(classifier)


@pytest.fixture(scope="module")
def output(model):
    """Return facts about the page from a process, which isolates Gradio."""
    run = subprocess.run(
        [sys.executable, "-c", PRINT_PAGE, str(model.folder), model.files[1]],
        cwd=Path(serving.__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(run.stdout.splitlines()[-1])


@needs_gradio
@pytest.mark.slow
def test_page_analyses_a_recording(output):
    assert output["kinds"].count("audio") == 2  # one of them is live
    assert "Pitch and loudness" in output["html"]


@needs_gradio
@pytest.mark.slow
def test_page_has_no_analytics_and_no_external_fonts(output):
    assert output["is_reporting"] is False
    assert output["variable"] == "False"
    assert output["stylesheets"] == []


@needs_gradio
@pytest.mark.slow
def test_page_is_served_on_localhost(output):
    assert output["server_name"] == "127.0.0.1"
    assert output["server_port"] == 7999
    assert output["share"] is False


def test_style_sheet_has_no_external_resources():
    text = serving.STYLE.read_text() + serving.UNPROCESSED
    assert not re.search(r"https?:|url\(|@import|src=", text)
