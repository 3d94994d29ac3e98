"""Tests for the worker, which runs as a process and is not imported."""

import dataclasses
import importlib.util
import json
import subprocess
import sys

import numpy as np
import pytest
import soundfile

import speechbrain_clser
from speechbrain_clser.contrib.synthesis.script import plan

installed = pytest.mark.skipif(
    importlib.util.find_spec("espeakng_loader") is None,
    reason="espeakng-loader is not installed",
)
SLICE = plan()[::137]


def run(takes, folder):
    """Run a worker; returns phones by id."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "speechbrain_clser.contrib.synthesis.worker",
            str(folder),
        ],
        input=json.dumps([dataclasses.asdict(take) for take in takes]),
        capture_output=True,
        encoding="utf-8",
        cwd=speechbrain_clser.__path__[0] + "/..",
        check=True,
    )
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def spoken(tmp_path_factory):
    """Folder and phones of a few takes."""
    folder = tmp_path_factory.mktemp("spoken")
    return folder, run(SLICE, folder)


@installed
def test_takes_are_written_as_16_bit(spoken):
    folder, _ = spoken
    assert {p.name for p in folder.iterdir()} == {f"{t.id}.wav" for t in SLICE}
    for path in folder.iterdir():
        info = soundfile.info(path)
        assert (info.samplerate, info.channels) == (16000, 1)
        assert info.subtype == "PCM_16"
        assert 0.8 < info.duration < 3


@installed
def test_phones_cover_the_recording_without_gaps(spoken):
    folder, phones = spoken
    for name, found in phones.items():
        assert found[0][1] == 0
        assert all(a[2] == b[1] for a, b in zip(found, found[1:], strict=False))
        assert all(start < end for _, start, end in found)
        duration_s = soundfile.info(folder / f"{name}.wav").duration
        assert found[-1][2] == pytest.approx(duration_s, abs=1e-3)


@installed
def test_fricatives_match_phone_times(spoken):
    folder, phones = spoken
    hissing, other = [], []
    for name, found in phones.items():
        samples, _ = soundfile.read(folder / f"{name}.wav")
        for ipa, start_s, end_s in found:
            part = samples[int(start_s * 16000) : int(end_s * 16000)]
            power = np.abs(np.fft.rfft(part)) ** 2
            share = power[len(power) // 2 :].sum() / power.sum()
            (hissing if ipa == "s" else other).append(share)
    assert len(hissing) >= 3
    assert np.median(hissing) > 0.5
    assert np.median(other) < 0.1


@installed
def test_output_is_independent_of_take_order(spoken, tmp_path):
    folder, phones = spoken
    assert run(SLICE[::-1], tmp_path) == phones
    for take in SLICE:
        again = (tmp_path / f"{take.id}.wav").read_bytes()
        assert again == (folder / f"{take.id}.wav").read_bytes()
