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
    """Write a second of noise in a format."""
    path = folder / f"a.{suffix}"
    return sounds.write(path, sounds.noise(0, 16000), **FORMATS[suffix])


@pytest.mark.parametrize("suffix", FORMATS)
def test_whole_file_passes_and_a_cut_one_is_truncated(tmp_path, suffix):
    path = write(tmp_path, suffix)
    assert duration_s(path) == pytest.approx(1.0, abs=0.01)
    whole = path.read_bytes()
    for share in (0.99, 0.5):
        path.write_bytes(whole[: int(share * len(whole))])
        with pytest.raises(BadAudioError, match="copy or download") as caught:
            duration_s(path)
        assert caught.value.reason == "truncated"


def test_ogg_that_was_stopped_at_a_page_says_how_to_write_it_anew(tmp_path):
    path = write(tmp_path, "ogg")
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.rfind(b"OggS")])
    with pytest.raises(BadAudioError, match=r"-c copy .*/a\.whole\.ogg"):
        duration_s(path)


def test_tag_behind_the_last_page_is_no_cut(tmp_path):
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
def test_unknown_size_is_not_missing(head):
    content = head + bytes(60)
    refuse_truncated("a", io.BytesIO(content), content[:64])


@pytest.mark.parametrize("n_bytes", [0, 3, 11, 30, 41])
@pytest.mark.parametrize("suffix", FORMATS)
def test_beginning_of_a_header_is_refused_or_passed_on(
    tmp_path, suffix, n_bytes
):
    path = write(tmp_path, suffix)
    path.write_bytes(path.read_bytes()[:n_bytes])
    with pytest.raises(BadAudioError, match=r"a\..*: expected"):
        check(path)
