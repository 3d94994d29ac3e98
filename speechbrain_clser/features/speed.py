"""Speed perturbation of recordings."""

import functools

from speechbrain.augment.time_domain import SpeedPerturb


@functools.lru_cache
def _perturb(sample_rate_hz, percent):
    # Its ``forward`` draws one of the speeds, even of one, from torch's generator.
    return SpeedPerturb(sample_rate_hz, speeds=[percent]).resamplers[0]


def at_speed(load, speed):
    """Wrap a loader with speed perturbation; pitch and formants change too.

    Arguments
    ---------
    load : callable
        ``load(wav, sample_rate_hz)`` gives one channel, (samples,).
    speed : float
        Speed factor, 1.1 is 10 % faster; whole percents only.

    Returns
    -------
    callable
        Like ``load``.

    Raises
    ------
    ValueError
        If the speed is not a whole percent between 50 and 200.

    Example
    -------
    >>> import torch
    >>> at_speed(lambda wav, rate: torch.zeros(rate), 1.25)(
    ...     "a.wav", 16000
    ... ).shape
    torch.Size([12800])
    """
    percent = round(100 * speed)
    if abs(percent - 100 * speed) > 1e-6 or not 50 <= percent <= 200:
        raise ValueError(
            f"speeds are whole percents between 0.5 and 2.0, got {speed!r}"
        )
    if percent == 100:
        return load
    return lambda wav, rate: _perturb(rate, percent)(load(wav, rate)[None])[0]
