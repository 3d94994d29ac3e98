import csv
import json
from types import SimpleNamespace

import pytest
import torch
from helpers import toy
from hyperpyyaml import load_hyperpyyaml

from speechbrain_clser.commands import reexport
from speechbrain_clser.commands.reexport import export_run
from speechbrain_clser.data.protocol import Protocol
from speechbrain_clser.evaluation import predictions
from speechbrain_clser.inference.classifier import EmotionClassifier
from speechbrain_clser.inference.model_results import add_results
from speechbrain_clser.inference.select import Choice


def test_run_without_a_finished_training_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="let train.py finish"):
        export_run(tmp_path)


def prepared_run(folder, ids):
    """Write the files that a run on the toy corpora has before training."""
    toy.make(folder)
    protocol = Protocol.of("toy", ("north",), ("south",), split_seed=3)
    values = {**protocol.values, "digest": protocol.digest}
    (folder / "protocol.json").write_text(json.dumps(values))
    with open(folder / "parts.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["part", "id"])
        writer.writerows(["train", one] for one in ids)
        writer.writerow(["valid", "north_9"])
    counts = {"train": {"utterances": len(ids)}, "valid": {"utterances": 1}}
    (folder / "data.json").write_text(json.dumps({"parts": counts}))
    row = dict.fromkeys(predictions.TEXTS, "north_9")
    row |= {"target": "anger", "predicted": "anger"}
    row |= {f"p_{name}": name == "anger" for name in protocol.classes}
    path = folder / "seed_1" / "predictions" / "source_valid.csv"
    predictions.write(path, [row])
    return {
        **{"data_folder": json.dumps({"north": str(folder / "north")})},
        **{"allow_bad_files": False, "normalise_by": "none"},
    }


def test_other_data_than_that_of_the_run_is_refused(tmp_path):
    hparams = prepared_run(tmp_path, ["north_1"])
    with pytest.raises(ValueError, match="the 1 training utterances .* 16 "):
        reexport.make_splits(
            Choice(tmp_path / "seed_1", 0, 1, ""), tmp_path, hparams, tmp_path
        )


@pytest.mark.parametrize(
    ("name", "cut"),
    [
        ("parts.csv", "valid,"),
        ("seed_1/predictions/source_valid.csv", "north_9,"),
    ],
)
def test_table_that_is_cut_is_refused(tmp_path, name, cut):
    hparams = prepared_run(tmp_path, ["north_1"])
    path = tmp_path / name
    path.write_text(path.read_text().partition(cut)[0])
    with pytest.raises(ValueError, match=f"{name}: expected .* delete it and"):
        reexport.make_splits(
            Choice(tmp_path / "seed_1", 0, 1, ""), tmp_path, hparams, tmp_path
        )


def test_corpora_default_to_the_folder_of_the_run(tmp_path):
    hparams = prepared_run(tmp_path, [])
    with pytest.raises(FileNotFoundError, match="a mapping of north"):
        reexport.make_splits(
            Choice(tmp_path / "seed_1", 0, 1, ""), tmp_path, hparams, None
        )


def test_encoders_by_language_are_refused(tmp_path, monkeypatch):
    training = tmp_path / "seed_1"
    training.mkdir()
    (training / "hyperparams.yaml").write_text("extractor: 1")
    (training / "selected.json").write_text("{}")
    text = "!new:types.SimpleNamespace {is_shared: False}"
    hparams = load_hyperpyyaml(f"extractor: {text}")
    monkeypatch.setattr(reexport, "load_hyperpyyaml", lambda text: hparams)
    with pytest.raises(ValueError, match="found one encoder per language"):
        export_run(tmp_path)


def test_other_encoder_than_that_of_the_run_is_refused(tmp_path):
    class Features(SimpleNamespace):
        def frozen_copy(self):
            return SimpleNamespace(key="published")

    settings = tmp_path / "settings.json"
    for key in ("trained", "published"):
        settings.write_text(json.dumps({"key of the encoder": key}))
        reexport._refuse_other_encoder(tmp_path, Features(key="trained"))
    settings.write_text('{"key of the encoder": "padded"}')
    with pytest.raises(ValueError, match="key padded, .* add `window: 30s`"):
        reexport._refuse_other_encoder(tmp_path, Features(key="trained"))


@pytest.mark.slow
def test_export_again_equals_export_of_train(tmp_path):
    toy.make(tmp_path)
    done = toy.train(tmp_path, tmp_path / "run", has_report=True)
    assert done.returncode == 0, done.stdout
    made = export_run(tmp_path / "run", tmp_path / "again")
    assert add_results(tmp_path / "run", made)  # as the command does
    first = EmotionClassifier.from_hparams(tmp_path / "run" / "model")
    second = EmotionClassifier.from_hparams(made)
    same = ("hyperparams.yaml", "README.md", "results.json")
    for name in (*same, "label_encoder.ckpt"):
        assert (made / name).read_text() == (
            tmp_path / "run" / "model" / name
        ).read_text()
    wavs = torch.randn(2, 16000)
    torch.testing.assert_close(
        first.classify_batch(wavs)[0], second.classify_batch(wavs)[0]
    )
