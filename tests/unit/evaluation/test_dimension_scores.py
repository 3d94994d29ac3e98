import json
import math

import numpy as np
import pytest
from helpers.rated import NAMES, rated

from speechbrain_clser.evaluation import (
    dimension_scores,
    rated_predictions,
    regression,
)
from speechbrain_clser.evaluation.dimension_scores import RunSums, estimate


def run_of(folder, n_speakers=6, **changes):
    rows = [
        {
            **{"id": f"{s}_{k}", "corpus": "a", "language": "deu"},
            **{"speaker": f"s{s}", "gender": ("female", "male")[s % 2]},
        }
        for s in range(n_speakers)
        for k in range(10)
    ]
    rated_predictions.write(folder / "p.csv", rated(rows, **changes))
    return rated_predictions.read(folder / "p.csv")


def test_sums_add_up_to_those_of_all_utterances(tmp_path):
    run = run_of(tmp_path)
    found = dimension_scores.speaker_sums([run])
    assert found.speakers == [f"s{k}" for k in range(6)]
    assert found.sums[0].sum(axis=0) == pytest.approx(
        regression.sums(run.target, run.predicted)
    )
    saved = json.loads(json.dumps(found.to_json()))
    assert RunSums.from_json(saved).sums == pytest.approx(found.sums)


def test_standard_error_is_near_that_of_a_jackknife(tmp_path):
    """Over speakers: two approximations of one variance."""
    sums = dimension_scores.speaker_sums([run_of(tmp_path, 40)])
    found = estimate(sums, term=0)
    total = sums.sums[0].sum(axis=0)
    without = regression.ccc_of(total - sums.sums[0])[:, 0]
    jackknife = math.sqrt(39 / 40 * np.sum((without - without.mean()) ** 2))
    z = [math.atanh(found[key]) for key in ("low", "high")]
    error = (z[1] - z[0]) / 2 / 2.02 * (1 - found["mean"] ** 2)
    assert error == pytest.approx(jackknife, rel=0.1)
    assert -1 < found["low"] < found["mean"] < found["high"] < 1


def test_difference_to_itself_is_zero_and_one_speaker_has_no_interval(tmp_path):
    sums = dimension_scores.speaker_sums([run_of(tmp_path)])
    same = estimate(sums, against=sums)
    assert same == {"mean": 0, "low": 0, "high": 0}
    alone = dimension_scores.speaker_sums([run_of(tmp_path, 1)])
    assert math.isnan(estimate(alone)["low"])
    assert dimension_scores.verdict(
        dimension_scores.scores([run_of(tmp_path, 1)], [1])
    )["sentence"].startswith("No interval")


def test_scores_have_all_dimensions_and_groups(tmp_path):
    runs = [run_of(tmp_path, seed=k) for k in range(2)]
    found = dimension_scores.scores(runs, [1, 2])
    assert [one["name"] for one in found["dimensions"]] == [*NAMES]
    each = [one["scores"]["ccc"]["mean"] for one in found["dimensions"]]
    assert found["scores"]["ccc"]["mean"] == pytest.approx(np.mean(each))
    assert [g["n_speakers"] for g in found["groups"]["gender"]] == [3, 3]
    assert dimension_scores.verdict(found)["kind"] == "above"


def test_seeds_of_other_utterances_are_refused(tmp_path):
    runs = [run_of(tmp_path, 2), run_of(tmp_path, 3)]
    with pytest.raises(ValueError, match="same utterances with the same"):
        dimension_scores.speaker_sums(runs)
