"""Test the checks of a run folder."""

import json

import pytest
from helpers.runs import CLASSES, make_run

from speechbrain_clser.evaluation import predictions, run, run_checks


def test_parts_are_returned_as_rows(tmp_path):
    rows = run_checks.read_parts(make_run(tmp_path))
    assert len(run_checks.ids_of(rows, "test")) == 48
    assert rows[0]["part"] == "train" and rows[0]["duration_s"] == "1.0"


def test_missing_parts_are_refused_by_name(tmp_path):
    (make_run(tmp_path) / "parts.csv").unlink()
    with pytest.raises(FileNotFoundError, match="parts.csv: .* train.py again"):
        run.read(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("emotion", "em0tion", "expected columns among part, id, .*em0tion"),
        ("part,id", "part,part", "expected columns among"),
        ("\ntest", "\nt3st", "expected 48 utterances of the part 'test'"),
        (
            "urdu_0_0",
            "urdu_0_x",
            "test.csv: .* 48 utterances .* of the",
        ),
        ("urdu_00", "\0\x9f", "urdu_0_0"),
    ],
)
def test_flipped_characters_of_the_parts_are_found(tmp_path, old, new, message):
    path = make_run(tmp_path) / "parts.csv"
    text = path.read_text(encoding="utf-8")
    path.write_bytes(text.replace(old, new, 1).encode("latin-1"))
    if message == "urdu_0_0":
        message = "expected a table in CSV, found a damaged one"
    with pytest.raises(ValueError, match=message):
        run.read(tmp_path)


def test_part_that_data_json_lacks_is_refused(tmp_path):
    path = make_run(tmp_path) / "data.json"
    data = json.loads(path.read_text())
    del data["parts"]["valid"]
    path.write_text(json.dumps(data))
    with pytest.raises(ValueError, match="expected 0 utterances of .*'valid'"):
        run_checks.read_parts(tmp_path)


def test_predictions_of_other_classes_are_refused(tmp_path):
    path = make_run(tmp_path) / "seed_1" / "predictions" / "source_valid.csv"
    found = predictions.read(path)
    run_checks.check_predictions(path, found, found.id.tolist(), CLASSES)
    with pytest.raises(ValueError, match="expected the classes calm of the"):
        run_checks.check_predictions(path, found, found.id.tolist(), ["calm"])


def test_embeddings_of_other_utterances_are_refused(tmp_path):
    folder = make_run(tmp_path, n_target_speakers=5) / "seed_1" / "embeddings"
    (folder / "source_valid.safetensors").replace(folder / "test.safetensors")
    with pytest.raises(ValueError, match="expected 60 embeddings, .* found 48"):
        run.read(tmp_path)
