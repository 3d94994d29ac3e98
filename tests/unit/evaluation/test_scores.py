"""Scores of a part compared with scikit-learn and values by hand."""

import math

import numpy as np
import pytest
from helpers.runs import make_run
from sklearn.metrics import balanced_accuracy_score, f1_score

from speechbrain_clser.evaluation import run, statistics
from speechbrain_clser.evaluation.run_counts import METRICS, RunCounts
from speechbrain_clser.evaluation.scores import scores


def target_of(folder, **changes):
    """Return the predictions of all seeds of a synthetic run, and their scores."""
    seeds = run.read(make_run(folder, **changes)).seeds
    predictions = [seed.predictions["test"] for seed in seeds]
    return predictions, scores(predictions, [seed.number for seed in seeds])


def test_scores_are_the_mean_and_spread_over_seeds(tmp_path):
    predictions, found = target_of(tmp_path, seeds=(1, 2, 3), skill=1.0)
    uars = [balanced_accuracy_score(a.target, a.predicted) for a in predictions]
    f1s = [
        f1_score(a.target, a.predicted, average="macro") for a in predictions
    ]
    assert [one["uar"] for one in found["per_seed"]] == pytest.approx(uars)
    uar = found["scores"]["uar"]
    assert uar["mean"] == pytest.approx(np.mean(uars))
    assert uar["sd"] == pytest.approx(np.std(uars, ddof=1))
    assert uar["low"] <= uar["mean"] <= uar["high"]
    assert found["scores"]["macro_f1"]["mean"] == pytest.approx(np.mean(f1s))


def test_counts_reproduce_the_intervals(tmp_path):
    _, found = target_of(tmp_path, seeds=(1, 2), skill=1.0)
    again = statistics.intervals(RunCounts.from_json(found["counts"]))
    for name in METRICS:
        output = found["scores"][name]
        assert again[name] == (output["low"], output["high"])
    assert again["recalls"] == [
        (output["low"], output["high"]) for output in found["recalls"]
    ]


def test_groups_are_scored_on_their_rows(tmp_path):
    predictions, found = target_of(tmp_path, seeds=(1,), skill=1.0)
    (only,) = predictions
    women = only.gender == "female"
    female, male = found["groups"]["gender"]
    assert (female["name"], male["name"]) == ("female", "male")
    assert female["n_utterances"] == women.sum()
    assert female["mean"] == pytest.approx(
        balanced_accuracy_score(only.target[women], only.predicted[women])
    )
    speaker = found["speakers"][1]
    rows = only.speaker == speaker["name"]
    assert speaker["mean"] == pytest.approx(
        balanced_accuracy_score(only.target[rows], only.predicted[rows])
    )


def test_counts_are_summed_and_predictions_averaged_over_seeds(tmp_path):
    predictions, found = target_of(tmp_path)
    n_utterances = len(predictions[0])
    assert np.sum(found["confusion"]) == 2 * n_utterances
    assert sum(b["predicted"] for b in found["histogram"]) == n_utterances
    assert sum(b["target"] for b in found["histogram"]) == n_utterances
    assert sum(b["n"] for b in found["calibration"]) == 2 * n_utterances


def test_absent_class_has_nan_recall_and_raises_chance(tmp_path):
    _, found = target_of(tmp_path, true_classes=("anger", "sadness"))
    assert found["absent_classes"] == ["happiness"]
    assert found["chance_uar"] == 0.5
    assert [r["n"] for r in found["recalls"]] == [24, 0, 24]
    assert math.isnan(found["recalls"][1]["mean"])
    assert not math.isnan(found["scores"]["uar"]["mean"])


def test_one_speaker_has_no_interval_and_one_seed_no_spread(tmp_path):
    _, found = target_of(tmp_path, seeds=(1,), n_target_speakers=1)
    uar = found["scores"]["uar"]
    assert math.isnan(uar["low"]) and math.isnan(uar["sd"])
    assert not math.isnan(uar["mean"])


def test_class_without_predictions_is_listed(tmp_path):
    predictions, _ = target_of(tmp_path, seeds=(1,), skill=50.0)
    (only,) = predictions
    kept = only.where(only.target != 0)
    assert scores([kept], [1])["never_answered"] == ["anger"]


def test_seeds_are_averaged_within_trials(tmp_path):
    predictions, _ = target_of(tmp_path, seeds=(1, 2, 3), skill=1.0)
    found = scores(predictions, [1, 2, 3], [0, 0, 1])
    uars = [one["uar"] for one in found["per_seed"]]
    means = [np.mean(uars[:2]), uars[2]]
    uar = found["scores"]["uar"]
    assert uar["mean"] == pytest.approx(np.mean(means))
    assert uar["sd_trials"] == pytest.approx(np.std(means, ddof=1))
    assert uar["sd"] == pytest.approx(np.std(uars[:2], ddof=1))
    assert [one["mean"] for one in found["per_trial"]] == pytest.approx(means)


def test_utterances_may_differ_between_trials(tmp_path):
    predictions, _ = target_of(tmp_path, seeds=(1, 2), skill=1.0)
    whole, fewer = (
        predictions[0],
        predictions[1].where(predictions[1].speaker != "urdu_00"),
    )
    found = scores([whole, fewer], [1, 2], [0, 1])
    assert found["n_utterances"] == len(whole)
    assert found["speakers"][0]["name"] == "urdu_00"
    women = [run.where(run.gender == "female") for run in (whole, fewer)]
    assert found["groups"]["gender"][0]["mean"] == pytest.approx(
        np.mean([balanced_accuracy_score(w.target, w.predicted) for w in women])
    )
