"""Check that the samples of a file, window or array are usable."""

import numpy as np

from speechbrain_clser.errors import BadAudioError

SHORTEST_S = 0.025  # one analysis window
SILENT_PEAK = 1e-4  # -80 dB of full scale, three quantisation steps of 16 bits
LOUDEST_PEAK = (
    1e6  # some writers use 32768 as full scale; larger peaks mean damage
)
RATES_HZ = (1_000, 768_000)


def refuse_rate(name, sample_rate_hz):
    """Raise an error for an implausible sampling rate.

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
    """Return the absolute peak of samples, and check that they are finite.

    Arguments
    ---------
    name : str or Path
        As for ``refuse_rate``.
    samples : array, (samples,) or (samples, channels)
        Part or all of the recording.

    Returns
    -------
    float
        0 without samples.

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
            f"{name}: expected finite samples, found {n_bad} that are NaN or "
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


def refuse_short_or_silent(
    name, n_samples, sample_rate_hz, loudest, shortest_s=SHORTEST_S
):
    """Raise an error for a recording that is empty, too short or silent.

    Arguments
    ---------
    name, sample_rate_hz
        As for ``refuse_rate``.
    n_samples : int
        Total number per channel.
    loudest : float
        ``peak`` of the whole recording.
    shortest_s : float
        Minimum duration.

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
