"""Compute running statistics of a recording: length, peak, channels, envelope."""

import numpy as np

from speechbrain_clser.data import segment
from speechbrain_clser.data.channels import MIX, index_of, pick
from speechbrain_clser.data.containers import conversion
from speechbrain_clser.data.soundness import (
    SHORTEST_S,
    SILENT_PEAK,
    peak,
    refuse_rate,
    refuse_short_or_silent,
)
from speechbrain_clser.errors import BadAudioError

CLASSIFIED_S = 0.1  # shortest input that exported graphs are checked with
FRAME_S = 0.05
# Power of the mean of all channels, relative to that of unrelated channels; two
# channels with a correlation of -0.9 are at the limit.
CANCELLED_POWER = 0.1
LOUD_POWER = 0.01  # of the loudest channel: 20 dB below it
UNRELATED = 0.2  # correlation of samples; a delay lowers it, too
# A delay up to 25 ms lowers the correlation of envelopes to 0.65 at least; that of
# unrelated speech of 2 s is below 0.5 in 98 of 100 pairs.
UNRELATED_ENVELOPES = 0.5
UNRELATED_S = 1.0  # shorter recordings have too few frames
QUIET_PEAK = 10 ** (-50 / 20)
STEADY_DB = 6.0  # speech varies by 20 dB or more, a single vowel by less
STEADY_S = 0.5
FLOOR_POWER = 1e-12
FIRST_CHANNEL = ("-af", "pan=mono|c0=c0")
BLOCK_SAMPLES = 2**16

# Warnings about usable recordings.
NOTES = {
    "channels": "loud channels that are unrelated, as of two speakers",
    "antiphase": "channels that cancel each other; one of them is used",
    "quiet": "a peak below -50 dB of full scale",
    "steady": f"a level that varies by less than {STEADY_DB:g} dB, as of noise "
    "or a tone without speech",
}


