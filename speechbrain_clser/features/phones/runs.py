"""Convert frame-wise symbols to segments."""

import numpy as np


def runs_of(path) -> list:
    """Merge runs of equal symbols: symbol, first frame, one past the last.

    Example
    -------
    >>> runs_of([4, 4, 0, 4])
    [(4, 0, 2), (0, 2, 3), (4, 3, 4)]
    """
    path = np.asarray(path)
    breaks = np.flatnonzero(np.diff(path)) + 1
    starts = [0, *breaks.tolist()][: len(path)]
    ends = [*breaks.tolist(), len(path)][: len(path)]
    return list(zip(path[starts].tolist(), starts, ends, strict=True))


def spread(runs: list, n_frames: int, reach: float) -> list:
    """Extend runs into the surrounding gaps, by at most ``reach`` frames at either side.

    Two runs share a gap equally.

    Example
    -------
    >>> spread([(4, 2, 3), (7, 6, 7)], n_frames=20, reach=2)
    [(4, 0, 4.5), (7, 4.5, 9)]
    """
    grown = []
    for n, (symbol, start, end) in enumerate(runs):
        before, after = start, n_frames - end
        if n:
            before = (start - runs[n - 1][2]) / 2
        if n + 1 < len(runs):
            after = (runs[n + 1][1] - end) / 2
        grown.append(
            (symbol, start - min(before, reach), end + min(after, reach))
        )
    return grown
