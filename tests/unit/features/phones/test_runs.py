"""Tests for runs of symbols."""

import torch

from speechbrain_clser.features.phones.runs import runs_of, spread


def test_runs_cover_all_frames():
    path = torch.tensor([5, 5, 5, 0, 0, 7])
    assert runs_of(path) == [(5, 0, 3), (0, 3, 5), (7, 5, 6)]


def test_empty_path_has_no_runs():
    assert runs_of([]) == []
    assert spread([], 0, 3) == []


def test_gap_is_shared_up_to_reach():
    assert spread([(1, 10, 11), (2, 15, 16), (3, 40, 41)], 42, 3) == [
        (1, 7, 13.0),
        (2, 13.0, 19),
        (3, 37, 42),
    ]


def test_adjacent_runs_are_unchanged():
    assert spread([(1, 0, 4), (2, 4, 6)], 6, 3) == [(1, 0, 4), (2, 4, 6)]
