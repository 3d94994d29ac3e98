import dataclasses

import pytest
from helpers import tiny
from safetensors.torch import load_file
from unit.training.test_brain import brain_of

from speechbrain_clser.evaluation import predictions
from speechbrain_clser.training.scoring import embed, score, target_uar

LOADER = {"batch_size": 8}


def write(tmp_path, rows):
    test = tiny.datasets()["test"]
    score(brain_of(tmp_path), "x", rows, test, tiny.SCHEME, tmp_path, LOADER)
    return predictions.read(tmp_path / "predictions" / "x.csv")


def test_predictions_and_embeddings_stand_in_the_same_order(tmp_path):
    predicted = write(tmp_path, tiny.SCORED)
    assert predicted.id.tolist() == [row.id for row in tiny.SCORED]
    assert predicted.classes == tuple(tiny.SCHEME.classes)
    path = tmp_path / "embeddings" / "x.safetensors"
    assert load_file(path)["embedding"].shape == (len(tiny.SCORED), 16)


def test_method_as_built_embeds_alike_however_often_it_is_built(tmp_path):
    test = tiny.datasets()["test"]
    written = []
    for name in ("first", "again"):
        embed(brain_of(tmp_path / name), "x", test, tmp_path, LOADER)
        written.append((tmp_path / "embeddings/x.safetensors").read_bytes())
    assert written[0] == written[1]
    assert not (tmp_path / "predictions").exists()


def test_nonsense_labels_change_no_prediction(tmp_path):
    honest = write(tmp_path, tiny.SCORED)
    nonsense = [
        dataclasses.replace(row, emotion="anger") for row in tiny.SCORED
    ]
    other = write(tmp_path, nonsense)
    assert (honest.probabilities == other.probabilities).all()
    assert (other.target == 0).all() and not (honest.target == 0).all()


def test_oracle_agrees_with_the_predictions_file(tmp_path):
    from speechbrain_clser.evaluation.metrics import uar_of

    predicted = write(tmp_path, tiny.SCORED)
    test = tiny.datasets()["test"]
    seen = target_uar(
        brain_of(tmp_path), tiny.SCORED, test, tiny.SCHEME, LOADER
    )
    assert seen == pytest.approx(float(uar_of(predicted.confusion())))
