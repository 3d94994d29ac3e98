"""Audio effects that add emotion and recording conditions to synthetic speech."""

import numpy as np
import scipy.fft

SAMPLE_RATE_HZ = 16000
_OVERSAMPLING = 4
_PEAK = 0.9


def _n_fft(n_samples):
    # Padding against circular convolution, then up to a fast FFT length.
    return 2 * scipy.fft.next_fast_len(n_samples // 2 + 400, real=True)


def play_faster(samples, rate_hz, speed, wobble=0.0, wobble_hz=5.0):
    """Resample to 16 kHz with a change of speed and a pitch modulation.

    Arguments
    ---------
    samples : numpy.ndarray, (samples,)
        Samples at ``rate_hz``.
    rate_hz : int
        Sampling rate of ``samples``.
    speed : float
        Above 1: shorter, with pitch and formants raised equally, as with a
        shorter vocal tract.
    wobble : float
        Relative peak deviation of the pitch.
    wobble_hz : float
        Modulation frequency.

    Returns
    -------
    numpy.ndarray, (samples,)
        At ``SAMPLE_RATE_HZ``.

    Example
    -------
    >>> play_faster(np.zeros(22050), 22050, speed=1.25).shape
    (12800,)
    """
    n_samples, n_fft = len(samples), _n_fft(len(samples))
    spectrum = scipy.fft.rfft(samples, n_fft)
    hz = scipy.fft.rfftfreq(n_fft, 1 / rate_hz)
    spectrum[hz > 0.97 * SAMPLE_RATE_HZ / 2 / speed] = 0
    fine = scipy.fft.irfft(spectrum, n_fft * _OVERSAMPLING) * _OVERSAMPLING
    n_out = int(n_samples / rate_hz / speed * SAMPLE_RATE_HZ)
    time_s = np.arange(n_out) / SAMPLE_RATE_HZ
    turn = 2 * np.pi * wobble_hz
    source_s = speed * (time_s + wobble / turn * np.sin(turn * time_s))
    place = source_s * rate_hz * _OVERSAMPLING
    before = place.astype(int)
    share = place - before
    return fine[before] * (1 - share) + fine[before + 1] * share


def tilt(samples, db_per_octave):
    """Apply a spectral tilt around 1 kHz, as from vocal effort.

    Arguments
    ---------
    samples : numpy.ndarray, (samples,)
        At ``SAMPLE_RATE_HZ``.
    db_per_octave : float
        Slope between 100 Hz and 8 kHz.

    Returns
    -------
    numpy.ndarray, (samples,)
        Of the same length.

    Example
    -------
    >>> tone_2_khz = np.sin(2 * np.pi * np.arange(8000) / 8)
    >>> round(float(tilt(tone_2_khz, 6.0206)[4002]), 2)
    2.0
    """
    n_samples, n_fft = len(samples), _n_fft(len(samples))
    hz = scipy.fft.rfftfreq(n_fft, 1 / SAMPLE_RATE_HZ)
    octaves = np.log2(np.clip(hz, 100, 8000) / 1000)
    gain = 10 ** (db_per_octave * octaves / 20)
    return scipy.fft.irfft(scipy.fft.rfft(samples, n_fft) * gain, n_fft)[
        :n_samples
    ]


def breathe(samples, db, random):
    """Add noise that follows the loudness of the voice.

    Arguments
    ---------
    samples : numpy.ndarray, (samples,)
        At ``SAMPLE_RATE_HZ``.
    db : float
        Level of the noise relative to the voice.
    random : numpy.random.Generator
        Source of the noise.

    Returns
    -------
    numpy.ndarray, (samples,)
        Of the same length.

    Example
    -------
    >>> silence = np.zeros(4000)
    >>> float(breathe(silence, -20.0, np.random.default_rng(1)).max())
    0.0
    """
    window = np.hanning(SAMPLE_RATE_HZ // 50)
    power = np.convolve(samples**2, window / window.sum(), mode="same")
    noise = random.standard_normal(len(samples))
    return samples + 10 ** (db / 20) * np.sqrt(power) * noise


def record(samples, level_db, drift_db, floor_db, random):
    """Set the level, add room noise and limit the peak.

    Arguments
    ---------
    samples : numpy.ndarray, (samples,)
        At ``SAMPLE_RATE_HZ``.
    level_db : float
        Root mean square of the voice relative to full scale.
    drift_db : float
        Level difference of the end and the beginning.
    floor_db : float
        Root mean square of the room noise relative to full scale.
    random : numpy.random.Generator
        Source of the noise.

    Returns
    -------
    numpy.ndarray, (samples,)
        Within 0.9 of full scale.

    Example
    -------
    >>> voice = np.sin(np.arange(16000) / 10)
    >>> loud = record(voice, 10.0, 0.0, -60.0, np.random.default_rng(1))
    >>> round(float(np.abs(loud).max()), 3)
    0.9
    """
    n_samples = len(samples)
    samples = samples * 10 ** (
        drift_db * np.linspace(-0.5, 0.5, n_samples) / 20
    )
    # Fade of 3 ms, to avoid clicks.
    edge = np.minimum(np.arange(n_samples) / 48, 1)
    samples = samples * edge * edge[::-1]
    samples = samples * 10 ** (level_db / 20) / np.sqrt(np.mean(samples**2))
    # Room noise has more energy at low frequencies.
    noise = tilt(random.standard_normal(n_samples), -4.0)
    noise = noise * 10 ** (floor_db / 20) / np.sqrt(np.mean(noise**2))
    samples = samples + noise
    return samples * min(1.0, _PEAK / np.abs(samples).max())
