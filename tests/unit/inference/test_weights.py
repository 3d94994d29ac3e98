import os
import random
import zipfile

import pytest
import torch
from speechbrain.dataio.encoder import CategoricalEncoder

from speechbrain_clser.inference.weights import (
    load_exactly,
    load_labels,
    load_tensors,
)

SEPARATOR = CategoricalEncoder.EXTRAS_SEPARATOR


class Bomb:
    """Object that runs a command when it is unpickled."""

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


@pytest.mark.parametrize("value", [[torch.ones(1)], {1: torch.ones(1)}, 1])
def test_checkpoint_without_names_is_refused(value, tmp_path):
    torch.save(value, tmp_path / "head.ckpt")
    with pytest.raises(ValueError, match=r"head.ckpt: expected tensors by"):
        load_tensors(tmp_path / "head.ckpt")


class Vast:
    """Object that allocates memory when it is unpickled."""

    def __reduce__(self):
        return bytearray, (2**40,)


def compressed(path):
    """Compress the records of a checkpoint."""
    with zipfile.ZipFile(path) as archive:
        records = {n: archive.read(n) for n in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in records.items():
            archive.writestr(name, content)


def twice(path):
    """Append a second pickle under the name of the first."""
    with zipfile.ZipFile(path, "a") as archive:
        [name] = [n for n in archive.namelist() if n.endswith("data.pkl")]
        archive.writestr(name, archive.read(name))


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    "spoil, match",
    [
        (compressed, "records are compressed"),
        (twice, "names of records are not unique"),
        (lambda path: torch.save({"a": Vast()}, path), "names .*builtin.* bytear"),
        (lambda path: torch.save({"a": torch.eye(2).to_sparse()}, path),
         "names torch._utils _rebuild_sparse"),
    ],
)  # fmt: skip
def test_file_that_expands_when_loaded_is_refused(spoil, match, tmp_path):
    path = tmp_path / "head.ckpt"
    torch.save({"a": torch.ones(1)}, path)
    assert load_tensors(path)["a"] == 1
    spoil(path)
    with pytest.raises(ValueError, match=f"expected tensors alone, .*{match}"):
        load_tensors(path)


@pytest.mark.parametrize(
    "dtype", ["int8", "float64", "complex64", "float16", "bool"]
)
def test_other_data_type_is_refused(dtype, tmp_path):
    head, path = torch.nn.Linear(2, 2), tmp_path / "head.ckpt"
    other = torch.ones(2, dtype=getattr(torch, dtype))
    torch.save({**head.state_dict(), "bias": other}, path)
    with pytest.raises(ValueError, match=f"float32 .* in bias, found {dtype}"):
        load_exactly(head, path)


def test_random_damage_raises_value_error(tmp_path):
    head, path = torch.nn.Linear(2, 2), tmp_path / "head.ckpt"
    torch.save(head.state_dict(), path)
    whole, rng = path.read_bytes(), random.Random(0)
    for _ in range(300):
        content = bytearray(whole)
        for _ in range(rng.choice([1, 5, 20])):
            content[rng.randrange(len(content))] = rng.randrange(256)
        path.write_bytes(content)
        try:
            load_exactly(head, path)
        except ValueError as error:
            assert str(path) in str(error)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_nan_parameter_is_refused(value, tmp_path):
    head = torch.nn.Linear(2, 2)
    state = {**head.state_dict(), "bias": torch.tensor([1.0, value])}
    torch.save(state, tmp_path / "head.ckpt")
    with pytest.raises(ValueError, match=r"head.ckpt: .*infinity in bias"):
        load_exactly(head, tmp_path / "head.ckpt")


def test_statistics_may_be_undefined_in_places_but_not_everywhere(tmp_path):
    norm, nan = torch.nn.BatchNorm1d(2), float("nan")
    path = tmp_path / "norm.ckpt"
    for mean, is_loaded in (([1.0, nan], True), ([nan, nan], False)):
        state = {**norm.state_dict(), "running_mean": torch.tensor(mean)}
        torch.save(state, path)
        if is_loaded:
            load_exactly(norm, path)
            continue
        with pytest.raises(ValueError, match="infinity in running_mean"):
            load_exactly(norm, path)


def test_invalid_extra_state_is_refused(tmp_path):
    class Part(torch.nn.Module):
        def get_extra_state(self):
            return {"history": []}

        def set_extra_state(self, state):
            self.history = state["history"]

    torch.save({"_extra_state": {}}, tmp_path / "part.ckpt")
    with pytest.raises(ValueError, match="part.ckpt does not fit Part: 'hist"):
        load_exactly(Part(), tmp_path / "part.ckpt")


@pytest.mark.parametrize(
    "content",
    [
        "",
        "nonsense\n",
        "'anger' => 0\n",
        "'anger' => 0\n'sad' => 2\n====\n'starting_index' => 0\n",
        "'anger' => 0\n'sad' => 0\n====\n'starting_index' => 0\n",
        "7 => 0\n====\n'starting_index' => 0\n",
        "'anger\x00' => 0\n",
        f"{'(' * 1000} => 0\n",
        "'a' => 0\n" * 10_000,
    ],
)
def test_invalid_labels_are_refused(content, tmp_path):
    path = tmp_path / "label_encoder.ckpt"
    path.write_text(content.replace("====\n", SEPARATOR))
    with pytest.raises(ValueError, match=r"label_encoder.ckpt: expected the n"):
        load_labels(CategoricalEncoder(), path)


def test_missing_labels_are_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"label_encoder.ckpt"):
        load_labels(CategoricalEncoder(), tmp_path / "label_encoder.ckpt")
