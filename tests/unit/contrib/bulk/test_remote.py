"""Recordings at addresses."""

import fsspec
import pytest

from speechbrain_clser.contrib.bulk.remote import list_recordings


def test_folders_at_addresses_are_searched(tmp_path):
    memory = fsspec.filesystem("memory")
    for name in ("a.wav", "below/b.FLAC", "notes.txt"):
        memory.pipe(f"/list/{name}", b"x")
    (tmp_path / "c.wav").write_bytes(b"RIFF")
    found = list_recordings(
        ["memory://list", "-", "memory://list/notes.txt"], [str(tmp_path)]
    )
    assert [*found] == [
        "memory:///list/a.wav",
        "memory:///list/below/b.FLAC",
        str(tmp_path / "c.wav"),
        "memory:///list/notes.txt",
    ]


def test_address_that_cannot_be_opened_is_one_message():
    address = "nothere://a/b.wav"
    with pytest.raises(ValueError, match=f"{address}: expected an address"):
        [*list_recordings([address])]
