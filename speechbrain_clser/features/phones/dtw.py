"""Dynamic time warping: which frame of one sequence is which of another."""

import numpy as np

# A diagonal step covers two frames and costs little more than a straight one, so
# that the path is straight where nothing speaks against it.
DIAGONAL_WEIGHT = 1.3
DIAGONAL, DOWN, RIGHT = range(3)


def warp(distance: np.ndarray, band: float = 0.25) -> np.ndarray:
    """Find the cheapest path from corner to corner of a matrix of distances.

    Arguments
    ---------
    distance : numpy.ndarray, (n, m)
        Between frames of one sequence and of another, not negative.
    band : float
        How far the path may stray from the straight line, as a share of the
        sequences (Sakoe and Chiba's band).

    Returns
    -------
    numpy.ndarray, (steps, 2)
        Indices of rows and columns; both never fall, and rise by at most 1.

    Raises
    ------
    ValueError
        If there is no row or no column.

    Source
    ------
    Sakoe and Chiba, Dynamic Programming Algorithm Optimization for Spoken Word
    Recognition, IEEE TASSP 26(1), 1978. Diagonals of the matrix are computed at
    once, as no cell depends on another one of its diagonal.

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
    # Costs of the last diagonal but one and of the last, by row; row -1 is where
    # nothing comes from.
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
    """The path that ends in the last corner, from the first one on."""
    row, column = (size - 1 for size in came_from.shape)
    path = [(row, column)]
    while row or column:
        step = came_from[row, column]
        row -= step != RIGHT
        column -= step != DOWN
        path.append((row, column))
    return np.array(path[::-1])
