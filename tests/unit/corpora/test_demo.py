"""Tests for the synthetic demo corpus."""

import concurrent.futures
import dataclasses
import importlib.metadata
import importlib.util
import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import soundfile
import torch
from helpers import toy
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import recall_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from speechbrain.lobes.features import Fbank

from speechbrain_clser.contrib.synthesis import script
from speechbrain_clser.corpora import demo

installed = pytest.mark.skipif(
    importlib.util.find_spec("espeakng_loader") is None,
    reason="espeakng-loader is not installed",
)
SLICE = script.plan()[::120]


@pytest.fixture
def small(monkeypatch):
    """Reduce the corpus to eight utterances."""
    monkeypatch.setattr(script, "plan", lambda: SLICE)


@pytest.fixture(scope="session")
def whole():
    """The complete corpus, synthesised if it is not cached."""
    return list(demo.utterances(demo.default_root()))


def content(folder):
    """Bytes of each file."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@installed
def test_counts_match_card(whole):
    card = demo.CARD
    assert len({row.id for row in whole}) == card.n_utterances
    assert len({row.speaker for row in whole}) == card.n_speakers
    assert {row.language for row in whole} == set(card.languages)
    assert {row.raw_emotion for row in whole} == set(demo.EMOTIONS)


@installed
def test_utterances_last_one_to_three_seconds_and_never_clip(whole):
    for row in whole[::7]:
        samples, rate_hz = soundfile.read(row.wav)
        assert rate_hz == 16000
        assert 0.8 < len(samples) / rate_hz < 3.0
        assert np.abs(samples).max() < 0.95
        assert np.sqrt(np.mean(samples**2)) > 0.003


@installed
def test_phones_last_as_long_as_the_utterance(whole):
    for row in whole[::7]:
        duration_s = soundfile.info(row.wav).duration
        total_s = sum(end - start for _, start, end in row.phones)
        assert total_s == pytest.approx(duration_s, abs=1e-3)
        assert len(row.phones) >= 10


@installed
def test_emotions_are_partly_separable_by_mean_spectrum(whole):
    log_mel = Fbank(n_mels=40)
    means = []
    for row in whole:
        samples, _ = soundfile.read(row.wav, dtype="float32")
        means.append(
            log_mel(torch.from_numpy(samples)[None])[0].mean(0).numpy()
        )
    means = np.stack(means)
    emotions = np.array([row.raw_emotion for row in whole])
    languages = np.array([row.language for row in whole])
    recalls = []
    for language in sorted(set(languages)):
        unheard = languages == language
        model = make_pipeline(
            StandardScaler(), LogisticRegression(max_iter=1000)
        )
        model.fit(means[~unheard], emotions[~unheard])
        named = model.predict(means[unheard])
        recalls.append(recall_score(emotions[unheard], named, average="macro"))
    assert 0.35 < np.mean(recalls) < 0.9  # chance is 0.25
    assert max(recalls) < 0.9


@installed
def test_output_is_independent_of_number_of_workers(small, tmp_path):
    demo.speak(SLICE, tmp_path / "one", n_workers=1)
    demo.speak(SLICE, tmp_path / "three", n_workers=3)
    assert content(tmp_path / "one") == content(tmp_path / "three")


@installed
def test_concurrent_runs_are_independent(small, tmp_path):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        runs = [
            pool.submit(lambda: list(demo.utterances(tmp_path / "both")))
            for _ in range(2)
        ]
        first, second = (run.result() for run in runs)
    assert first == second
    demo.speak(SLICE, tmp_path / "alone", n_workers=1)
    assert content(tmp_path / "both") == content(tmp_path / "alone")


@installed
def test_existing_corpus_is_not_synthesised_again(small, tmp_path, monkeypatch):
    before = list(demo.utterances(tmp_path))
    monkeypatch.delattr(demo, "speak")
    assert list(demo.utterances(tmp_path)) == before


@installed
@pytest.mark.parametrize("lost", [demo.INDEX, f"{SLICE[3].id}.wav"])
def test_incomplete_folder_is_synthesised_again(small, tmp_path, lost):
    list(demo.utterances(tmp_path))
    whole = content(tmp_path)
    (tmp_path / lost).unlink()
    (tmp_path / f"{SLICE[0].id}.wav.99.part").write_bytes(b"RIFF")
    list(demo.utterances(tmp_path))
    assert whole.items() <= content(tmp_path).items()


@installed
@pytest.mark.parametrize("name", [demo.INDEX, f"{SLICE[3].id}.wav"])
def test_truncated_file_is_logged_and_synthesised_again(
    small, tmp_path, name, caplog
):
    before = list(demo.utterances(tmp_path))
    whole = content(tmp_path)
    (tmp_path / name).write_bytes(whole[name][:-100])
    stale = tmp_path / f"a.wav.{32 * '0'}.partial"
    stale.touch()
    os.utime(stale, (0, 0))
    assert list(demo.utterances(tmp_path)) == before
    assert content(tmp_path) == whole
    assert f"{tmp_path / name}: " in caplog.text and "damaged" in caplog.text


@installed
def test_index_without_keys_is_synthesised_again(small, tmp_path):
    before = list(demo.utterances(tmp_path))
    (tmp_path / demo.INDEX).write_text("{}")
    assert list(demo.utterances(tmp_path)) == before


# A background job of a shell ignores SIGINT, and so do its children.
SPEAK = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from speechbrain_clser.corpora import demo
from speechbrain_clser.contrib.synthesis import script
demo.speak(script.plan(), sys.argv[1], 2)
"""


