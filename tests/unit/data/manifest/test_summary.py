"""Tests for the manifest report and its warnings."""

import re

import numpy as np
import pytest
from helpers import sounds
from helpers.four import FOUR

from speechbrain_clser.data.manifest import prepare, report
from speechbrain_clser.errors import BadAudioError


def test_report_counts(root, shelf):
    output = report(prepare(FOUR, root, shelf))
    assert (output["n_utterances"], output["n_speakers"]) == (4, 2)
    assert output["emotions"] == {"happiness": 2, "sadness": 2}
    assert output["speakers"] == {"toy_ann": 2, "toy_bob": 2}
    assert output["card"] == {
        "n_utterances": 4,
        "n_speakers": 2,
        "agrees": True,
        "sentence": "",
    }
    assert (output["left_out"], output["left_out_by_reason"]) == ([], {})
    assert output["unlisted"] == {"n": 0, "examples": []}
    assert output["same_recordings"] == []


def test_report_lists_identical_recordings(root, shelf):
    copy = (root / "ann_hi_1.wav").read_bytes()
    (root / "bob_hi_3.wav").write_bytes(copy)
    output = report(prepare(FOUR, root, shelf))
    assert output["same_recordings"] == [["toy_ann_hi_1", "toy_bob_hi_3"]]


@pytest.mark.parametrize(
    "name, expected",
    [
        (
            "bob_lo_4",
            "1 recording listed under several names with different labels: "
            "toy_ann_hi_1 (happiness) = toy_bob_lo_4 (sadness). The samples",
        ),
        ("bob_hi_3", "1 recording listed under several names with one label;"),
    ],
)
def test_copies_are_logged_with_their_labels(
    root, shelf, caplog, name, expected
):
    copy = (root / "ann_hi_1.wav").read_bytes()
    (root / f"{name}.wav").write_bytes(copy)
    prepare(FOUR, root, shelf)
    assert expected in caplog.text


def test_unlisted_recordings_are_counted_and_logged(root, shelf, caplog):
    sounds.write(root / "songs" / "hum.wav")
    output = report(prepare(FOUR, root, shelf))
    assert output["unlisted"] == {"n": 1, "examples": ["songs/hum.wav"]}
    assert "1 recording in its folder not listed in its table" in caplog.text


def test_skipped_recordings_are_logged_at_every_call(damaged, shelf, caplog):
    prepare(FOUR, damaged, shelf, allow_bad_files=True)
    caplog.clear()
    prepare(FOUR, damaged, shelf, allow_bad_files=True)
    assert "left out 1 silent, 1 truncated; see" in caplog.text


def test_suspicious_recordings_are_listed_and_logged(root, shelf, caplog):
    quiet = 0.001 * sounds.noise(0)
    for name in ("ann_hi_1", "bob_hi_3"):
        sounds.write(root / f"{name}.wav", quiet)
    path = prepare(FOUR, root, shelf)
    assert report(path)["suspicious"] == {
        "quiet": ["ann_hi_1.wav", "bob_hi_3.wav"]
    }
    caplog.clear()
    prepare(FOUR, root, shelf)
    output = (
        "toy: 2 recordings with a peak below -50 dB .* such as ann_hi_1.wav"
    )
    assert re.search(output, caplog.text)


def test_antiphase_channels_raise(root, shelf):
    left = sounds.noise(0)
    sounds.write(root / "ann_hi_1.wav", np.hstack([left, -left]))
    with pytest.raises(BadAudioError, match="use one of them: ffmpeg"):
        prepare(FOUR, root, shelf)
    path = prepare(FOUR, root, shelf, allow_bad_files=True)
    assert report(path)["left_out_by_reason"] == {"antiphase": 1}
