"""Compute descriptors of the spectral shape and its change."""

import torch

from speechbrain_clser.features.spectrum import FLOOR, to_db


def spectral_shape(spectrum, power, lines_db, mel) -> dict:
    """Compute spectral-shape descriptors of each frame.

    Arguments
    ---------
    spectrum : Spectrum
        Transform that computed the power.
    power : torch.Tensor, (batch, frames, bins)
        Power of each bin.
    lines_db : torch.Tensor, (batch, frames, bins)
        Level of each bin, in dB.
    mel : torch.Tensor, (batch, frames, bands)
        Log-mel energy, in dB.

    Returns
    -------
    dict
        Name to torch.Tensor, (batch, frames):

        ``alpha``
            50-1000 Hz over 1-5 kHz, in dB.
        ``hammarberg``
            Strongest bin below 2 kHz over that in 2-5 kHz, in dB.
        ``slope_0_500``, ``slope_500_1500``, ``slope_1500_5000``
            Regression of the levels over the frequency, dB a kHz.
        ``centroid``
            Binary logarithm of the spectral centre in Hz.
        ``flatness``
            Geometric over arithmetic mean of the power in 50-5000 Hz, in dB.
        ``flux``
            Mean absolute change of log-mel since the frame before, in dB.

    Source
    ------
    After Eyben et al., The Geneva Minimalistic Acoustic Parameter Set, IEEE
    Transactions on Affective Computing 7(2), 2016.

    Example
    -------
    >>> from speechbrain_clser.features.spectrum import Spectrum
    >>> spectrum = Spectrum(16000)
    >>> tone = torch.sin(torch.arange(16000) * 2 * torch.pi * 512 / 16000)
    >>> power, _ = spectrum(tone[None])
    >>> mel = torch.tensor([[[1.0], [3.0]]])
    >>> shape = spectral_shape(spectrum, power, spectrum.level_db(power), mel)
    >>> round(shape["centroid"][0, 25].item(), 2), shape["flux"]
    (9.0, tensor([[0., 2.]]))
    """

    def power_db(low_hz, high_hz):
        return to_db(spectrum.band(power, low_hz, high_hz).sum(dim=-1))

    def strongest(low_hz, high_hz):
        return spectrum.band(lines_db, low_hz, high_hz).amax(dim=-1)

    def slope(low_hz, high_hz):
        khz = spectrum.band(spectrum.hz, low_hz, high_hz) / 1000
        khz = khz - khz.mean()
        levels = spectrum.band(lines_db, low_hz, high_hz)
        return (levels * khz).sum(dim=-1) / khz.square().sum()

    weight = power.sum(dim=-1).clamp(min=FLOOR)
    centre = (power * spectrum.hz).sum(dim=-1) / weight
    geometric = spectrum.band(lines_db, 50, 5000).mean(dim=-1)
    arithmetic = spectrum.band(power, 50, 5000).mean(dim=-1)
    change = (mel[:, 1:] - mel[:, :-1]).abs().mean(dim=-1)
    return {
        "alpha": power_db(50, 1000) - power_db(1000, 5000),
        "hammarberg": strongest(0, 2000) - strongest(2000, 5000),
        "slope_0_500": slope(0, 500),
        "slope_500_1500": slope(500, 1500),
        "slope_1500_5000": slope(1500, 5000),
        "centroid": torch.log2(centre.clamp(min=50.0)),
        "flatness": geometric - spectrum.level_db(arithmetic),
        "flux": torch.nn.functional.pad(change, (1, 0)),
    }