@installed
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_workers_end_with_parent_process(tmp_path, number):
    process = subprocess.Popen(
        [sys.executable, "-c", SPEAK, str(tmp_path)],
        env=toy.environment(),
        stderr=subprocess.DEVNULL,
    )
    deadline = time.time() + 60
    while not any(tmp_path.iterdir()) and time.time() < deadline:
        time.sleep(0.01)
    process.send_signal(number)
    process.wait(timeout=60)
    time.sleep(0.5)
    n_files = len([*tmp_path.iterdir()])
    assert 0 < n_files < 900
    time.sleep(0.5)
    assert len([*tmp_path.iterdir()]) == n_files


@installed
def test_folder_of_other_version_is_synthesised_again(small, tmp_path):
    list(demo.utterances(tmp_path))
    index = json.loads((tmp_path / demo.INDEX).read_text(encoding="utf-8"))
    index["fingerprint"] = "old"
    (tmp_path / demo.INDEX).write_text(json.dumps(index), encoding="utf-8")
    list(demo.utterances(tmp_path))
    index = json.loads((tmp_path / demo.INDEX).read_text(encoding="utf-8"))
    assert index["fingerprint"] == demo.fingerprint()


@installed
def test_failed_worker_raises_with_its_output(tmp_path):
    take = dataclasses.replace(SLICE[0], voice="xx+f2")
    with pytest.raises(RuntimeError, match="no voice 'xx.f2'"):
        demo.speak([take], tmp_path)


def test_folder_of_another_corpus_raises(tmp_path):
    (tmp_path / "03a01Fa.wav").touch()
    expected = "expected the demo corpus or an empty folder.*03a01Fa.wav"
    with pytest.raises(ValueError, match=expected):
        next(demo.utterances(tmp_path))


def test_missing_espeak_error_names_extra(monkeypatch):
    def missing(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", missing)
    with pytest.raises(ImportError, match=r"-e '.\[demo\]'"):
        demo.default_root()


@installed
def test_version_of_espeak_changes_the_folder(monkeypatch):
    before = demo.default_root()
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "0.0.1")
    assert demo.default_root() != before
    assert demo.default_root().parent == before.parent


@installed
def test_gpl_library_is_not_loaded_in_this_process(whole):
    assert "espeakng_loader" not in sys.modules
