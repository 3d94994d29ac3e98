"""Tests for dynamic time warping, compared with a plain implementation."""

import itertools

import numpy as np
import pytest

from speechbrain_clser.features.phones.dtw import DIAGONAL_WEIGHT, warp


def cost(distance, path):
    """Cost of a path."""
    total = DIAGONAL_WEIGHT * distance[0, 0]
    for before, here in itertools.pairwise(path.tolist()):
        is_diagonal = here[0] > before[0] and here[1] > before[1]
        weight = DIAGONAL_WEIGHT if is_diagonal else 1.0
        total += weight * distance[tuple(here)]
    return total


def least_cost(distance):
    """Minimum cost over all paths, cell by cell."""
    n, m = distance.shape
    total = np.full((n, m), np.inf)
    total[0, 0] = DIAGONAL_WEIGHT * distance[0, 0]
    for i, j in itertools.product(range(n), range(m)):
        here = distance[i, j]
        if i:
            total[i, j] = min(total[i, j], total[i - 1, j] + here)
        if j:
            total[i, j] = min(total[i, j], total[i, j - 1] + here)
        if i and j:
            diagonal = total[i - 1, j - 1] + DIAGONAL_WEIGHT * here
            total[i, j] = min(total[i, j], diagonal)
    return total[-1, -1]


@pytest.mark.parametrize("n, m", [(1, 1), (1, 5), (7, 1), (9, 6), (12, 31)])
def test_path_has_minimum_cost(n, m):
    distance = np.random.default_rng(n * m).uniform(size=(n, m))
    path = warp(distance, band=1.0)
    assert cost(distance, path) == pytest.approx(least_cost(distance))


@pytest.mark.parametrize("n, m", [(1, 4), (5, 5), (3, 40), (40, 3)])
@pytest.mark.parametrize("band", [0.0, 0.3, 1.0])
def test_path_is_continuous_between_corners(n, m, band):
    distance = np.random.default_rng(0).uniform(size=(n, m))
    path = warp(distance, band)
    assert path[0].tolist() == [0, 0]
    assert path[-1].tolist() == [n - 1, m - 1]
    steps = {tuple(step) for step in np.diff(path, axis=0).tolist()}
    assert steps <= {(0, 1), (1, 0), (1, 1)}


def test_equal_sequences_have_diagonal_path():
    frames = np.arange(20.0)
    path = warp(abs(frames[:, None] - frames))
    assert path.tolist() == [[n, n] for n in range(20)]


def test_constant_distances_have_diagonal_path():
    assert len(warp(np.ones((20, 20)))) == 20


def test_path_stays_within_band():
    distance = np.ones((40, 40))
    distance[0, :] = distance[:, -1] = 0.0
    assert warp(distance, band=1.0)[:39, 0].tolist() == [0] * 39
    rows, columns = warp(distance, band=0.26).T
    assert abs(rows - columns).max() == 10


def test_swapped_sequences_give_swapped_path():
    distance = np.random.default_rng(3).uniform(size=(15, 22))
    assert warp(distance.T).tolist() == warp(distance)[:, ::-1].tolist()


@pytest.mark.parametrize("shape", [(0, 3), (3, 0)])
def test_empty_sequence_raises(shape):
    with pytest.raises(ValueError, match="at least one frame, got"):
        warp(np.zeros(shape))
