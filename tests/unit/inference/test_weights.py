import os

import pytest
import torch
from speechbrain.dataio.encoder import CategoricalEncoder

from speechbrain_clser.inference.weights import (
    load_exactly,
    load_labels,
    load_tensors,
)


class Bomb:
    """Runs a command when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.system, (f"touch {self.path}",)


@pytest.mark.parametrize(
    "changed, match",
    [
        ({"bias": None}, 'Missing key.*"bias"'),
        ({"more": torch.ones(1)}, 'Unexpected key.*"more"'),
        ({"weight": torch.ones(3, 3)}, "size mismatch for weight"),
    ],
)
def test_parameters_that_do_not_fit_are_refused(changed, match, tmp_path):
    head = torch.nn.Linear(2, 2)
    state = {**head.state_dict(), **changed}
    state = {
        name: values for name, values in state.items() if values is not None
    }
    torch.save(state, tmp_path / "head.ckpt")
    with pytest.raises(ValueError, match=f"does not fit Linear: {match}"):
        load_exactly(head, tmp_path / "head.ckpt")


def test_pickled_command_is_refused_and_not_run(tmp_path):
    torch.save({"weight": Bomb(tmp_path / "ran")}, tmp_path / "head.ckpt")
    with pytest.raises(ValueError, match="expected tensors alone"):
        load_tensors(tmp_path / "head.ckpt")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("content", [b"", b"nonsense", b"PK\3\4 cut"])
def test_damaged_file_is_refused(content, tmp_path):
    (tmp_path / "head.ckpt").write_bytes(content)
    with pytest.raises(ValueError, match=r"head.ckpt: expected tensors alone"):
        load_tensors(tmp_path / "head.ckpt")


def test_labels_that_are_not_there_are_missed(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"label_encoder.ckpt"):
        load_labels(CategoricalEncoder(), tmp_path / "label_encoder.ckpt")
