import multiprocessing
import os
import pickle
import signal

import pytest
import torch

from speechbrain_clser.features import _shards
from speechbrain_clser.features._shards import Shards, checksum, read_whole

ONE = {"a": torch.ones(3, 2), "b": torch.zeros(1, 2)}
TWO = {"c": torch.full((2, 2), 0.5).half()}


def shards_of(folder, *written):
    shards = Shards(folder)
    for tensors in written:
        shards.write(tensors)
    return shards


def test_tensors_are_found_in_any_shard(tmp_path):
    shards_of(tmp_path, ONE, TWO)
    shards = Shards(tmp_path)
    assert len(shards) == 0
    assert shards.scan() == {}
    assert len(shards) == 3
    for name, tensor in (ONE | TWO).items():
        assert shards[name].equal(tensor)


def test_unknown_tensor_is_not_contained(tmp_path):
    assert "z" not in shards_of(tmp_path, ONE)


def test_files_are_opened_once(tmp_path, monkeypatch):
    shards = shards_of(tmp_path, ONE)
    monkeypatch.setattr(_shards, "safe_open", None)
    assert shards["a"].equal(ONE["a"])


def test_pickled_copy_is_readable(tmp_path):
    copy = pickle.loads(pickle.dumps(shards_of(tmp_path, ONE)))
    assert copy["a"].equal(ONE["a"])


def test_forked_process_reads_open_files(tmp_path):
    shards = shards_of(tmp_path, ONE)
    context = multiprocessing.get_context("fork")
    theirs, ours = context.Pipe()
    child = context.Process(
        target=lambda: theirs.send(shards["a"].sum().item())
    )
    child.start()
    assert ours.poll(30) and ours.recv() == 6.0
    child.join()


def test_equal_shards_are_replaced_and_others_kept(tmp_path):
    shards_of(tmp_path, ONE, TWO, ONE)
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("kept", [0, 5, 100, -20, -1])
def test_cut_shard_is_broken(tmp_path, kept):
    shards_of(tmp_path, ONE)
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:kept])
    shards = Shards(tmp_path)
    assert list(shards.scan()) == [path]
    assert "a" not in shards
    with pytest.raises(ValueError, match="expected a complete shard"):
        read_whole(path)


def test_changed_shard_has_wrong_checksum(tmp_path):
    shards_of(tmp_path, ONE)
    (path,) = tmp_path.iterdir()
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert Shards(tmp_path).scan() == {}
    with pytest.raises(ValueError, match="its content has changed"):
        read_whole(path)


def test_changed_shard_of_given_tensors_is_found(tmp_path, monkeypatch):
    shards_of(tmp_path, ONE, TWO)
    reads = []
    monkeypatch.setattr(
        *(_shards, "read_whole"), lambda path: reads.append(path)
    )
    shards = Shards(tmp_path)
    shards.scan()
    assert shards.changed(["a", "b", "z"]) == {} and len(reads) == 1
    monkeypatch.undo()
    (path,) = reads
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert shards.changed("c") == {}
    assert list(shards.changed("ac")) == [path]
    monkeypatch.setattr(_shards, "read_whole", None)
    assert list(shards.changed("ac")) == [path]  # each is read once


def test_checksum_is_independent_of_write_order():
    assert checksum(ONE) == checksum(dict(reversed(ONE.items())))
    assert checksum(ONE) != checksum({**ONE, "b": torch.ones(1, 2)})


def test_interrupted_write_leaves_no_readable_shard(tmp_path, monkeypatch):
    def killed(file):
        os.kill(os.getpid(), signal.SIGKILL)

    def write():
        monkeypatch.setattr(os, "fsync", killed)
        Shards(tmp_path).write(TWO)

    shards_of(tmp_path, ONE)
    child = multiprocessing.get_context("fork").Process(target=write)
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    assert len(list(tmp_path.glob("*.partial"))) == 1
    shards = Shards(tmp_path)
    assert shards.scan() == {}
    assert "a" in shards and "c" not in shards


def test_shard_has_folder_permissions(tmp_path):
    before = os.umask(0o022)
    try:
        shards_of(tmp_path, ONE)
    finally:
        os.umask(before)
    (path,) = tmp_path.iterdir()
    assert path.stat().st_mode & 0o777 == 0o644
