"""Intervals and tests over speakers, held against naive resampling."""

import itertools
import math

import numpy as np
import pytest

from speechbrain_clser.evaluation import metrics, statistics
from speechbrain_clser.evaluation.predictions import Predictions

N_CLASSES = 4


def run_of(seed, n_utterances=400, n_speakers=10, skill=0.4, meant=N_CLASSES):
    """Predictions of one seed; utterances are equal for all seeds."""
    task, answers = np.random.default_rng(0), np.random.default_rng([1, seed])
    names = np.array([f"u{i}" for i in range(n_utterances)])
    text = np.full(n_utterances, "x")
    target = task.integers(0, meant, n_utterances)
    guesses = answers.integers(0, N_CLASSES, n_utterances)
    is_right = answers.random(n_utterances) < skill
    predicted = np.where(is_right, target, guesses)
    return Predictions(
        classes=("a", "b", "c", "d"),
        id=names,
        corpus=text,
        language=text,
        speaker=np.array(
            [f"s{k:03d}" for k in task.integers(0, n_speakers, n_utterances)]
        ),
        gender=text,
        target=target,
        predicted=predicted,
        probabilities=np.eye(N_CLASSES)[predicted],
    )


def test_speaker_counts_add_up_to_the_confusion_matrix():
    runs = [run_of(1), run_of(2)]
    speakers, counts = statistics.speaker_counts(runs)
    assert speakers == sorted(set(runs[0].speaker))
    for seed, run in enumerate(runs):
        np.testing.assert_array_equal(counts[seed].sum(0), run.confusion())
        alone = run.where(run.speaker == speakers[3])
        np.testing.assert_array_equal(counts[seed, 3], alone.confusion())


@pytest.mark.parametrize("score", statistics.METRICS)
def test_bootstrap_equals_naive_resampling_of_the_same_draws(score):
    runs = [run_of(1), run_of(2, skill=0.7)]
    speakers, counts = statistics.speaker_counts(runs)
    fast = statistics.bootstrap(
        counts, statistics.METRICS[score], n_draws=50, seed=3
    )
    naive = []
    for weights in statistics.draw_weights(len(speakers), 50, seed=3):
        drawn = np.repeat(speakers, weights)
        rows = np.concatenate(
            [np.flatnonzero(runs[0].speaker == name) for name in drawn]
        )
        scores = [
            getattr(metrics, score)(
                run.target[rows], run.predicted[rows], range(N_CLASSES)
            )
            for run in runs
        ]
        naive.append(np.mean(scores))
    np.testing.assert_allclose(fast, naive)


def test_bootstrap_depends_on_its_seed_and_nothing_else():
    _, counts = statistics.speaker_counts([run_of(1)])
    first = statistics.bootstrap(counts, n_draws=20, seed=1)
    np.testing.assert_array_equal(
        first, statistics.bootstrap(counts, n_draws=20, seed=1)
    )
    other = statistics.bootstrap(counts, n_draws=20, seed=2)
    assert (first != other).any()


def test_interval_holds_the_score_and_narrows_with_speakers():
    widths = []
    for n_speakers in (5, 20, 80):
        run = run_of(1, n_utterances=40 * n_speakers, n_speakers=n_speakers)
        _, counts = statistics.speaker_counts([run])
        low, high = statistics.intervals(counts, n_draws=2000)["uar"]
        assert low < metrics.uar_of(run.confusion()) < high
        widths.append(high - low)
    assert widths == sorted(widths, reverse=True)


def test_interval_is_the_same_for_a_seed_given_twice():
    _, once = statistics.speaker_counts([run_of(1)])
    _, twice = statistics.speaker_counts([run_of(1), run_of(1)])
    assert statistics.intervals(once) == statistics.intervals(twice)


def test_interval_of_one_speaker_is_nan():
    _, counts = statistics.speaker_counts([run_of(1, n_speakers=1)])
    found = statistics.intervals(counts)
    assert all(math.isnan(x) for x in [*found["uar"], *found["recalls"][0]])


def test_class_absent_from_a_draw_leaves_uar_a_mean_of_the_others():
    # Class 1 is spoken by the second speaker alone.
    first = [[3, 1], [0, 0]]
    second = [[1, 0], [0, 1]]
    counts = np.array([[first, second]])
    weights = statistics.draw_weights(2, 40)
    only_first = weights[:, 1] == 0
    draws = statistics.bootstrap(counts, n_draws=40)
    assert only_first.any()
    np.testing.assert_allclose(draws[only_first], 0.75)
    assert statistics.intervals(counts)["recalls"][1] == (1.0, 1.0)


