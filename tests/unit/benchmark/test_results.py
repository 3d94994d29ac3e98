"""Scores, paired tests and ranks of a study."""

import numpy as np
import pytest
from helpers.runs import CLASSES

from speechbrain_clser.benchmark import results
from speechbrain_clser.evaluation import comparison
from speechbrain_clser.evaluation.predictions import Predictions


def test_scores_and_tests_are_those_of_the_runs(found):
    found, setup, cells = found
    systems = {
        name: {
            fold: setup.folder(cell)
            for cell in cells
            for fold in cell.folds
            if cell.system == name and fold in found["folds"]
        }
        for name in ("good", "bad")
    }
    expected = comparison.compare_systems(systems, "bad")
    assert found["comparisons"]["acoustic"]["bad"]["good"] == expected["good"]
    assert [one["system"] for one in found["means"]] == ["good", "bad"]
    assert found["means"][0]["uar"]["mean"] == pytest.approx(
        expected["good"]["mean"]["uar"]["mean"]
    )
    assert [*found["folds"]] == ["u", "v"]
    assert found["missing"] == [
        *("bad/acoustic/w", "good/acoustic/w"),
        *(f"none/acoustic/{fold}" for fold in "uvw"),
    ]


def test_folds_of_one_run_are_scored_apart():
    rng = np.random.default_rng(0)
    corpus = np.array(["emovo", "urdu", "demo", "demo"] * 6)
    language = np.array(["ita", "urd", "tur", "fin"] * 6)
    target, predicted = rng.integers(0, 3, (2, 24))
    text = np.array([f"u{k}" for k in range(24)])
    all_rows = Predictions(
        CLASSES,
        *(text, corpus, language, text, text),
        *(target, predicted, np.eye(3)[predicted]),
    )
    one = results._of(["urdu"], all_rows)
    assert set(one.corpus) == {"urdu"}
    assert len(one) == 6
    assert set(results._of(["demo:fin"], all_rows).language) == {"fin"}
    assert results._of((), all_rows) is all_rows


def test_ranks_share_ties_and_need_two_folds():
    found = results.ranks({"a": [0.5, 0.9, 0.7], "b": [0.5, 0.8, 0.6]})
    assert found["mean"] == {
        "a": pytest.approx(3.5 / 3),
        "b": pytest.approx(5.5 / 3),
    }
    # q of two systems at 5 % is 1.960; 1.96 * sqrt(2 * 3 / (6 * 3)).
    assert found["critical_difference"] == pytest.approx(1.1316, abs=1e-3)
    assert results.ranks({"a": [0.5], "b": [0.4]}) == {}
    assert results.ranks({}) == {}
