"""Tests for the detection of copied recordings."""

import io

import numpy as np
import pytest
import soundfile
import torch
import torchaudio
from helpers import sounds

from speechbrain_clser.data.audio import check
from speechbrain_clser.data.copies import near_copies, same_recordings
from speechbrain_clser.data.utterance import Utterance


def row_of(path, samples, rate=16000):
    """A prepared utterance with an existing file."""
    sounds.write(path, samples, rate, subtype="FLOAT")
    _, digest, contour, _ = check(path)
    return Utterance(
        path.stem, str(path), "", "s", "deu", digest=digest, contour=contour
    )


def coded(samples, kind, rate=16000):
    """Samples after a lossy codec."""
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format=kind)
    return soundfile.read(io.BytesIO(file.getvalue()))[0]


def at(samples, rate):
    """Samples at another rate."""
    wav = torch.as_tensor(samples)[None]
    return torchaudio.functional.resample(wav, 16000, rate)[0].numpy()


CHANGES = {
    "shifted by one sample": (lambda x: np.pad(x, (1, 0)), 16000),
    "shifted by 7 ms": (lambda x: x[112:], 16000),
    "cut by 0.1 s of silence": (lambda x: np.pad(x, (1600, 0)), 16000),
    "softer": (lambda x: 0.05 * x, 16000),
    "in 16 bits": (lambda x: np.round(x * 2**15) / 2**15, 16000),
    "MP3": (lambda x: coded(x, "MP3"), 16000),
    "OGG": (lambda x: coded(x, "OGG"), 16000),
    "8 kHz": (lambda x: at(x, 8000), 8000),
    "44.1 kHz": (lambda x: at(x, 44100), 44100),
    "stereo": (lambda x: np.stack([x, x], axis=1), 16000),
    "with noise at 20 dB": (
        lambda x: x + x.std() * sounds.noise(1, len(x))[:, 0],
        16000,
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_copy_is_found_among_other_takes(tmp_path, change):
    function, rate = CHANGES[change]
    rows = [
        row_of(tmp_path / f"take{take}.wav", sounds.speech(3, take))
        for take in range(4)
    ]
    copy = function(sounds.speech(3, 2))
    rows.append(row_of(tmp_path / "copy.wav", copy, rate))
    pairs = [(one.id, other.id) for one, other in near_copies(rows)]
    assert pairs == [("take2", "copy")]
    assert same_recordings(rows)["copy"] == "take2"


def test_takes_of_one_speaker_are_not_copies(tmp_path):
    rows = [
        row_of(
            tmp_path / f"{sentence}_{take}.wav", sounds.speech(sentence, take)
        )
        for sentence in range(3)
        for take in range(8)
    ]
    assert near_copies(rows) == []
    assert same_recordings(rows) == {row.id: row.id for row in rows}


def test_synthetic_speech_with_other_pitch_is_not_a_copy(tmp_path):
    """Same vowels at the same times, as in synthetic speech."""
    rows = [
        row_of(tmp_path / f"{hz}.wav", sounds.speech(1, 1, pitch_hz=hz))
        for hz in (100, 107, 115)
    ]
    assert near_copies(rows) == []


def test_copies_are_searched_across_groups(tmp_path):
    samples = sounds.speech(1, 1)
    rows = [
        row_of(tmp_path / f"{gain}.wav", gain * samples) for gain in (0.5, 0.25)
    ]
    one, other = (row.id for row in rows)
    assert len(near_copies(rows, {one: "train", other: "test"})) == 1
    assert near_copies(rows, {one: "train", other: "train"}) == []


def test_different_durations_are_not_compared(tmp_path):
    samples = sounds.speech(1, 1)
    half = samples[: len(samples) // 2]
    rows = [
        row_of(tmp_path / "a.wav", samples),
        row_of(tmp_path / "b.wav", half),
    ]
    assert near_copies(rows) == []


def test_copies_are_transitive(tmp_path):
    samples = sounds.speech(1, 1)
    rows = [
        row_of(tmp_path / f"{name}.wav", gain * samples)
        for name, gain in (("c", 1.0), ("a", 0.5), ("b", 0.25))
    ]
    assert set(same_recordings(rows).values()) == {"c"}


@pytest.mark.parametrize("n_samples", [6000, 16000])
def test_short_and_steady_recordings_are_not_compared(tmp_path, n_samples):
    tone = np.sin(2 * np.pi * 440 * np.arange(16000) / 16000)
    samples = tone if n_samples == 16000 else sounds.speech(1, 1)[:n_samples]
    rows = [
        row_of(tmp_path / f"{gain}.wav", gain * samples) for gain in (0.5, 0.25)
    ]
    assert near_copies(rows) == []


@pytest.mark.corpora
@pytest.mark.parametrize(
    "name, n_copies", [("emodb", 0), ("emovo", 0), ("ravdess", 1), ("urdu", 0)]
)
def test_takes_of_real_speakers_are_not_copies(
    tmp_path, corpora, name, n_copies
):
    from speechbrain_clser import corpora as room
    from speechbrain_clser.data.manifest import prepare, read

    corpus = room.load(name)
    root = room.locate(corpus.card, corpora)
    rows = read(prepare(corpus, root, tmp_path), root)
    same = same_recordings(rows)
    assert len(rows) - len(set(same.values())) == n_copies
