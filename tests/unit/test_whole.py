import os

import pytest

from speechbrain_clser.whole import PARTIAL, write_whole


def test_what_was_there_is_replaced_and_nothing_is_left_beside_it(tmp_path):
    path = tmp_path / "a.json"
    path.write_bytes(b"before")
    write_whole(path, b"after")
    assert path.read_bytes() == b"after"
    assert [*tmp_path.iterdir()] == [path]


def test_what_was_there_stays_if_writing_breaks_off(tmp_path, monkeypatch):
    def full(file):
        raise OSError("no space left")

    path = tmp_path / "a.json"
    path.write_bytes(b"before")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space left"):
        write_whole(path, b"after")
    assert path.read_bytes() == b"before"
    assert len([*tmp_path.glob(f"*{PARTIAL}")]) == 1
