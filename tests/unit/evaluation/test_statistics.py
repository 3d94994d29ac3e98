"""Intervals over speakers: values by hand, invariances, edge cases."""

import math

import numpy as np
import pytest
from helpers.simulated import run_of

from speechbrain_clser.evaluation import metrics
from speechbrain_clser.evaluation.run_counts import (
    METRICS,
    RunCounts,
    speaker_counts,
)
from speechbrain_clser.evaluation.statistics import (
    Estimate,
    estimate,
    intervals,
)


def counts_of(*speakers, trials=(0,), name="s"):
    """Return counts of one class of two, from hits and utterances per speaker.

    With several trials each speaker has a pair for each of them.
    """
    pairs = np.array(speakers).reshape(len(speakers), len(trials), 2)
    confusion = np.zeros((len(trials), len(speakers), 2, 2), int)
    confusion[:, :, 0, 0] = pairs[..., 0].T
    confusion[:, :, 0, 1] = (pairs[..., 1] - pairs[..., 0]).T
    names = [f"{name}{k}" for k in range(len(speakers))]
    return RunCounts(names, list(trials), confusion)


# Two speakers, 3/4 and 1/4: standard error sqrt(0.125 / 2) = 0.25, t with one
# degree of freedom 12.7062, on the logit scale 12.7062 * 0.25 / 0.25.
# Three, 1/4, 2/4 and 3/4: sqrt(0.0625 / 3) = 0.144338, t 4.30265, on the logit
# scale 2.48414.
@pytest.mark.parametrize(
    ("speakers", "error", "df", "margin"),
    [
        ([(3, 4), (1, 4)], 0.25, 1, 12.7062),
        ([(1, 4), (2, 4), (3, 4)], 0.144338, 2, 2.48414),
    ],
)
@pytest.mark.parametrize("score", ["uar", "wa"])
def test_interval_of_few_speakers_is_the_t_interval_of_their_mean(
    speakers, error, df, margin, score
):
    found = estimate([counts_of(*speakers)], score=score)
    assert found.value == 0.5
    assert found.standard_error == pytest.approx(error, abs=1e-6)
    assert found.df == pytest.approx(df)
    low, high = found.interval()
    assert low == pytest.approx(1 / (1 + math.exp(margin)), rel=1e-4)
    assert high == pytest.approx(1 / (1 + math.exp(-margin)), rel=1e-4)


def test_speakers_of_unequal_size_are_corrected_by_their_share():
    # 1/1 and 1/3: influences (1 - 0.5) / 4 / sqrt(3/4) and
    # (1 - 1.5) / 4 / sqrt(1/4), so the variance is 1/48 + 1/16 = 1/12.
    found = estimate([counts_of((1, 1), (1, 3))], score="wa")
    assert found.standard_error == pytest.approx(math.sqrt(1 / 12))
    assert found.df == pytest.approx(1)
    # The large speaker of three dominates: fewer than two degrees of freedom.
    third = estimate([counts_of((1, 2), (2, 2), (30, 60))], score="wa")
    assert third.df < 1.5


def test_difference_of_three_speakers_is_the_paired_t_interval():
    # Differences 0, 1/4 and 1/2: 0.25 +- 4.30265 * 0.144338.
    run, other = counts_of((2, 4), (2, 4), (2, 4)), [(2, 4), (1, 4), (0, 4)]
    found = estimate([run], against=[counts_of(*other)])
    low, high = found.interval()
    assert (low, high) == pytest.approx((-0.371036, 0.871036), abs=1e-4)


def test_classes_of_different_speakers_add_their_variances():
    # As in URDU: two speakers have one class, three the other.
    confusion = np.zeros((1, 5, 2, 2), int)
    confusion[0, :2, 0] = [[3, 1], [1, 3]]
    confusion[0, 2:, 1] = [[3, 1], [2, 2], [1, 3]]
    run = RunCounts(list("abcde"), [0], confusion)
    variances = [0.125 / 2, 0.0625 / 3]
    for term, variance in enumerate(variances):
        recall = estimate([run], term=term)
        assert recall.standard_error**2 == pytest.approx(variance)
        assert (recall.df, recall.n_speakers) == pytest.approx(
            (term + 1, term + 2)
        )
    uar = estimate([run])
    assert uar.standard_error**2 == pytest.approx(sum(variances) / 4)
    assert 2 < uar.df < 3  # of both classes together, 1 + 2


