import errno
import os
import time

import pytest

from speechbrain_clser.io import (
    PARTIAL,
    atomic_write,
    naming,
    read_json,
    remove_stale,
)


def test_file_is_replaced_without_partial_files(tmp_path):
    path = tmp_path / "a.json"
    path.write_bytes(b"before")
    atomic_write(path, b"after")
    assert path.read_bytes() == b"after"
    assert [*tmp_path.iterdir()] == [path]


def test_failed_write_keeps_existing_file(tmp_path, monkeypatch):
    def full(file):
        raise OSError(errno.ENOSPC, "no space left")

    path = tmp_path / "a.json"
    path.write_bytes(b"before")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space left") as caught:
        atomic_write(path, b"after")
    assert caught.value.filename == str(path)
    assert path.read_bytes() == b"before"
    assert [*tmp_path.iterdir()] == [path]  # no partial file remains


def test_equal_content_is_not_written(tmp_path, monkeypatch):
    path = tmp_path / "a.json"
    atomic_write(str(path), "Löwe")
    monkeypatch.setattr(os, "replace", None)
    atomic_write(path, "Löwe")
    assert path.read_text("utf-8") == "Löwe"


def test_torch_full_disk_raises_os_error(tmp_path):
    def full(path):
        raise RuntimeError("[enforce fail at inline_container.cc:672] . pos 7")

    with pytest.raises(OSError, match="inline_container") as caught:
        with naming(tmp_path):
            full(tmp_path)
    assert caught.value.errno == errno.ENOSPC
    assert caught.value.filename == str(tmp_path)
    with pytest.raises(RuntimeError, match="a bug"), naming(tmp_path):
        raise RuntimeError("a bug")


@pytest.mark.parametrize("text", ["", '{"a": 1', "[1]", "\x00\x00"])
def test_damaged_json_raises_with_advice(tmp_path, text):
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(
        ValueError, match=rf"a.json: .* of {len(text)} bytes; delete it"
    ):
        read_json(path, "delete it", dict)


def test_only_own_old_partial_files_are_removed(tmp_path, monkeypatch):
    young, old, other = (
        tmp_path / f"{name}.{n:032x}{PARTIAL}"
        for n, name in enumerate(("a.csv", "a.csv", "b"))
    )
    foreign = tmp_path / "download.partial"
    for path in (young, old, other, foreign):
        path.touch()
    for path in (old, other, foreign):
        os.utime(path, (time.time() - 4000,) * 2)
    remove_stale(tmp_path, "a.csv")
    assert sorted(tmp_path.iterdir()) == [young, other, foreign]
    # A read-only folder is ignored.
    monkeypatch.setattr(type(other), "unlink", _refuse)
    remove_stale(tmp_path)
    assert other.exists() and foreign.exists()


def _refuse(*_):
    raise PermissionError(errno.EROFS, "Read-only file system")
