"""Sound to power spectra, one every 20 ms, and their levels in dB."""

import bisect
import math

import torch

HOP_SAMPLES = 320
WINDOW_SAMPLES = 800
N_FFT = 1200
FLOOR = 1e-10


class Spectrum(torch.nn.Module):
    """Take the power spectrum of 50 ms around the middle of each 20 ms.

    Arguments
    ---------
    sample_rate_hz : int
        Of the sound; hop and window are meant for 16 kHz.

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
        """Cut sound into windows, each of mean 0, and transform them.

        Arguments
        ---------
        wavs : torch.Tensor, (batch, samples)
            Taken as surrounded by silence.

        Returns
        -------
        power : torch.Tensor, (batch, frames, bins)
            One frame per begun 20 ms; of the windowed samples, not scaled.
        peak : torch.Tensor, (batch, frames)
            Largest magnitude in the window, before it is applied.
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
        """Give the level of power of this spectrum, whatever the window.

        Arguments
        ---------
        power : torch.Tensor, (...)
            Lines, or sums or means of them.

        Returns
        -------
        torch.Tensor, (...)
            In dB, at least -100.
        """
        return to_db(power / self.window.square().sum())

    def band(self, values, low_hz, high_hz):
        """Pick the lines of a band.

        Arguments
        ---------
        values : torch.Tensor, (..., bins)
            One per line.
        low_hz, high_hz : float
            First frequency in the band, and first beyond it.

        Returns
        -------
        torch.Tensor, (..., lines)
            Those in the band; a view.
        """
        first = bisect.bisect_left(self._lines_hz, low_hz)
        beyond = bisect.bisect_left(self._lines_hz, high_hz)
        return values[..., first:beyond]


def to_db(power):
    """Turn power, or a ratio of powers, into decibels.

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
    """Tell what is real from the padding behind it.

    Arguments
    ---------
    n_real : torch.Tensor, (batch,)
        How many samples, or frames, of each row are real.
    width : int
        How many there are with the padding.

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


def widest(n_real, width):
    """Count what is real in the longest row.

    A graph being exported, for ONNX, hears one recording without padding: how
    long it will be is not known yet, but that it fills the row is.

    Arguments
    ---------
    n_real : torch.Tensor, (batch,)
        How many samples, or frames, of each row are real.
    width : int
        How many there would be if a row had no padding.

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
