"""Permutation tests compared with a naive version; corrections by hand."""

import itertools

import numpy as np
import pytest
from helpers.simulated import N_CLASSES, run_of

from speechbrain_clser.evaluation import metrics
from speechbrain_clser.evaluation.permutation import holm, permutation_test
from speechbrain_clser.evaluation.run_counts import speaker_counts


def test_permutation_test_equals_naive_swapping():
    runs = run_of(1, n_speakers=5, skill=0.6), run_of(2, n_speakers=5)
    first = speaker_counts(runs[:1])
    speakers, counts_a = first.speakers, first.confusion
    counts_b = speaker_counts(runs[1:]).confusion
    target, classes = runs[0].target, range(N_CLASSES)
    differences = []
    for swaps in itertools.product([False, True], repeat=len(speakers)):
        swapped = np.isin(runs[0].speaker, np.array(speakers)[list(swaps)])
        a = np.where(swapped, runs[1].predicted, runs[0].predicted)
        b = np.where(swapped, runs[0].predicted, runs[1].predicted)
        differences.append(
            metrics.uar(target, a, classes) - metrics.uar(target, b, classes)
        )
    found = permutation_test([counts_a], [counts_b])
    assert found.is_exact
    assert found.n_swaps == 32
    assert found.difference == pytest.approx(differences[0])
    at_least = np.abs(differences) >= abs(differences[0]) - 1e-12
    assert found.p == pytest.approx(at_least.mean())


def test_permutation_test_finds_no_difference_of_a_run_to_itself():
    counts = speaker_counts([run_of(1)]).confusion
    found = permutation_test([counts], [counts])
    assert (found.difference, found.p) == (0.0, 1.0)


def test_permutation_test_finds_a_clear_difference_of_many_speakers():
    runs = [run_of(k, 2000, 40, skill) for k, skill in ((1, 0.8), (2, 0.3))]
    good, bad = (speaker_counts([run]).confusion for run in runs)
    found = permutation_test([good], [bad], n_trials=1000)
    assert not found.is_exact
    assert found.difference > 0.3
    assert found.p == 1 / 1000  # only the observed difference
    assert permutation_test([bad], [good], n_trials=1000).p == found.p


def test_permutation_test_averages_seeds():
    runs = [run_of(1), run_of(2), run_of(3, skill=0.6)]
    pair = speaker_counts(runs[:2]).confusion
    alone = speaker_counts(runs[2:]).confusion
    uars = [float(metrics.uar_of(run.confusion())) for run in runs]
    found = permutation_test([pair], [alone])
    assert found.difference == pytest.approx(np.mean(uars[:2]) - uars[2])


def test_permutation_test_of_one_speaker_has_p_one():
    runs = [run_of(1, n_speakers=1, skill=s) for s in (0.9, 0.1)]
    good, bad = (speaker_counts([run]).confusion for run in runs)
    assert permutation_test([good], [bad]).p == 1.0


def test_runs_of_different_tasks_raise():
    a = speaker_counts([run_of(1)]).confusion
    b = speaker_counts([run_of(1, n_utterances=300)]).confusion
    with pytest.raises(ValueError, match="found some that differ in speakers"):
        permutation_test([a], [b])


def test_swaps_over_folds_equal_naive_swapping_of_mean_scores():
    folds = [
        [speaker_counts([run_of(k, 60, n, skill)]).confusion for n in (2, 3)]
        for k, skill in ((1, 0.8), (2, 0.4))
    ]
    differences = []
    for swaps in itertools.product([False, True], repeat=5):
        means = []
        for a, b, swapped in zip(*folds, (swaps[:2], swaps[2:]), strict=True):
            chosen = np.array(swapped)[:, None, None]
            first = np.where(chosen, b[0], a[0]).sum(0)
            second = np.where(chosen, a[0], b[0]).sum(0)
            means.append(metrics.uar_of(first) - metrics.uar_of(second))
        differences.append(np.mean(means))
    found = permutation_test(*folds)
    assert (found.n_swaps, found.is_exact) == (32, True)
    assert found.difference == pytest.approx(differences[0])
    at_least = np.abs(differences) >= abs(differences[0]) - 1e-12
    assert found.p == pytest.approx(at_least.mean())


def test_speakers_of_several_folds_are_swapped_in_all_of_them():
    a, b = (speaker_counts([run_of(1, 60, 4, s)]).confusion for s in (0.9, 0.4))
    names = ["s", "t", "u", "v"]
    alone = permutation_test([a], [b], speakers=[names])
    twice = permutation_test([a, a], [b, b], speakers=[names, names])
    assert alone == twice == permutation_test([a], [b])
    assert permutation_test([a, a], [b, b]).n_swaps == 2**8


def test_small_differences_of_many_folds_add_up():
    folds = [
        [
            speaker_counts([run_of(10 * k + n, 300, 8, skill)]).confusion
            for n in range(5)
        ]
        for k, skill in ((1, 0.5), (2, 0.4))
    ]
    alone = [permutation_test([a], [b]).p for a, b in zip(*folds, strict=True)]
    assert permutation_test(*folds).p < min(alone)


def test_holm_by_hand():
    # 0.01 x 3; then 0.03 x 2; 0.04 x 1 is below the previous one.
    found = holm({"x": 0.04, "y": 0.01, "z": 0.03})
    assert found == pytest.approx({"x": 0.06, "y": 0.03, "z": 0.06})


def test_holm_never_exceeds_one():
    assert holm({"x": 0.9, "y": 0.8}) == {"x": 1.0, "y": 1.0}