def test_recall_interval_of_a_class_without_targets_is_nan():
    _, counts = statistics.speaker_counts([run_of(1, meant=2)])
    recalls = statistics.intervals(counts, n_draws=100)["recalls"]
    assert math.isnan(recalls[3][0])
    assert not math.isnan(recalls[0][0])


def test_ten_thousand_draws_of_many_utterances_stay_small():
    # The work depends on speakers and classes, never on utterances.
    run = run_of(1, n_utterances=5000, n_speakers=40)
    _, counts = statistics.speaker_counts([run])
    assert counts.shape == (1, 40, 4, 4)
    draws = statistics.bootstrap(counts)
    assert draws.shape == (10_000,)
    assert draws.mean() == pytest.approx(
        metrics.uar_of(run.confusion()), abs=0.005
    )


def test_permutation_test_equals_naive_swapping():
    runs = run_of(1, n_speakers=5, skill=0.6), run_of(2, n_speakers=5)
    speakers, counts_a = statistics.speaker_counts(runs[:1])
    _, counts_b = statistics.speaker_counts(runs[1:])
    target, classes = runs[0].target, range(N_CLASSES)
    differences = []
    for swaps in itertools.product([False, True], repeat=len(speakers)):
        swapped = np.isin(runs[0].speaker, np.array(speakers)[list(swaps)])
        a = np.where(swapped, runs[1].predicted, runs[0].predicted)
        b = np.where(swapped, runs[0].predicted, runs[1].predicted)
        differences.append(
            metrics.uar(target, a, classes) - metrics.uar(target, b, classes)
        )
    found = statistics.permutation_test(counts_a, counts_b)
    assert found.is_exact
    assert found.n_swaps == 32
    assert found.difference == pytest.approx(differences[0])
    at_least = np.abs(differences) >= abs(differences[0]) - 1e-12
    assert found.p == pytest.approx(at_least.mean())


def test_permutation_test_finds_no_difference_of_a_run_to_itself():
    _, counts = statistics.speaker_counts([run_of(1)])
    found = statistics.permutation_test(counts, counts)
    assert (found.difference, found.p) == (0.0, 1.0)


def test_permutation_test_finds_a_clear_difference_of_many_speakers():
    runs = [run_of(k, 2000, 40, skill) for k, skill in ((1, 0.8), (2, 0.3))]
    good, bad = (statistics.speaker_counts([run])[1] for run in runs)
    found = statistics.permutation_test(good, bad, n_draws=1000)
    assert not found.is_exact
    assert found.difference > 0.3
    assert found.p == 1 / 1000  # only the way that was seen
    assert statistics.permutation_test(bad, good, n_draws=1000).p == found.p


def test_permutation_test_averages_seeds():
    runs = [run_of(1), run_of(2), run_of(3, skill=0.6)]
    _, pair = statistics.speaker_counts(runs[:2])
    _, alone = statistics.speaker_counts(runs[2:])
    uars = [float(metrics.uar_of(run.confusion())) for run in runs]
    found = statistics.permutation_test(pair, alone)
    assert found.difference == pytest.approx(np.mean(uars[:2]) - uars[2])


def test_permutation_test_of_one_speaker_cannot_tell():
    runs = [run_of(1, n_speakers=1, skill=s) for s in (0.9, 0.1)]
    good, bad = (statistics.speaker_counts([run])[1] for run in runs)
    assert statistics.permutation_test(good, bad).p == 1.0


def test_seeds_of_different_tasks_are_refused():
    with pytest.raises(ValueError, match="all seeds to score the same"):
        statistics.speaker_counts([run_of(1), run_of(1, n_utterances=9)])


def test_runs_of_different_tasks_are_refused():
    _, a = statistics.speaker_counts([run_of(1)])
    _, b = statistics.speaker_counts([run_of(1, n_utterances=300)])
    with pytest.raises(ValueError, match="found 400 and 300"):
        statistics.permutation_test(a, b)


def test_holm_by_hand():
    # 0.01 x 3; then 0.03 x 2; 0.04 x 1 would fall below the one before it.
    found = statistics.holm({"x": 0.04, "y": 0.01, "z": 0.03})
    assert found == pytest.approx({"x": 0.06, "y": 0.03, "z": 0.06})


def test_holm_never_exceeds_one():
    assert statistics.holm({"x": 0.9, "y": 0.8}) == {"x": 1.0, "y": 1.0}
