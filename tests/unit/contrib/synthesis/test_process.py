"""Tests for running the worker."""

import importlib.util

import pytest
import soundfile

from speechbrain_clser.contrib.synthesis.process import ask_worker

installed = pytest.mark.skipif(
    importlib.util.find_spec("espeakng_loader") is None,
    reason="espeakng-loader is not installed",
)


@installed
def test_worker_returns_phones_and_writes_recording(tmp_path):
    row = {"id": "7", "voice": "fi+m3", "text": "Kissa."}
    output = ask_worker([row], tmp_path, "recite")
    assert [ipa for ipa, _, _ in output["7"]] == ["k", "ˈi", "s", "s", "a"]
    assert soundfile.info(tmp_path / "7.wav").samplerate == 16000


@installed
def test_failed_worker_raises_with_its_output(tmp_path):
    row = {"id": "7", "voice": "xx", "text": "Kissa."}
    with pytest.raises(RuntimeError, match="no voice 'xx'"):
        ask_worker([row], tmp_path, "recite")


def test_missing_espeak_error_names_extra(monkeypatch, tmp_path):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"-e '.\[demo\]'"):
        ask_worker([], tmp_path)


@installed
def test_worker_write_error_raises_os_error(tmp_path):
    row = {"id": "7", "voice": "fi+m3", "text": "Kissa."}
    with pytest.raises(OSError, match="No such file or directory.*none"):
        ask_worker([row], tmp_path / "none", "recite")
