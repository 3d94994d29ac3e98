"""Comparison of two runs, and of several systems over several folds."""

import numpy as np
import pytest
from helpers.rated import rate
from helpers.runs import make_run

from speechbrain_clser.evaluation import dimension_scores, run
from speechbrain_clser.evaluation.comparison import (
    compare,
    compare_counts,
    compare_systems,
)
from speechbrain_clser.evaluation.permutation import holm
from speechbrain_clser.evaluation.run_counts import RunCounts
from speechbrain_clser.evaluation.scores import scores


def test_comparison_of_a_run_with_itself_has_no_difference(tmp_path):
    folder = make_run(tmp_path)
    found = compare(folder, folder)
    assert found["uar"]["difference"] == 0.0
    assert found["uar"]["p"] == 1.0


def test_comparison_finds_the_better_run(tmp_path):
    good = make_run(tmp_path / "good", n_target_speakers=8, skill=3.0)
    bad = make_run(tmp_path / "bad", n_target_speakers=8, skill=0.5, seeds=(3,))
    found = compare(good, bad)
    assert found["n_seeds"] == [2, 1]
    assert found["uar"]["low"] > 0.1
    assert found["uar"]["p"] == pytest.approx(2 / 2**8)


def test_comparison_of_different_utterances_raises(tmp_path):
    a = make_run(tmp_path / "a")
    b = make_run(tmp_path / "b", n_target_speakers=5)
    with pytest.raises(ValueError, match="same utterances"):
        compare(a, b)


SKILLS = {"base": 0.5, "same": 0.5, "better": 2.0}
FOLDS = {"urdu": 6, "other": 5}


@pytest.fixture(scope="module")
def systems(tmp_path_factory):
    """Return three systems on two folds; one is better."""
    top = tmp_path_factory.mktemp("systems")
    return {
        name: {
            fold: make_run(
                top / name / fold,
                seeds=(1, 2) if name == "better" else (3, 4),
                skill=skill,
                n_target_speakers=n_speakers,
                epochs=1,
            )
            for fold, n_speakers in FOLDS.items()
        }
        for name, skill in SKILLS.items()
    }


@pytest.fixture(scope="module")
def found(systems):
    """Return the comparison of the three systems with the first."""
    return compare_systems(systems, "base")


def test_cells_agree_with_the_comparison_of_two_runs(systems, found):
    for fold in FOLDS:
        alone = compare(systems["better"][fold], systems["base"][fold])["uar"]
        cell = dict(found["better"][fold]["difference"])
        del cell["p_holm"]
        assert cell == alone


def test_mean_is_that_of_the_folds(found):
    for cells in found.values():
        uars = [cells[fold]["uar"]["mean"] for fold in FOLDS]
        assert cells["mean"]["uar"]["mean"] == pytest.approx(sum(uars) / 2)
    differences = [
        found["better"][f]["difference"]["difference"] for f in FOLDS
    ]
    over_all = found["better"]["mean"]["difference"]
    assert over_all["difference"] == pytest.approx(sum(differences) / 2)
    assert over_all["low"] < over_all["difference"] < over_all["high"]


def test_counts_of_reports_reproduce_the_comparison(systems, found):
    counts = {name: {} for name in systems}
    for name, of in systems.items():
        for fold, folder in of.items():
            seeds = run.read(folder).seeds
            part = scores(
                [seed.predictions["test"] for seed in seeds],
                [seed.number for seed in seeds],
            )
            counts[name][fold] = RunCounts.from_json(part["counts"])
    assert compare_counts(counts, "base") == found


def test_counts_with_speakers_in_another_order_are_paired_by_name():
    confusion = np.array([[[[3, 1], [1, 3]], [[4, 0], [0, 4]]]])
    same = RunCounts(["a", "b"], [0], confusion)
    turned = RunCounts(["b", "a"], [0], confusion[:, ::-1])
    cell = compare_counts({"x": {"": same}, "y": {"": turned}}, "x")["y"][""]
    assert cell["difference"]["difference"] == 0.0
    assert (cell["difference"]["low"], cell["difference"]["high"]) == (0, 0)


def test_baseline_has_no_difference(found):
    assert all("difference" not in cell for cell in found["base"].values())


def test_system_of_equal_predictions_does_not_differ(found):
    for cell in found["same"].values():
        output = cell["difference"]
        assert (output["difference"], output["p"]) == (0.0, 1.0)
        assert (output["low"], output["high"]) == (0.0, 0.0)


def test_mean_over_folds_of_other_speakers_has_a_smaller_p_value():
    right, wrong = np.array([[3, 1], [1, 3]]), np.array([[2, 2], [2, 2]])

    def p_values(*names):
        counts = {
            system: {
                fold: RunCounts(
                    [f"{name}{k}" for k in range(5)], [0], np.array([[one] * 5])
                )
                for fold, name in enumerate(names)
            }
            for system, one in (("base", wrong), ("better", right))
        }
        found = compare_counts(counts, "base")["better"]
        return [cell["difference"]["p"] for cell in found.values()]

    assert p_values("s", "t") == [2**-4, 2**-4, 2**-9]
    assert p_values("s", "s") == [2**-4] * 3


def test_corrections_are_for_systems_over_all_and_for_cells_in_folds(found):
    rivals = ("same", "better")
    for family in (["mean"], [*FOLDS]):
        output = {
            (name, fold): found[name][fold]["difference"]
            for name in rivals
            for fold in family
        }
        expected = holm({place: one["p"] for place, one in output.items()})
        assert {
            place: one["p_holm"] for place, one in output.items()
        } == expected


def test_system_without_a_fold_raises(systems):
    short = systems | {"same": {"urdu": systems["same"]["urdu"]}}
    with pytest.raises(ValueError, match="'same' on the folds.*found urdu"):
        compare_systems(short, "base")


def test_runs_of_dimensions_are_compared_by_ccc(tmp_path):
    better, worse = (
        rate(make_run(tmp_path / name, n_target_speakers=8, seeds=seeds), noise)
        for name, seeds, noise in (("a", (1, 2), 0.05), ("b", (3,), 0.6))
    )
    found = compare_systems({"a": {"": better}, "b": {"": worse}}, "b")["a"][""]
    own = run.read(better).seeds
    expected = dimension_scores.scores(
        [seed.predictions["test"] for seed in own], [1, 2]
    )["scores"]["ccc"]
    assert found["ccc"] == pytest.approx(
        {key: expected[key] for key in ("mean", "low", "high")}
    )
    assert found["difference"]["low"] > 0.1
    # All speakers differ in one direction: only two of the swaps are as large.
    assert found["difference"]["p"] == pytest.approx(2 / 2**8)
    assert compare(better, better)["ccc"]["p"] == 1.0
    with pytest.raises(ValueError, match="give runs of one task"):
        compare(better, make_run(tmp_path / "classes", n_target_speakers=8))
    other = rate(make_run(tmp_path / "c", n_target_speakers=7))
    with pytest.raises(ValueError, match="same utterances"):
        compare(better, other)
