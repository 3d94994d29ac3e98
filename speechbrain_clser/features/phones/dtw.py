"""Align two sequences by dynamic time warping."""

import numpy as np

# A diagonal step covers two frames and costs little more than a single step, so that
# the path is diagonal if all distances are equal.
DIAGONAL_WEIGHT = 1.3
DIAGONAL, DOWN, RIGHT = range(3)


def warp(distance: np.ndarray, band: float = 0.25) -> np.ndarray:
    """Find the path of minimum cost through a distance matrix.

    Arguments
    ---------
    distance : numpy.ndarray, (n, m)
        Non-negative distances between the frames of two sequences.
    band : float
        Maximum deviation from the diagonal, as a fraction of the sequence lengths
        (Sakoe-Chiba band).

    Returns
    -------
    numpy.ndarray, (steps, 2)
        Row and column indices; monotonic, with steps of at most 1.

    Raises
    ------
    ValueError
        If there is no row or no column.

    Source
    ------
    Sakoe and Chiba, Dynamic Programming Algorithm Optimization for Spoken Word
    Recognition, IEEE TASSP 26(1), 1978. Anti-diagonals are
    computed at once, because their cells are independent.

    Example
    -------
    >>> first, second = np.array([0, 0, 5, 9]), np.array([0, 5, 5, 9])
    >>> warp(abs(first[:, None] - second)).tolist()
    [[0, 0], [1, 0], [2, 1], [2, 2], [3, 3]]
    """
    n, m = distance.shape
    if not n or not m:
        raise ValueError(
            f"expected two sequences of at least one frame, got {n} and {m}"
        )
    came_from = np.zeros((n, m), dtype=np.int8)
    # Costs of the last two anti-diagonals, by row; row -1 is padding without
    # predecessors.
    before = np.full(n + 1, np.inf)
    last = np.full(n + 1, np.inf)
    before[0] = 0.0
    for diagonal in range(n + m - 1):
        rows = np.arange(max(0, diagonal - m + 1), min(n, diagonal + 1))
        columns = diagonal - rows
        cost = distance[rows, columns]
        strayed = np.abs((rows + 0.5) / n - (columns + 0.5) / m)
        cost = np.where(strayed > max(band, 1 / n, 1 / m), np.inf, cost)
        options = np.stack(
            [
                before[rows] + DIAGONAL_WEIGHT * cost,
                last[rows] + cost,
                last[rows + 1] + cost,
            ]
        )
        best = options.argmin(axis=0)
        came_from[rows, columns] = best
        before, last = last, np.full(n + 1, np.inf)
        last[rows + 1] = options[best, np.arange(len(rows))]
    return _walked_back(came_from)


def _walked_back(came_from):
    """Backtrack the path from the last corner; returns it from the first corner."""
    row, column = (size - 1 for size in came_from.shape)
    path = [(row, column)]
    while row or column:
        step = came_from[row, column]
        row -= step != RIGHT
        column -= step != DOWN
        path.append((row, column))
    return np.array(path[::-1])
