"""Intervals over speakers, held against naive resampling."""

import math

import numpy as np
import pytest
from helpers.answers import N_CLASSES, run_of

from speechbrain_clser.evaluation import metrics, statistics


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


def test_seeds_of_different_tasks_are_refused():
    with pytest.raises(ValueError, match="all seeds to score the same"):
        statistics.speaker_counts([run_of(1), run_of(1, n_utterances=9)])


def test_intervals_of_folds_add_up_as_independent_errors_do():
    folds = [statistics.speaker_counts([run_of(k)])[1] for k in range(4)]
    widths = [np.ptp(statistics.mean_interval([fold])) for fold in folds]
    expected = np.sqrt(np.sum(np.square(widths))) / 4
    found = np.ptp(statistics.mean_interval(folds))
    assert found == pytest.approx(expected, rel=0.05)


def test_interval_of_one_fold_is_that_of_the_run():
    _, counts = statistics.speaker_counts([run_of(1), run_of(2)])
    alone = statistics.mean_interval([counts])
    assert alone == statistics.intervals(counts)["uar"]


def test_interval_of_a_difference_to_itself_is_nothing():
    folds = [statistics.speaker_counts([run_of(k)])[1] for k in range(2)]
    assert statistics.mean_interval(folds, against=folds) == (0.0, 0.0)


def test_interval_of_folds_of_which_one_has_a_single_speaker_is_nan():
    folds = [
        statistics.speaker_counts([run_of(1, n_speakers=n)])[1] for n in (1, 9)
    ]
    assert all(map(math.isnan, statistics.mean_interval(folds)))


def test_one_drawing_changes_no_interval():
    _, counts = statistics.speaker_counts([run_of(1), run_of(2)])
    alone = statistics.intervals(counts, drawing=[0, 0])
    assert alone == statistics.intervals(counts)


def test_bootstrap_over_drawings_equals_naive_resampling():
    runs = [run_of(seed, skill=seed / 4) for seed in range(1, 5)]
    _, counts = statistics.speaker_counts(runs, [0, 0, 3, 3])
    fast = statistics.bootstrap(counts, n_draws=60, drawing=[0, 0, 3, 3])
    speakers = statistics.draw_weights(counts.shape[1], 60)
    seen = np.array(
        [metrics.uar_of(np.tensordot(w, counts, (0, 1))) for w in speakers]
    )
    first, second = seen[:, :2].mean(axis=1), seen[:, 2:].mean(axis=1)
    # Of two drawings, one twice, both, or the other twice.
    ways = np.stack([first, (first + second) / 2, second])
    distance = np.abs(ways - fast)
    assert distance.min(axis=0).max() < 1e-12
    assert set(distance.argmin(axis=0)) == {0, 1, 2}


def test_trainings_on_the_same_utterances_are_no_further_evidence():
    drawn = [run_of(k, skill=k / 4) for k in range(3)]
    _, once = statistics.speaker_counts(drawn)
    _, thrice = statistics.speaker_counts([r for r in drawn for _ in range(3)])
    told = statistics.intervals(once, drawing=[0, 1, 2])
    again = statistics.intervals(thrice, drawing=[0, 0, 0, 1, 1, 1, 2, 2, 2])
    assert told["uar"] == pytest.approx(again["uar"])


def test_drawings_that_differ_widen_the_interval():
    runs = [run_of(k, skill=k / 4) for k in range(4)]
    _, counts = statistics.speaker_counts(runs)
    of_speakers = np.ptp(statistics.intervals(counts)["uar"])
    of_both = np.ptp(statistics.intervals(counts, drawing=range(4))["uar"])
    assert of_both > 1.5 * of_speakers


def test_difference_of_two_is_paired_by_drawing():
    better, worse = (
        statistics.speaker_counts(
            [run_of(k, skill=k / 8 + by) for k in range(4)]
        )[1]
        for by in (0.3, 0.0)
    )
    of_both = [[*range(4)]]
    paired = statistics.mean_interval(
        [better], [worse], drawings=of_both, against_drawings=of_both
    )
    alone = statistics.mean_interval([better], drawings=of_both)
    assert np.ptp(paired) < np.ptp(alone)
    same = statistics.mean_interval(
        [better], [better], drawings=of_both, against_drawings=of_both
    )
    assert same == (0.0, 0.0)


def test_what_was_drawn_of_the_target_need_not_be_scored():
    whole = run_of(1)
    fewer = whole.where(np.arange(len(whole)) > 3)
    speakers, counts = statistics.speaker_counts([whole, fewer], [0, 1])
    assert speakers == sorted(set(whole.speaker))
    assert counts.sum(axis=(1, 2, 3)).tolist() == [len(whole), len(fewer)]
