"""Whether samples can be used: of a file, of a window of one, or in memory."""

import numpy as np

from speechbrain_clser.errors import BadAudioError

SHORTEST_S = 0.025  # one window of analysis
SILENT_PEAK = 1e-4  # -80 dB of full scale, three steps of 16 bits
LOUDEST_PEAK = 1e6  # some write 32768 for full scale; beyond that is damage
RATES_HZ = (1_000, 768_000)


def refuse_rate(name, sample_rate_hz):
    """Complain about a rate that no recorder has.

    Arguments
    ---------
    name, sample_rate_hz
        Of what is looked at, for the message, and its rate.

    Raises
    ------
    BadAudioError
        With the reason ``rate``.
    """
    if not RATES_HZ[0] <= sample_rate_hz <= RATES_HZ[1]:
        raise BadAudioError(
            "rate",
            f"{name}: expected a rate of {RATES_HZ[0]:,}-{RATES_HZ[1]:,} Hz, "
            f"found {sample_rate_hz:,}; correct its header",
        )


def peak(name, samples) -> float:
    """Find the loudest of some samples, if they are numbers in bounds.

    Arguments
    ---------
    name : str or Path
        As for ``refuse_rate``.
    samples : array, (samples,) or (samples, channels)
        Some or all of them.

    Returns
    -------
    float
        0 if there are none.

    Raises
    ------
    BadAudioError
        With the reason ``nan`` or ``loud``.

    Example
    -------
    >>> peak("a.wav", np.array([0.25, -0.5]))
    0.5
    """
    if not np.isfinite(samples).all():
        n_bad = np.count_nonzero(~np.isfinite(samples))
        raise BadAudioError(
            "nan",
            f"{name}: expected numbers, found {n_bad} samples that are NaN or "
            f"infinite",
        )
    loudest = float(np.abs(samples).max(initial=0.0))
    if loudest > LOUDEST_PEAK:
        raise BadAudioError(
            "loud",
            f"{name}: expected a full scale of 1, found a peak of "
            f"{loudest:.1e}; the file is damaged, copy or download it again",
        )
    return loudest


def refuse_unheard(
    name, n_samples, sample_rate_hz, loudest, shortest_s=SHORTEST_S
):
    """Complain about a recording in which there is nothing to be heard.

    Arguments
    ---------
    name, sample_rate_hz
        As for ``refuse_rate``.
    n_samples : int
        In all of it, of each channel.
    loudest : float
        The ``peak`` of all of it.
    shortest_s : float
        Shorter ones are refused.

    Raises
    ------
    BadAudioError
        With the reason ``empty``, ``short`` or ``silent``.
    """
    duration_s = n_samples / sample_rate_hz
    if duration_s < SHORTEST_S:
        raise BadAudioError(
            "empty",
            f"{name}: expected at least {SHORTEST_S} s of sound, found "
            f"{n_samples} samples",
        )
    if duration_s < shortest_s:
        raise BadAudioError(
            "short",
            f"{name}: expected at least {shortest_s} s of sound to classify, "
            f"found {duration_s:.3f} s; give a longer recording",
        )
    if loudest < SILENT_PEAK:
        raise BadAudioError(
            "silent",
            f"{name}: expected sound, found a peak of {loudest:.1e} in "
            f"{duration_s:.2f} s",
        )
