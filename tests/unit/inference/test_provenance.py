import json
import shutil

import pytest

from speechbrain_clser.inference.provenance import (
    check_same_settings,
    provenance,
    provenance_path,
)

SETTINGS = {"window_s": None, "min_confidence": 0.5}


@pytest.fixture
def model(tmp_path):
    """Write a folder with the files of a model."""
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "hyperparams.yaml").write_text("classes:\n")
    (folder / "method.ckpt").write_bytes(b"weights")
    return folder


def test_model_is_identified_by_content(model, tmp_path):
    other = shutil.copytree(model, tmp_path / "other")
    path = tmp_path / "a.csv"
    check_same_settings(
        path, {**provenance(model, model), **SETTINGS}, has_rows=False
    )
    check_same_settings(
        path, {**provenance(other, other), **SETTINGS}, has_rows=True
    )
    (other / "method.ckpt").write_bytes(b"Weights")
    with pytest.raises(ValueError, match="expected rows of model_sha256 "):
        check_same_settings(
            path, {**provenance(other, other), **SETTINGS}, has_rows=True
        )
    assert json.loads(provenance_path(path).read_text())["model"] == str(model)


def test_model_of_the_hub_has_a_revision(model):
    found = provenance("me/mine", model)
    assert (found["model"], found["revision"]) == ("me/mine", "model")
    assert provenance(model, model)["revision"] is None


def test_recordings_for_normalisation_are_identified_by_content(
    model, tmp_path
):
    def digest(*names):
        files = [str(tmp_path / name) for name in names]
        return provenance(model, model, ["x"], files)["normalise_over_sha256"]

    for name, content in {"a": b"1", "b": b"2", "c": b"1", "d": b"3"}.items():
        (tmp_path / name).write_bytes(content)
    assert digest("a", "b") == digest("b", "nowhere", "c") != digest("a", "d")
    assert digest() is digest("nowhere") is None


def test_adaptation_is_part_of_the_provenance(model, tmp_path):
    path, sound = tmp_path / "a.csv", tmp_path / "a.wav"
    sound.write_bytes(b"1")
    plain = provenance(model, model)
    assert plain["adapt_method"] is plain["adapted_to_sha256"] is None
    one = provenance(
        model, model, adapt_method="equal_mass", adapted_to=[sound]
    )
    check_same_settings(path, one, has_rows=False)
    check_same_settings(path, one, has_rows=True)
    with pytest.raises(ValueError, match='adapt_method null, found .*"equal'):
        check_same_settings(path, plain, has_rows=True)
    sound.write_bytes(b"2")
    other = provenance(
        model, model, adapt_method="equal_mass", adapted_to=[sound]
    )
    with pytest.raises(ValueError, match="expected rows of adapted_to_sha256 "):
        check_same_settings(path, other, has_rows=True)
    (model / "adapted.safetensors").write_bytes(b"1")
    assert provenance(model, model)["model_sha256"] != plain["model_sha256"]


def test_table_of_a_version_without_adaptation_is_resumed(model, tmp_path):
    path, made_by = tmp_path / "a.csv", provenance(model, model)
    before = {k: v for k, v in made_by.items() if not k.startswith("adapt")}
    check_same_settings(path, before, has_rows=False)
    check_same_settings(path, made_by, has_rows=True)


@pytest.mark.parametrize(
    "name, value", [("window_s", 4.0), ("min_confidence", 0.0)]
)
def test_rows_of_other_settings_are_refused_by_name(tmp_path, name, value):
    path = tmp_path / "a.csv"
    check_same_settings(path, SETTINGS, has_rows=False)
    before = provenance_path(path).read_text()
    with pytest.raises(ValueError, match=rf"{name} {value}, found those of "):
        check_same_settings(path, {**SETTINGS, name: value}, has_rows=True)
    assert provenance_path(path).read_text() == before
    check_same_settings(path, {**SETTINGS, name: value}, has_rows=False)
    check_same_settings(path, {**SETTINGS, name: value}, has_rows=True)


def test_rows_without_provenance_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"a\.csv: expected the provenance"):
        check_same_settings(tmp_path / "a.csv", SETTINGS, has_rows=True)
    assert not provenance_path(tmp_path / "a.csv").exists()


@pytest.mark.parametrize("text", ["my notes", "3", '{"window_s": null}', "\\"])
@pytest.mark.parametrize("has_rows", [False, True])
def test_other_content_of_provenance_file_is_refused(tmp_path, text, has_rows):
    beside = provenance_path(tmp_path / "a.csv")
    beside.write_text(text)
    with pytest.raises(ValueError, match="window_s, min_confidence as JSON"):
        check_same_settings(tmp_path / "a.csv", SETTINGS, has_rows)
    assert beside.read_text() == text


def test_tables_of_two_formats_have_separate_provenance():
    assert provenance_path("a.csv") != provenance_path("a.jsonl")
