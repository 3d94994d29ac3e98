import json

import pytest

from speechbrain_clser.inference import select


def trainings(folder, rule, **uars):
    """Trainings that found these source validation UARs."""
    for name, uar in uars.items():
        path = folder / name.replace("__", "/") / "selected.json"
        path.parent.mkdir(parents=True)
        record = {"rule": rule, "source_valid_uar": uar, "epoch": 3}
        record |= {"source_valid_loss": uar, "oracle_target_uar": 1 - uar}
        path.write_text(json.dumps(record))


@pytest.mark.parametrize(
    "rule", ["last", "oracle_target_uar", "source_valid_uar"]
)
def test_training_is_selected_by_source_validation(rule, tmp_path):
    trainings(tmp_path, rule, seed_1=0.5, seed_2=0.7, trial_1__seed_9=0.6)
    best = select.select_training(tmp_path)
    assert best.folder == tmp_path / "seed_2"
    assert "One of 3 trainings" in best.sentence and "(0.700)" in best.sentence
    assert "target data was not used" in best.sentence


def test_source_rule_of_the_protocol_is_used(tmp_path):
    trainings(tmp_path, "source_valid_loss", seed_1=0.5, trial_2__seed_9=0.4)
    best = select.select_training(tmp_path)
    assert best.folder == tmp_path / "trial_2" / "seed_9"
    assert (best.trial, best.seed) == (2, 9)


def test_single_training_needs_no_score(tmp_path):
    trainings(tmp_path, "last", seed_1=float("nan"))
    best = select.select_training(tmp_path)
    assert best.folder == tmp_path / "seed_1"
    assert best.sentence == "The only training of its run."


def test_run_without_a_training_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="let train.py finish"):
        select.select_training(tmp_path)
