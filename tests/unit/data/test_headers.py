import io
import struct

import pytest
from helpers import sounds

from speechbrain_clser.data.audio import check
from speechbrain_clser.data.headers import refuse_truncated
from speechbrain_clser.data.recording import duration_s
from speechbrain_clser.errors import BadAudioError

FORMATS = {
    "wav": {},
    "rifx": {"format": "WAV", "subtype": "PCM_16", "endian": "BIG"},
    "rf64": {"format": "RF64", "subtype": "PCM_16"},
    "aiff": {},
    "aifc": {"format": "AIFF", "subtype": "FLOAT"},
    "au": {},
    "le.au": {"format": "AU", "subtype": "PCM_16", "endian": "LITTLE"},
    "w64": {},
    "caf": {},  # codespell:ignore caf
    "ogg": {},
    "opus": {"format": "OGG", "subtype": "OPUS"},
}


def write(folder, suffix):
    """Write one second of noise in a format."""
    path = folder / f"a.{suffix}"
    return sounds.write(path, sounds.noise(0, 16000), **FORMATS[suffix])


@pytest.mark.parametrize("suffix", FORMATS)
def test_complete_file_passes_and_truncated_file_raises(tmp_path, suffix):
    path = write(tmp_path, suffix)
    assert duration_s(path) == pytest.approx(1.0, abs=0.01)
    whole = path.read_bytes()
    for share in (0.99, 0.5):
        path.write_bytes(whole[: int(share * len(whole))])
        with pytest.raises(BadAudioError, match="copy or download") as caught:
            duration_s(path)
        assert caught.value.reason == "truncated"


def test_interrupted_ogg_raises_with_repair_command(tmp_path):
    path = write(tmp_path, "ogg")
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.rfind(b"OggS")])
    with pytest.raises(BadAudioError, match=r"-c copy .*/a\.whole\.ogg"):
        duration_s(path)


def test_tag_after_last_page_is_accepted(tmp_path):
    path = write(tmp_path, "ogg")
    path.write_bytes(path.read_bytes() + b"TAG" + bytes(125))
    assert duration_s(path) == 1.0


@pytest.mark.parametrize(
    "head",
    [
        b".snd" + struct.pack(">II", 24, 0xFFFFFFFF),
        b"caff\0\1\0\0data" + struct.pack(">q", -1),
    ],
)
def test_unknown_size_is_accepted(head):
    content = head + bytes(60)
    refuse_truncated("a", io.BytesIO(content), content[:64])


@pytest.mark.parametrize("n_bytes", [0, 3, 11, 30, 41])
@pytest.mark.parametrize("suffix", FORMATS)
def test_partial_header_raises_or_passes(tmp_path, suffix, n_bytes):
    path = write(tmp_path, suffix)
    path.write_bytes(path.read_bytes()[:n_bytes])
    with pytest.raises(BadAudioError, match=r"a\..*: expected"):
        check(path)
