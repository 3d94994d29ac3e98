import errno

import pytest
import torch

from speechbrain_clser.training import checkpoints
from speechbrain_clser.training.checkpoints import WholeCheckpointer


class PowerCut(Exception):
    """Simulates a kill between two files."""


def cut(path):
    raise PowerCut("in the middle of a checkpoint")


def test_checkpoint_cut_in_the_middle_is_never_loaded(tmp_path):
    model = torch.nn.Linear(1, 1, bias=False)
    saved = WholeCheckpointer(tmp_path, {"model": model})
    torch.nn.init.constant_(model.weight, 1.0)
    saved.save_checkpoint(meta={"epoch": 1})
    torch.nn.init.constant_(model.weight, 2.0)
    saved.add_recoverable(
        "later", object(), custom_save_hook=lambda obj, path: cut(path)
    )
    with pytest.raises(PowerCut, match="in the middle"):
        saved.save_checkpoint(meta={"epoch": 2})

    assert len([*tmp_path.iterdir()]) == 1
    resumed = WholeCheckpointer(tmp_path, {"model": model})
    assert resumed.recover_if_possible().meta["epoch"] == 1
    assert model.weight.item() == 1.0


def test_folder_is_that_of_the_first_process(tmp_path, monkeypatch):
    checkpointer = WholeCheckpointer(tmp_path / "second")
    first = str(tmp_path / "first")
    monkeypatch.setattr(checkpoints, "run_on_main", lambda function: first)
    checkpoints.share_folder(checkpointer)
    assert checkpointer.checkpoints_dir == tmp_path / "first"


def test_checkpoint_on_a_full_disk_names_the_folder(tmp_path, monkeypatch):
    def full(obj, path):
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "no space left")

    (tmp_path / "CKPT+old").mkdir()  # of a version without marks
    saved = WholeCheckpointer(tmp_path)
    saved.add_recoverable("model", object(), custom_save_hook=full)
    with pytest.raises(OSError, match="no space left") as caught:
        saved.save_checkpoint()
    assert caught.value.filename == str(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["CKPT+old"]


def test_empty_leftover_of_a_kill_is_no_checkpoint(tmp_path):
    (tmp_path / "CKPT+half").mkdir()
    (tmp_path / "CKPT+half" / "CKPT.yaml").touch()
    model = torch.nn.Linear(1, 1)
    saved = WholeCheckpointer(tmp_path, {"model": model})
    assert saved.recover_if_possible() is None


def test_whole_checkpoints_can_be_found_and_deleted(tmp_path):
    saved = WholeCheckpointer(tmp_path, {"model": torch.nn.Linear(1, 1)})
    for value in (0.3, 0.7, 0.5):
        saved.save_and_keep_only(meta={"uar": value}, max_keys=["uar"])
    kept = {found.meta["uar"] for found in saved.list_checkpoints()}
    assert kept == {0.7, 0.5}
