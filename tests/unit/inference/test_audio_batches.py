import numpy as np
import torch
from helpers import sounds

from speechbrain_clser.errors import BadAudioError
from speechbrain_clser.inference import audio_batches


def read_batches(files, batch_s=60.0):
    """Return waveforms and errors by index, and the indices of each batch."""
    found, batches = {}, []
    for places, sound in audio_batches.iter_audio_batches(
        files, 16000, batch_s
    ):
        batches.append(places)
        if isinstance(sound, BadAudioError):
            found[places[0]] = sound
        else:
            found |= dict(zip(places, sound, strict=True))
    return found, batches


def test_batches_have_similar_lengths(tmp_path):
    files = [
        str(sounds.write(tmp_path / f"{n}.wav", sounds.noise(n, n * 1600)))
        for n in (1, 9, 2, 8)
    ]
    found, batches = read_batches(files, batch_s=2.0)
    assert batches == [[1, 3], [2, 0]]
    assert [len(found[n]) for n in range(4)] == [1600, 14400, 3200, 12800]


def test_every_file_has_a_waveform_or_a_reason(tmp_path):
    good = sounds.write(tmp_path / "good.wav", sounds.noise(0, 1600))
    (tmp_path / "text.wav").write_text("hello")
    (tmp_path / "empty.wav").touch()
    sounds.write(tmp_path / "silent.wav", np.zeros(1600))
    sounds.write(tmp_path / "nan.wav", np.full(800, np.nan), subtype="FLOAT")
    names = ["text.wav", "good.wav", "none.wav", "empty.wav", "silent.wav"]
    found, _ = read_batches(
        [str(tmp_path / name) for name in (*names, "nan.wav")]
    )
    assert torch.is_tensor(found[1]) and good.exists()
    assert {n: e.reason for n, e in found.items() if n != 1} == {
        **{0: "suffix", 2: "missing", 3: "empty", 4: "silent", 5: "nan"}
    }


def test_too_long_file_is_not_decoded(tmp_path, monkeypatch):
    path = str(sounds.write(tmp_path / "a.wav", sounds.noise(0, 3200)))
    monkeypatch.setattr(audio_batches, "LONGEST_S", 0.1)
    monkeypatch.setattr(audio_batches, "load_usable", None)
    found, _ = read_batches([path])
    assert found[0].reason == "long" and "classify_long" in str(found[0])


def test_flac_of_unknown_length_is_read_or_too_long(tmp_path, monkeypatch):
    samples = sounds.noise(0, 40000)
    path = str(sounds.pipe_flac(tmp_path / "a.flac", samples))
    found, _ = read_batches([path])
    assert len(found[0]) == 40000
    monkeypatch.setattr(audio_batches, "LONGEST_S", 1.0)
    found, _ = read_batches([path])
    assert "expected at most 1 s, found 2 s" in str(found[0])


def test_invalid_file_name_is_reported(tmp_path):
    good = str(sounds.write(tmp_path / "a.wav", sounds.noise(0, 1600)))
    found, _ = read_batches(["x\0y.wav", good])
    assert found[0].reason == "missing" and len(found[1]) == 1600


def test_notes_are_those_of_each_file(tmp_path):
    files = [
        str(sounds.write(tmp_path / f"{n}.wav", scale * sounds.noise(0, n)))
        for n, scale in ((1600, 1), (1700, 0.001), (16000, 1))
    ]
    notes = {}
    list(audio_batches.iter_audio_batches(files, 16000, 60.0, notes))
    assert notes == {0: (), 1: ("quiet",), 2: ("steady",)}


def test_no_files_give_no_batches():
    assert read_batches([]) == ({}, [])