@pytest.mark.parametrize("score", METRICS)
def test_standard_error_agrees_with_a_bootstrap_over_many_speakers(score):
    run = run_of(1, n_utterances=4000, n_speakers=60)
    counts = speaker_counts([run, run_of(2, 4000, 60, skill=0.7)])
    rng = np.random.default_rng(0)
    weights = rng.multinomial(60, np.full(60, 1 / 60), size=4000)
    drawn = np.einsum("bs,tskl->tbkl", weights, counts.confusion)
    seeds_of_trials = METRICS[score](drawn).mean(axis=0)
    found = estimate([counts], score=score)
    assert found.value == pytest.approx(
        np.mean(METRICS[score](counts.confusion.sum(axis=1)))
    )
    expected = seeds_of_trials.std() * math.sqrt(60 / 59)
    assert found.standard_error == pytest.approx(expected, rel=0.05)


def test_interval_does_not_depend_on_speaker_order_and_repeated_seeds():
    counts = speaker_counts([run_of(1)])
    order = np.random.default_rng(0).permutation(len(counts.speakers))
    twice = np.concatenate([counts.confusion[:, order]] * 2)
    again = RunCounts([counts.speakers[k] for k in order], [0, 0], twice)
    expected = intervals(counts)
    assert intervals(again)["uar"] == pytest.approx(expected["uar"])
    for found, one in zip(
        intervals(again)["recalls"], expected["recalls"], strict=True
    ):
        assert found == pytest.approx(one)


def test_interval_contains_the_score_and_narrows_with_speakers():
    widths = []
    for n_speakers in (5, 20, 80):
        run = run_of(1, n_utterances=40 * n_speakers, n_speakers=n_speakers)
        low, high = intervals(speaker_counts([run]))["uar"]
        assert low < metrics.uar_of(run.confusion()) < high
        widths.append(high - low)
    assert widths == sorted(widths, reverse=True)


def test_one_speaker_has_no_interval():
    found = intervals(speaker_counts([run_of(1, n_speakers=1)]))
    assert all(math.isnan(x) for x in [*found["uar"], *found["recalls"][0]])


def test_class_of_one_speaker_has_no_interval_nor_has_uar():
    confusion = np.array([[[[3, 1], [1, 3]], [[2, 2], [0, 0]]]])
    found = intervals(RunCounts(["a", "b"], [0], confusion))
    assert math.isnan(found["recalls"][1][0])
    assert math.isnan(found["uar"][0])
    assert not math.isnan(found["recalls"][0][0])
    assert not math.isnan(found["wa"][0])


def test_class_without_targets_is_not_in_the_mean():
    counts = speaker_counts([run_of(1, true_classes=2)])
    found = intervals(counts)
    assert math.isnan(found["recalls"][3][0])
    assert not math.isnan(found["recalls"][0][0])
    recalls = [estimate([counts], term=k).value for k in (0, 1)]
    assert estimate([counts]).value == pytest.approx(sum(recalls) / 2)


# Wilson's interval for n successes of n is from n / (n + t^2) to 1.
@pytest.mark.parametrize(
    ("n", "t"), [(2, 12.7062), (6, 2.57058), (7, 2.44691), (23, 2.07387)]
)
def test_interval_without_errors_is_wilsons(n, t):
    found = intervals(counts_of(*[(9, 9)] * n))
    for low, high in (found["uar"], found["recalls"][0]):
        assert low == pytest.approx(n / (n + t**2), rel=1e-4)
        assert high == 1.0
    (low, high) = intervals(counts_of(*[(0, 9)] * n))["uar"]
    assert low == 0.0
    assert high == pytest.approx(1 - n / (n + t**2), rel=1e-4)


def test_interval_stays_within_the_scale():
    near_one = counts_of((9, 10), (10, 10), (10, 10))
    low, high = intervals(near_one)["uar"]
    assert 0 < low < 29 / 30 < high < 1
    rival = counts_of((0, 10), (1, 10), (0, 10))
    low, high = estimate([near_one], against=[rival]).interval()
    assert -1 <= low < high == 1.0


def test_equal_difference_of_all_speakers_has_a_wide_interval():
    better, worse = counts_of((3, 4), (3, 4)), counts_of((2, 4), (2, 4))
    low, high = estimate([better], against=[worse]).interval()
    assert low < 0 < 0.25 < high


def test_folds_are_averaged_and_their_variances_added():
    folds = [
        counts_of((1, 4), (2, 4), (3, 4)),
        counts_of((3, 4), (1, 4), name="t"),
    ]
    found = estimate(folds)
    assert found.standard_error**2 == pytest.approx((0.0625 / 3 + 0.0625) / 4)
    # Satterthwaite: (a + b)^2 / (a^2 / 2 + b^2 / 1) with b = 3 a.
    assert found.df == pytest.approx(16 / 9.5)
    assert found.n_speakers == 5


