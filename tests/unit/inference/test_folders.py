import errno

import pytest

from speechbrain_clser.inference.folders import (
    _replace,
    new_folder,
    refuse_another,
)


def test_only_a_model_makes_room_for_a_model(tmp_path):
    model = tmp_path / "model"
    refuse_another(model)
    model.mkdir()
    refuse_another(model)
    (model / "thesis.txt").touch()
    with pytest.raises(ValueError, match="found something else; name another"):
        refuse_another(model)
    (model / "hyperparams.yaml").touch()
    refuse_another(model)
    with pytest.raises(ValueError, match="found something else"):
        refuse_another(model / "thesis.txt")


def test_new_folder_takes_the_place_of_the_old(tmp_path):
    for name in ("model", "new", ".model.old"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    _replace(tmp_path / "model", tmp_path / "new")
    assert [path.name for path in tmp_path.iterdir()] == ["model"]
    assert (tmp_path / "model" / "new").is_file()


def test_error_leaves_the_model_of_before(tmp_path):
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
