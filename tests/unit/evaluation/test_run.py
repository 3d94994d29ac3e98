"""Reading a run folder."""

import json
import shutil

import pytest
from helpers.runs import make_run

from speechbrain_clser.data.utterance import Utterance
from speechbrain_clser.evaluation import run
from speechbrain_clser.features.phones.coverage import coverage
from speechbrain_clser.features.phones.phone import Phone
from speechbrain_clser.training.run_folder import write_json


def test_run_is_read_seed_by_seed(tmp_path):
    found = run.read(make_run(tmp_path, seeds=(10, 9)))
    assert [seed.number for seed in found.seeds] == [9, 10]
    assert found.ledger["targets"] == ["urdu:urd"]
    assert found.unfinished == ()
    first = found.seeds[0]
    assert len(first.records) == 6
    scored = first.predictions["test"]
    assert first.embeddings("test").shape == (len(scored), 8)
    assert first.embeddings("test_before") is None
    assert {row["part"] for row in found.rows} == {"train", "valid", "test"}


def test_run_without_targets_raises(tmp_path):
    folder = make_run(tmp_path)
    book = json.loads((folder / "ledger.json").read_text())
    text = json.dumps({**book, "targets": []})
    (folder / "ledger.json").write_text(text)
    with pytest.raises(FileNotFoundError, match="a protocol without targets"):
        run.read(folder)


def test_phones_are_read_if_present(tmp_path):
    assert run.read(make_run(tmp_path)).phones is None
    rows = [Utterance("1", "1.wav", "W", "ann", "deu")]
    said = {"1": (Phone("a", 0.0, 0.5),)}
    write_json(
        tmp_path / "phones.json", {"source": "known", **coverage(rows, said)}
    )
    found = run.read(tmp_path).phones
    assert (found["source"], found["shared"]) == ("known", ["a"])


def test_settings_are_read_without_building_anything(tmp_path):
    settings = run.read(make_run(tmp_path)).settings
    assert settings["encoder"] == "acoustic"
    assert settings["method"].endswith("source_only.SourceOnly")
    assert "loss_weights" not in settings


def test_seed_without_predictions_is_listed_as_unfinished(tmp_path):
    make_run(tmp_path)
    shutil.rmtree(tmp_path / "seed_2" / "predictions")
    found = run.read(tmp_path)
    assert [seed.number for seed in found.seeds] == [1]
    assert found.unfinished == ("seed_2",)


def test_folder_of_no_run_raises(tmp_path):
    with pytest.raises(FileNotFoundError, match="expected the folder of a run"):
        run.read(tmp_path)


def test_run_without_predictions_raises(tmp_path):
    make_run(tmp_path, seeds=(1,))
    shutil.rmtree(tmp_path / "seed_1" / "predictions")
    with pytest.raises(FileNotFoundError, match="none in 1 seeds"):
        run.read(tmp_path)


def test_trials_are_read_in_order(tmp_path):
    make_run(tmp_path, seeds=(1, 2))
    make_run(tmp_path / "trial_10", seeds=(10001,))
    make_run(tmp_path / "trial_2", seeds=(2001, 2002))
    shutil.rmtree(tmp_path / "trial_2" / "seed_2002" / "predictions")
    found = run.read(tmp_path)
    assert [(s.trial, s.number) for s in found.seeds] == [
        *((0, 1), (0, 2), (2, 2001), (10, 10001)),
    ]
    assert [seed.number for seed in found.first_trial] == [1, 2]
    assert found.unfinished == ("trial_2/seed_2002",)


def test_folder_of_a_later_trial_is_readable_as_a_run(tmp_path):
    make_run(tmp_path / "trial_3", seeds=(3001,))
    assert run.read(tmp_path / "trial_3").seeds[0].trial == 0


def test_run_without_predictions_of_the_first_trial_raises(tmp_path):
    make_run(tmp_path, seeds=(1,))
    make_run(tmp_path / "trial_1", seeds=(1001,))
    shutil.rmtree(tmp_path / "seed_1" / "predictions")
    with pytest.raises(FileNotFoundError, match="none in 1 seeds"):
        run.read(tmp_path)


def test_predictions_of_baselines_are_read_by_name(tmp_path):
    make_run(tmp_path, seeds=(1,))
    seed = tmp_path / "seed_1"
    (seed / "baselines").mkdir()
    shutil.copy(
        seed / "predictions" / "test.csv",
        seed / "baselines" / "linear.csv",
    )
    (found,) = run.read(tmp_path).seeds
    assert list(found.baselines) == ["linear"]
    assert len(found.baselines["linear"]) == 48


def test_loss_weights_are_read_from_the_yaml(tmp_path):
    found = run.read(make_run(tmp_path))
    assert found.loss_weights == {"emotion": 1.0}
    assert found.method == "source_only"


FILES = (
    *("protocol.json", "data.json", "parts.csv", "trial_1/parts.csv"),
    *("seed_1/selected.json", "seed_1/epochs.jsonl", "seed_1/hyperparams.yaml"),
    *("seed_1/predictions/source_valid.csv", "seed_1/baselines/linear.csv"),
    "trial_1/seed_1001/predictions/test.csv",
    *("seed_1/embeddings/test.safetensors",),
    *("seed_1/embeddings/source_valid_before.safetensors",),
)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("where", ["empty", "half", "line end", "last byte"])
def test_damaged_file_is_named_with_what_to_do(tmp_path, name, where):
    make_run(tmp_path, seeds=(1,))
    make_run(tmp_path / "trial_1", seeds=(1001,))
    seed = tmp_path / "seed_1"
    (seed / "baselines").mkdir()
    shutil.copy(
        seed / "predictions" / "test.csv",
        seed / "baselines" / "linear.csv",
    )
    path = tmp_path / name
    data = path.read_bytes()
    half = len(data) // 2
    n_kept = {
        "empty": 0,
        "half": half,
        "line end": data[:half].rindex(b"\n") + 1,
        "last byte": len(data) - 1,
    }[where]
    path.write_bytes(data[:n_kept])
    if where == "last byte" and path.suffix in (".json", ".jsonl"):
        run.read(tmp_path)  # the line end alone
        return
    with pytest.raises(
        ValueError, match=rf"{name}: expected .*found .*; delete it and type"
    ):
        run.read(tmp_path)