def test_speaker_of_several_folds_is_one_sampling_unit():
    fold = counts_of((1, 4), (2, 4), (3, 4))
    alone, twice = estimate([fold]), estimate([fold, fold])
    assert twice == alone  # the same speakers again: nothing is gained
    opposite = counts_of((3, 4), (2, 4), (1, 4))
    assert estimate([fold, opposite]).standard_error == pytest.approx(0)
    # Influences 1/4, 0, -1/4 of two folds and 1/4, -1/4 of the third, each over
    # its number of speakers and the root of 1 - 1/n.
    other = counts_of((3, 4), (1, 4), name="t")
    found = estimate([fold, other, fold])
    assert found.standard_error**2 == pytest.approx(
        (4 * 0.0625 / 3 + 0.0625) / 9
    )
    assert found.n_speakers == 5


def test_fold_of_a_single_speaker_gives_no_interval_of_the_mean():
    folds = [counts_of((1, 4)), counts_of((3, 4), (1, 4))]
    assert all(map(math.isnan, estimate(folds).interval()))


def test_difference_to_itself_is_zero():
    folds = [speaker_counts([run_of(k)]) for k in range(2)]
    assert estimate(folds, against=folds).interval() == (0.0, 0.0)


def test_equal_speakers_give_the_interval_over_trials():
    # Speakers are equal; trials are 1/4, 2/4 and 3/4.
    each = [(1, 4), (2, 4), (3, 4)]
    found = estimate([counts_of(each, each, trials=(0, 1, 2))])
    assert found.standard_error == pytest.approx(0.144338, abs=1e-6)
    assert found.df == pytest.approx(2)


def test_crossed_variances_equal_the_analysis_of_variance():
    shares = np.array([[1, 2, 6], [2, 3, 4], [3, 6, 9], [1, 5, 3]])
    counts = counts_of(
        *[[(k, 10) for k in row] for row in shares], trials=range(3)
    )
    x = shares / 10
    of_speakers = x.mean(axis=1).var(ddof=1) / 4
    of_trials = x.mean(axis=0).var(ddof=1) / 3
    residual = x - x.mean(1, keepdims=True) - x.mean(0) + x.mean()
    error = np.sum(residual**2) / (3 * 2) / 12
    found = estimate([counts], score="wa")
    assert found.standard_error**2 == pytest.approx(
        of_speakers + of_trials - error
    )


def test_seeds_of_one_trial_do_not_narrow_the_interval():
    drawn = [run_of(k, skill=k / 4) for k in range(3)]
    once = speaker_counts(drawn, [0, 1, 2])
    thrice = speaker_counts(
        [r for r in drawn for _ in range(3)], [0, 0, 0, 1, 1, 1, 2, 2, 2]
    )
    expected = intervals(once)["uar"]
    assert intervals(thrice)["uar"] == pytest.approx(expected)


def test_different_trials_widen_the_interval():
    runs = [run_of(k, skill=k / 4) for k in range(4)]
    of_speakers = np.ptp(intervals(speaker_counts(runs))["uar"])
    of_both = np.ptp(intervals(speaker_counts(runs, range(4)))["uar"])
    assert of_both > 1.5 * of_speakers


def test_difference_is_paired_by_trial_for_equal_numbers_of_trials():
    better, worse = (
        speaker_counts(
            [run_of(k, skill=k / 8 + by) for k in range(4)], range(4)
        )
        for by in (0.3, 0.0)
    )
    paired = np.ptp(estimate([better], [worse]).interval())
    assert paired < np.ptp(estimate([better]).interval())
    fewer = RunCounts(worse.speakers, [0, 1, 2], worse.confusion[:3])
    unpaired = np.ptp(estimate([better], [fewer]).interval())
    assert unpaired > paired
    assert estimate([better], [better]).interval() == (0.0, 0.0)


def test_confidence_widens_the_interval():
    found = Estimate(0.6, 0.05, 9, n_speakers=10)
    low, high = found.interval(0.9)
    wider = found.interval(0.99)
    assert wider[0] < low < 0.6 < high < wider[1]


def test_interval_covers_the_mean_if_trials_test_different_speakers():
    rng, n_hits = np.random.default_rng(0), 0
    for _ in range(200):
        right = rng.beta(4, 2, 10)  # of each speaker; 2/3 in the mean
        confusion = np.zeros((5, 10, 1, 2), int)
        for trial in confusion:
            tested = rng.choice(10, 4, replace=False)
            trial[tested, 0, 0] = rng.binomial(20, right[tested])
            trial[tested, 0, 1] = 20 - trial[tested, 0, 0]
        confusion = np.pad(confusion, ((0, 0), (0, 0), (0, 1), (0, 0)))
        run = RunCounts([*map(str, range(10))], [*range(5)], confusion)
        low, high = estimate([run]).interval()
        n_hits += low <= 2 / 3 <= high
    assert 180 <= n_hits <= 199
