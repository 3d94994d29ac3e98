import math

import numpy as np
import pytest

from speechbrain_clser.evaluation.predictions import Predictions
from speechbrain_clser.evaluation.run_counts import RunCounts
from speechbrain_clser.evaluation.statistics import Estimate
from speechbrain_clser.stress.scoring import (
    agreement,
    gap_verdict,
    gaps,
    score,
    unpaired,
    verdict,
)

CLASSES = ("anger", "neutral")


def run_of(predicted, gender="ffmm", n_each=4):
    """Build predictions of four speakers, ``n_each`` utterances of each class.

    ``predicted`` has the number of correct predictions of each speaker and class.
    """
    target, found, speakers, genders = [], [], [], []
    for number, row in enumerate(predicted):
        for k, n_right in enumerate(row):
            target += [k] * n_each
            found += [k] * n_right + [1 - k] * (n_each - n_right)
            speakers += [f"s{number}"] * n_each
            genders += [gender[number]] * n_each
    texts = np.array([str(n) for n in range(len(target))])
    return Predictions(
        classes=CLASSES,
        id=texts,
        corpus=np.full(len(target), "c"),
        language=np.full(len(target), "deu"),
        speaker=np.array(speakers),
        gender=np.array(["" if g == "?" else g for g in genders]),
        target=np.array(target),
        predicted=np.array(found),
        probabilities=np.eye(2)[found],
    )


CLEAN = [[4, 4], [4, 3], [3, 4], [4, 4]]


def estimate(value, error, is_difference=True):
    return Estimate(value, error, 20, 21, is_difference)


@pytest.mark.parametrize(
    "change, uar, expected",
    [
        ((-0.10, 0.01), (0.6, 0.02), "degraded"),
        ((-0.02, 0.01), (0.6, 0.02), "robust"),
        ((+0.02, 0.01), (0.6, 0.02), "robust"),
        ((-0.10, 0.06), (0.6, 0.02), "unclear"),
        ((-0.04, 0.01), (0.6, 0.02), "unclear"),  # below -5 points is possible
        ((-0.30, 0.01), (0.3, 0.05), "at chance"),
        ((-0.30, math.nan), (0.3, math.nan), "unclear"),
    ],
)
def test_verdict_follows_its_rules(change, uar, expected):
    found = verdict(estimate(*change), estimate(*uar, False), n_classes=4)
    assert found == expected


@pytest.mark.parametrize(
    "gap, expected",
    [
        ((0.10, 0.02), "gap"),
        ((-0.10, 0.02), "gap"),
        ((0.10, 0.06), "unclear"),
        ((0.01, 0.01), "no gap"),
        ((0.03, 0.005), "no gap"),
        ((0.10, math.nan), "unclear"),
    ],
)
def test_gap_verdict_follows_its_rules(gap, expected):
    assert gap_verdict(estimate(*gap)) == expected


def test_conditions_are_compared_with_clean_recordings():
    worse = [[2, 2], [2, 1], [3, 4], [4, 4]]
    clean, noisy = score({"clean": run_of(CLEAN), "noise": run_of(worse)})
    assert clean["uar"]["mean"] == pytest.approx(30 / 32)
    assert clean["change"] == {"mean": 0, "low": 0, "high": 0}
    assert clean["agreement"]["mean"] == 1
    assert noisy["change"]["mean"] == pytest.approx(-8 / 32)
    assert noisy["agreement"]["mean"] == pytest.approx(24 / 32)
    groups = noisy["groups"]
    assert groups["language"] == groups["corpus"] == {}
    assert groups["gender"]["m"]["mean"] == 0
    assert groups["gender"]["f"]["mean"] == pytest.approx(-8 / 16)


def test_agreement_counts_equal_classes_and_not_correct_ones():
    wrong = run_of([[0, 0]] * 4)
    assert agreement(wrong, wrong).value == 1
    assert agreement(wrong, run_of([[4, 4]] * 4)).value == 0


def test_groups_are_compared_with_the_others():
    female, male = gaps(run_of([[4, 4], [4, 4], [2, 4], [2, 2]]))
    assert (female["axis"], female["group"]) == ("gender", "f")
    assert female["n_speakers"] == 2 and female["uar"]["mean"] == 1
    assert female["above_chance"] == 1
    assert male["above_chance"] == pytest.approx(2 * 10 / 16 - 1)
    assert female["gap"]["mean"] == pytest.approx(1 - 10 / 16)
    assert male["gap"]["mean"] == pytest.approx(10 / 16 - 1)
    assert male["recall_gaps"]["anger"]["mean"] == pytest.approx(-0.5)
    assert male["recall_gaps"]["neutral"]["mean"] == pytest.approx(-0.25)


def test_unknown_gender_is_in_no_group():
    assert [row["group"] for row in gaps(run_of(CLEAN, "f?mm"))] == ["f", "m"]
    assert gaps(run_of(CLEAN, "f?ff")) == []


def test_difference_of_groups_is_that_of_welch():
    """Compare with the t test of two samples of the speakers' recalls."""
    from scipy import stats

    one, other = ([3, 5, 4, 2], [6, 8, 7])

    def counts(right, prefix):
        confusion = [[[n, 10 - n], [0, 0]] for n in right]
        names = [f"{prefix}{k}" for k in range(len(right))]
        return RunCounts(names, [0], np.array([confusion]))

    found = unpaired(counts(one, "a"), counts(other, "b"), term=0)
    expected = stats.ttest_ind(
        np.array(one) / 10, np.array(other) / 10, equal_var=False
    ).confidence_interval(0.95)
    assert found.interval() == pytest.approx(tuple(expected), abs=1e-6)
    same = unpaired(counts(one, "a"), counts(other, "a"), term=0)
    assert math.isnan(same.standard_error)
