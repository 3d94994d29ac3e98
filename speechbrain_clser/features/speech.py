"""Detect voiced speech in noise, without a trained model."""

import math

import torch

from speechbrain_clser.features.pitch import best_candidates, taper_of
from speechbrain_clser.features.spectrum import (
    HOP_SAMPLES,
    N_FFT,
    Spectrum,
    real_mask,
)

LOW_HZ, HIGH_HZ = 60.0, 500.0  # range of the pitch
BAND_HZ = (80.0, 3500.0)  # within a telephone channel
SMOOTHED_BINS = 61  # 800 Hz: wider than the distance of harmonics
# Noise of any colour stays below 0.27, speech at a signal-to-noise ratio of 5 dB
# is above 0.31; see benchmarks/speech.py.
THRESHOLD = 0.3
RUN_FRAMES = 3  # shorter runs are not voices
STEADY_FRAMES = 15  # 0.3 s of a constant spectrum are a tone
STEADY_COSINE = 0.98
MIN_SPEECH_S = 0.1


class SpeechDetector(torch.nn.Module):
    """Mark frames of 20 ms with a voice.

    The power spectrum is divided by its mean over 800 Hz, so that the colour of a
    noise has no effect, and limited to 80-3500 Hz. A frame is voiced if the
    autocorrelation of this spectrum has a high peak within the range of pitch.
    Runs below 60 ms, and tones with a constant spectrum, are left out. Whispered
    speech has no voice and is not detected; singing and instruments are.

    Arguments
    ---------
    sample_rate_hz : int
        Sampling rate; hop and window are designed for 16 kHz.

    Source
    ------
    Whitening before the autocorrelation: Markel, The SIFT Algorithm for
    Fundamental Frequency Estimation, IEEE Transactions on Audio and
    Electroacoustics 20(5), 1972; here in the spectral domain. Threshold and
    durations are chosen by ``benchmarks/speech.py``.

    Example
    -------
    >>> detector, time_s = SpeechDetector(16000), torch.arange(16000) / 16000
    >>> hz = 150 + 20 * torch.sin(6 * time_s)
    >>> phase = 2 * torch.pi * hz.cumsum(0) / 16000
    >>> voice = sum((n * phase).sin() / n for n in range(1, 20))
    >>> noise = torch.randn(16000, generator=torch.Generator().manual_seed(0))
    >>> detector.seconds(torch.stack([voice, noise]), torch.ones(2)).round(
    ...     decimals=1
    ... )
    tensor([1., 0.])
    """

    def __init__(self, sample_rate_hz):
        super().__init__()
        self.spectrum = Spectrum(sample_rate_hz)
        self.frame_s = HOP_SAMPLES / sample_rate_hz
        low_hz, high_hz = BAND_HZ
        hz, half = self.spectrum.hz, SMOOTHED_BINS // 2
        # Bins above have no effect.
        self.n_bins = int((hz < high_hz).sum()) + half
        hz = hz[: self.n_bins]
        bins = torch.arange(self.n_bins)
        for name, values in {
            "is_inside": (hz > low_hz) & (hz < high_hz),
            "taper": taper_of(self.spectrum.window, N_FFT),
            "first": (bins - half).clamp(min=0),
            "beyond": (bins + half + 1).clamp(max=self.n_bins),
        }.items():
            self.register_buffer(name, values, persistent=False)

    @torch.no_grad()
    def forward(self, wavs, lens):
        """Detect voiced speech.

        Arguments
        ---------
        wavs : torch.Tensor, (batch, samples)
            Padded at the end.
        lens : torch.Tensor, (batch,)
            Relative lengths, 0-1.

        Returns
        -------
        torch.Tensor, (batch, frames)
            Whether there is a voice, every 20 ms.
        """
        power = self.spectrum(wavs)[0][..., : self.n_bins]
        n_real = (lens * wavs.shape[1]).round() / HOP_SAMPLES
        is_real = real_mask(n_real.ceil(), power.shape[1])
        white = self._whitened(power)
        is_voiced = (self._peak(white) > THRESHOLD) & is_real
        is_tone = _steady((power * self.is_inside).sqrt())
        return _lasting(is_voiced & ~is_tone, RUN_FRAMES)

    def seconds(self, wavs, lens):
        """Compute the duration of voiced speech, (batch,), in seconds."""
        return self(wavs, lens).sum(dim=1) * self.frame_s

    def _whitened(self, power):
        """Divide spectra by their mean over 800 Hz, within the band."""
        sums = torch.nn.functional.pad(power.double().cumsum(dim=-1), (1, 0))
        total = (sums[..., self.beyond] - sums[..., self.first]).float()
        smooth = total / (self.beyond - self.first)
        tiny = torch.finfo(power.dtype).tiny
        return power / smooth.clamp(min=tiny) * self.is_inside

    def _peak(self, white):
        """Return the highest autocorrelation of each frame, 0-1."""
        rate_hz = self.spectrum.sample_rate_hz
        n_lags = math.ceil(rate_hz / LOW_HZ) + 2
        similar = torch.fft.irfft(white, N_FFT)[..., :n_lags]
        similar = similar / similar[..., :1].clamp(min=1e-12)
        similar = similar / self.taper[:n_lags]
        return best_candidates(similar, rate_hz, LOW_HZ, HIGH_HZ, 1)[1][..., 0]


def _lasting(flags, n_frames):
    """Keep runs of at least ``n_frames`` true flags, (batch, frames)."""
    if flags.shape[1] < n_frames:
        return torch.zeros_like(flags)
    return _spread(flags.unfold(1, n_frames, 1).all(dim=-1), n_frames)


def _spread(starts, n_frames):
    """Set the ``n_frames`` flags from each true one on."""
    around = torch.nn.functional.pad(starts, (n_frames - 1, n_frames - 1))
    return around.unfold(1, n_frames, 1).any(dim=-1)


def _steady(magnitudes):
    """Mark frames within 0.3 s of a constant spectrum, (batch, frames)."""
    if magnitudes.shape[1] < STEADY_FRAMES:
        return magnitudes.new_zeros(magnitudes.shape[:2], dtype=torch.bool)
    unit = torch.nn.functional.normalize(magnitudes, dim=-1)
    half = STEADY_FRAMES // 2
    first, middle, last = (
        unit[:, start : start + unit.shape[1] - 2 * half]
        for start in (0, half, 2 * half)
    )
    # Pitch that rises and falls is equal at both ends, but not in the middle.
    is_same = (first * last).sum(dim=-1) > STEADY_COSINE
    is_same &= (first * middle).sum(dim=-1) > STEADY_COSINE
    return _spread(is_same, STEADY_FRAMES)