class Profile:
    """Accumulate statistics of a recording, block by block.

    Arguments
    ---------
    name : str or Path, optional
        File name; None for a signal in memory.
    sample_rate_hz : int
        Sampling rate of the recording.
    channel : str or int
        As for ``channels.index_of``; the channel that is used. Only the relation
        of channels is measured on the others.

    Raises
    ------
    BadAudioError
        With the reason ``rate``.

    Example
    -------
    >>> profile = Profile("a.wav", 16000)
    >>> left = np.sin(np.arange(16000))
    >>> profile.add(np.stack([left, -left], axis=1))
    >>> profile.refuse_unusable()
    Traceback (most recent call last):
    ...
    speechbrain_clser.errors.BadAudioError: a.wav: expected channels that add ...
    """

    def __init__(self, name, sample_rate_hz, channel=MIX):
        self.name = "signal" if name is None else name
        self.sample_rate_hz = sample_rate_hz
        refuse_rate(self.name, sample_rate_hz)
        self._index, self._one_channel = index_of(channel), "signal[:, 0]"
        if name is not None:
            self._one_channel = conversion(
                segment.split(name)[0], *FIRST_CHANNEL, ending=".channel0.wav"
            )
        self.n_samples, self.peak = 0, 0.0
        self._samples, self._envelopes = _Covariance(), _Covariance()
        self._levels_db = []

    def add(self, samples):
        """Add samples, array, (samples,) or (samples, channels).

        Raises
        ------
        BadAudioError
            With the reason ``nan`` or ``loud``; ``channel``, if the recording
            lacks the channel.
        """
        samples = samples.reshape(len(samples), -1)
        used = pick(self.name, samples, self._index)
        self.peak = max(self.peak, peak(self.name, used))
        self.n_samples += len(samples)
        samples = np.nan_to_num(samples.astype(float))
        n_frame = max(round(FRAME_S * self.sample_rate_hz), 1)
        n_frames = len(samples) // n_frame
        frames = samples[: n_frames * n_frame].reshape(
            n_frames, n_frame, samples.shape[1]
        )
        power = frames.var(axis=1)
        mean_power = pick(self.name, power, self._index).mean(axis=1)
        self._levels_db.append(10 * np.log10(mean_power + FLOOR_POWER))
        if samples.shape[1] > 1:
            self._samples.add(samples)
            self._envelopes.add(np.sqrt(power))

    def added(self, samples):
        """Add samples as ``add`` does, and return those of the used channels."""
        self.add(samples)
        return pick(self.name, samples, self._index)

    def refuse_unusable(self, shortest_s=SHORTEST_S):
        """Raise an error for a recording that is too short, silent or out of phase.

        Arguments
        ---------
        shortest_s : float
            Minimum duration.

        Raises
        ------
        BadAudioError
            With the reason ``empty``, ``short``, ``silent`` or ``antiphase``.
        """
        given = self.name, self.n_samples, self.sample_rate_hz
        refuse_short_or_silent(*given, self.peak, shortest_s)
        share = self._share_of_mean()
        if self._index is None and share < CANCELLED_POWER:
            raise BadAudioError(
                "antiphase",
                f"{self.name}: expected channels that add up, found "
                f"{len(self._samples.covariance)} that cancel each other (their "
                f"mean has {max(share, 0.0):.1%} of the power that it would have "
                f"if they were unrelated); use one of them: {self._one_channel}",
            )

    def _share_of_mean(self):
        """Power of the mean of all channels, relative to unrelated channels."""
        covariance = self._samples.covariance
        own = np.trace(covariance)
        if own <= len(covariance) * SILENT_PEAK**2:
            return 1.0
        return covariance.sum() / own

    @property
    def notes(self):
        """Keys of ``NOTES`` that apply to the recording, tuple of str."""
        levels_db = np.concatenate([*self._levels_db, []])
        is_steady = len(levels_db) * FRAME_S >= STEADY_S and (
            np.subtract(*np.percentile(levels_db, (95, 5))) < STEADY_DB
        )
        found = {
            "channels": self._has_unrelated_channels(),
            "antiphase": self._share_of_mean() < CANCELLED_POWER,
            "quiet": self.peak < QUIET_PEAK,
            "steady": is_steady,
        }
        return tuple(name for name, is_true in found.items() if is_true)

    def _has_unrelated_channels(self):
        """Return whether two loud channels have unrelated samples and envelopes."""
        if self._envelopes.n * FRAME_S < UNRELATED_S:
            return False
        power = np.diag(self._samples.covariance)
        is_loud = power > max(LOUD_POWER * power.max(), SILENT_PEAK**2)
        is_unrelated = (np.abs(self._samples.correlation) < UNRELATED) & (
            self._envelopes.correlation < UNRELATED_ENVELOPES
        )
        return bool((is_unrelated & np.outer(is_loud, is_loud)).any())


def profile_of(name, samples, sample_rate_hz) -> Profile:
    """Compute the statistics of samples in memory.

    Arguments
    ---------
    name, sample_rate_hz
        As for ``Profile``.
    samples : array, (samples,) or (samples, channels)
        Full scale is 1.

    Returns
    -------
    Profile
        Statistics of all samples.

    Raises
    ------
    BadAudioError
        With the reason ``rate``, ``nan`` or ``loud``.

    Example
    -------
    >>> profile_of("a.wav", np.full(16000, 1e-3), 16000).notes
    ('quiet', 'steady')
    """
    profile = Profile(name, sample_rate_hz)
    for start in range(0, len(samples), BLOCK_SAMPLES):
        profile.add(samples[start : start + BLOCK_SAMPLES])
    return profile


class _Covariance:
    """Running covariance of columns."""

    def __init__(self):
        self.n, self._sum, self._products = 0, np.zeros(0), np.zeros((0, 0))

    def add(self, values):
        """Add values, (rows, columns)."""
        if not self.n:
            n_columns = values.shape[1]
            self._sum = np.zeros(n_columns)
            self._products = np.zeros((n_columns, n_columns))
        self.n += len(values)
        self._sum += values.sum(axis=0)
        self._products += values.T @ values

    @property
    def covariance(self):
        """(columns, columns); empty if there are no values."""
        if not self.n:
            return np.zeros((0, 0))
        mean = self._sum / self.n
        return self._products / self.n - np.outer(mean, mean)

    @property
    def correlation(self):
        """(columns, columns); 0 where a column is constant."""
        covariance = self.covariance
        deviation = np.sqrt(np.maximum(np.diag(covariance), 0.0))
        scale = np.outer(deviation, deviation)
        return np.divide(
            covariance, scale, out=np.zeros_like(covariance), where=scale > 0
        )
