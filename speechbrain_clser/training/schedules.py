"""Learning-rate schedules as functions of progress.

They have no state, so a resumed run restores none.
"""

import math


def warmup_cosine(progress, warmup=0.1):
    """Rise linearly, then fall to nothing along a half cosine.

    Arguments
    ---------
    progress : float
        Share of the phase that is done, 0-1.
    warmup : float
        Share in which the rise takes place, 0-1.

    Returns
    -------
    float
        Factor of the learning rate, 0-1.

    Source
    ------
    Loshchilov and Hutter, SGDR, ICLR 2017, eq. 5, with a linear rise before.

    Example
    -------
    >>> [round(warmup_cosine(p), 2) for p in (0.0, 0.05, 0.1, 0.55, 1.0)]
    [0.0, 0.5, 1.0, 0.5, 0.0]
    """
    if progress < warmup:
        return progress / warmup
    fall = (progress - warmup) / (1 - warmup)
    return (1 + math.cos(math.pi * fall)) / 2
