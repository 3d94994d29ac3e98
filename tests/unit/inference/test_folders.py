import errno

import pytest

from speechbrain_clser.inference.folders import (
    _replace,
    new_folder,
    refuse_another,
    refuse_link_out,
    refuse_links_out,
)


def test_only_model_folders_are_replaced(tmp_path):
    model = tmp_path / "model"
    refuse_another(model)
    model.mkdir()
    refuse_another(model)
    (model / "thesis.txt").touch()
    with pytest.raises(ValueError, match="found other content; give another"):
        refuse_another(model)
    (model / "hyperparams.yaml").touch()
    refuse_another(model)
    with pytest.raises(ValueError, match="found other content"):
        refuse_another(model / "thesis.txt")


def test_new_folder_replaces_the_old_one(tmp_path):
    for name in ("model", "new", ".model.old"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    _replace(tmp_path / "model", tmp_path / "new")
    assert [path.name for path in tmp_path.iterdir()] == ["model"]
    assert (tmp_path / "model" / "new").is_file()


def test_error_keeps_the_previous_model(tmp_path):
    model = tmp_path / "model"
    with new_folder(model) as folder:
        (folder / "hyperparams.yaml").touch()
    with pytest.raises(ValueError, match="no weights"), new_folder(model):
        raise ValueError("no weights")
    assert (model / "hyperparams.yaml").is_file()
    assert [*tmp_path.iterdir()] == [model]  # nothing fills the disk
    with pytest.raises(OSError, match="full") as caught, new_folder(model):
        raise OSError(errno.ENOSPC, "full")
    assert caught.value.filename == str(model)
    with new_folder(model) as folder:
        assert list(folder.iterdir()) == []


@pytest.mark.parametrize("target", ["../secret", "/etc/hostname"])
def test_link_out_of_the_folder_is_refused(target, tmp_path):
    (tmp_path / "secret").touch()
    (tmp_path / "model").mkdir()
    path = tmp_path / "model" / "a.ckpt"
    path.symlink_to(target)
    with pytest.raises(ValueError, match="a.ckpt: expected a file of this"):
        refuse_link_out(path)


def test_links_within_a_folder_and_a_cache_are_followed(tmp_path):
    blobs, snapshot = tmp_path / "blobs", tmp_path / "snapshots" / "0a1b"
    blobs.mkdir()
    snapshot.mkdir(parents=True)
    (snapshot / "a.ckpt").symlink_to("../../blobs/0a")
    (snapshot / "b.ckpt").symlink_to("c.ckpt")
    (tmp_path / "model").symlink_to(snapshot)
    refuse_links_out(tmp_path / "model")
