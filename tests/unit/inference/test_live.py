import io
import sys
import types

import numpy as np
import pytest

from speechbrain_clser.inference.live import microphone_chunks, pcm_chunks


class Trickle(io.BytesIO):
    """File that returns three bytes at a time."""

    def read1(self, n):
        return super().read(min(n, 3))


@pytest.mark.parametrize(
    "form, dtype", [("s16le", "<i2"), ("s32le", "<i4"), ("f32le", "<f4")]
)
def test_samples_are_whole_in_pieces_of_any_size(form, dtype, caplog):
    samples = np.arange(14).reshape(7, 2).astype(dtype)
    for kind in (Trickle, io.BytesIO):
        file = kind(samples.tobytes())
        chunks = [*pcm_chunks(file, 20, 2, form)]
        assert max(map(len, chunks)) <= 2
        np.testing.assert_array_equal(np.concatenate(chunks), samples)
    assert caplog.text == ""


def test_incomplete_last_sample_is_logged(caplog):
    [chunk] = pcm_chunks(Trickle(bytes(3)), 16000)
    assert chunk.tolist() == [[0]]
    assert "expected samples of 2 bytes (s16le, 1 channels), found 1 by" in (
        caplog.text
    )


class Microphone:
    """Input of sounddevice."""

    def __init__(self, samplerate, channels, device):
        if device == "none":
            raise ValueError("No input device matching 'none'")
        self.n_channels, self.n_read = channels, 0

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def read(self, n_samples):
        self.n_read += 1
        return np.zeros((n_samples, self.n_channels), "f4"), self.n_read == 2


def test_microphone_yields_tenths_of_a_second(monkeypatch, caplog):
    library = types.SimpleNamespace(
        InputStream=Microphone, PortAudioError=RuntimeError
    )
    monkeypatch.setitem(sys.modules, "sounddevice", library)
    chunks = microphone_chunks(16000, 2)
    assert next(chunks).shape == (1600, 2)
    assert caplog.text == ""
    next(chunks)
    assert "samples were lost" in caplog.text
    with pytest.raises(ValueError, match="expected a microphone of 1 channels"):
        next(microphone_chunks(16000, 1, "none"))


def test_missing_library_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(ImportError, match="pip install sounddevice, on Linux"):
        next(microphone_chunks(16000))
