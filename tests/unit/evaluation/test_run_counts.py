"""Counts of a run: sums, checks, and restoring."""

import numpy as np
import pytest
from helpers.simulated import run_of

from speechbrain_clser.evaluation.run_counts import RunCounts, speaker_counts
from speechbrain_clser.evaluation.statistics import intervals


def test_speaker_counts_add_up_to_the_confusion_matrix():
    runs = [run_of(1), run_of(2)]
    counts = speaker_counts(runs)
    assert counts.speakers == sorted(set(runs[0].speaker))
    for seed, run in enumerate(runs):
        confusion = counts.confusion[seed]
        np.testing.assert_array_equal(confusion.sum(0), run.confusion())
        alone = run.where(run.speaker == counts.speakers[3])
        np.testing.assert_array_equal(confusion[3], alone.confusion())


def test_seeds_of_different_tasks_raise():
    with pytest.raises(ValueError, match="all seeds to score the same"):
        speaker_counts([run_of(1), run_of(1, n_utterances=9)])


def test_trials_may_score_different_utterances():
    whole = run_of(1)
    fewer = whole.where(np.arange(len(whole)) > 3)
    counts = speaker_counts([whole, fewer], [0, 1])
    assert counts.speakers == sorted(set(whole.speaker))
    n_scored = counts.confusion.sum(axis=(1, 2, 3)).tolist()
    assert n_scored == [len(whole), len(fewer)]


def test_counts_from_json_reproduce_the_intervals():
    counts = speaker_counts([run_of(1), run_of(2)], [0, 1])
    again = RunCounts.from_json(counts.to_json())
    assert intervals(again) == intervals(counts)


def test_runtime_does_not_depend_on_utterances():
    # The runtime depends on speakers and classes, not on utterances.
    counts = speaker_counts([run_of(1, n_utterances=5000, n_speakers=40)])
    assert counts.confusion.shape == (1, 40, 4, 4)
