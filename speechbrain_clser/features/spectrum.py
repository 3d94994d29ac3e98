"""Compute power spectra every 20 ms, and their levels in dB."""

import bisect
import math

import torch
from speechbrain.processing.features import Filterbank

HOP_SAMPLES = 320
WINDOW_SAMPLES = 800
N_FFT = 1200
FLOOR = 1e-10


class Spectrum(torch.nn.Module):
    """Compute power spectra of 50 ms windows centred on frames of 20 ms.

    Arguments
    ---------
    sample_rate_hz : int
        Sampling rate; hop and window are designed for 16 kHz.

    Example
    -------
    >>> spectrum = Spectrum(16000)
    >>> tone = torch.sin(torch.arange(16000) * 2 * torch.pi * 400 / 16000)
    >>> power, peak = spectrum(tone[None])
    >>> power.shape, round(peak.max().item(), 2)
    (torch.Size([1, 50, 601]), 1.0)
    >>> round(spectrum.hz[power[0, 25].argmax()].item())
    400
    """

    def __init__(self, sample_rate_hz):
        super().__init__()
        self.sample_rate_hz = sample_rate_hz
        window = torch.hann_window(WINDOW_SAMPLES, periodic=False)
        hz = torch.linspace(0, sample_rate_hz / 2, N_FFT // 2 + 1)
        self.register_buffer("window", window, persistent=False)
        self.register_buffer("hz", hz, persistent=False)
        self._lines_hz = hz.tolist()

    def forward(self, wavs):
        """Transform windows of the waveform after removing their mean.

        Arguments
        ---------
        wavs : torch.Tensor, (batch, samples)
            Padded with silence at both ends.

        Returns
        -------
        power : torch.Tensor, (batch, frames, bins)
            One frame per started 20 ms; unscaled power of the windowed samples.
        peak : torch.Tensor, (batch, frames)
            Largest absolute sample before windowing.
        """
        n_frames = max(1, math.ceil(wavs.shape[1] / HOP_SAMPLES))
        before = (WINDOW_SAMPLES - HOP_SAMPLES) // 2
        after = n_frames * HOP_SAMPLES - wavs.shape[1] + before
        wavs = torch.nn.functional.pad(wavs, (before, after))
        pieces = wavs.unfold(1, WINDOW_SAMPLES, HOP_SAMPLES)
        pieces = pieces - pieces.mean(dim=-1, keepdim=True)
        power = torch.fft.rfft(pieces * self.window, N_FFT).abs().square()
        return power, pieces.abs().amax(dim=-1)

    def level_db(self, power):
        """Convert power of bins, or their sums or means, to dB, independent of the window."""
        return to_db(power / self.window.square().sum())

    def band(self, values, low_hz, high_hz):
        """Return a view of the bins from ``low_hz`` up to, without, ``high_hz``."""
        first = bisect.bisect_left(self._lines_hz, low_hz)
        beyond = bisect.bisect_left(self._lines_hz, high_hz)
        return values[..., first:beyond]


def mel_bands(n_mels, sample_rate_hz):
    """Return a filterbank of mel bands in 50-7600 Hz for powers of ``Spectrum``.

    Example
    -------
    >>> mel_bands(26, 16000)(torch.ones(1, 1, N_FFT // 2 + 1)).shape
    torch.Size([1, 1, 26])
    """
    return Filterbank(
        n_mels=n_mels,
        n_fft=N_FFT,
        sample_rate=sample_rate_hz,
        f_min=50,
        f_max=7600,
        log_mel=False,
    )


def to_db(power):
    """Convert power, or a power ratio, to decibels.

    Arguments
    ---------
    power : torch.Tensor, (...)
        Not negative.

    Returns
    -------
    torch.Tensor, (...)
        In dB; -100 for 1e-10 and all below.

    Example
    -------
    >>> to_db(torch.tensor([100.0, 1.0, 0.0]))
    tensor([  20.,    0., -100.])
    """
    return 10 * torch.log10(power.clamp(min=FLOOR))


def real_mask(n_real, width):
    """Return the mask of real samples or frames, without padding.

    Arguments
    ---------
    n_real : torch.Tensor, (batch,)
        Number of real samples or frames of each row.
    width : int
        Number of samples or frames including padding.

    Returns
    -------
    torch.Tensor, (batch, width)
        True where real.

    Example
    -------
    >>> real_mask(torch.tensor([1, 3]), 3).int()
    tensor([[1, 0, 0],
            [1, 1, 1]], dtype=torch.int32)
    """
    return torch.arange(width, device=n_real.device) < n_real[:, None]


def shortest(n_real, width):
    """Return the number of real samples in the shortest row; see ``widest``.

    Example
    -------
    >>> shortest(torch.tensor([1, 3]), 4)
    1
    """
    return width if torch.compiler.is_exporting() else int(n_real.min())


def widest(n_real, width):
    """Return the number of real samples or frames in the longest row.

    In a graph exported to ONNX there is one recording without padding, of unknown
    length: the result is ``width``.

    Arguments
    ---------
    n_real : torch.Tensor, (batch,)
        Number of real samples or frames of each row.
    width : int
        Number of samples or frames of a row without padding.

    Returns
    -------
    int
        At most ``width``.

    Example
    -------
    >>> widest(torch.tensor([1, 3]), 4)
    3
    """
    return width if torch.compiler.is_exporting() else int(n_real.max())
