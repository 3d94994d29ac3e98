"""Compute voice-quality descriptors from harmonics."""

import math

import torch

from speechbrain_clser.features.spectrum import N_FFT, to_db


def voice_quality(
    spectrum, lines_db, pitch_hz, height, low_hz, high_hz
) -> dict:
    """Compute harmonic descriptors of each frame.

    Arguments
    ---------
    spectrum : Spectrum
        Transform that computed the levels.
    lines_db : torch.Tensor, (batch, frames, bins)
        Level of each bin, in dB.
    pitch_hz : torch.Tensor, (batch, frames)
        Frequency of the first harmonic.
    height : torch.Tensor, (batch, frames)
        Autocorrelation at the pitch, 0-1.
    low_hz, high_hz : float
        Pitch range.

    Returns
    -------
    dict
        Name to torch.Tensor, (batch, frames):

        ``hnr``
            Harmonics to noise in dB, from the autocorrelation; -30 to 30.
        ``h1_h2``, ``h1_a1``, ``h1_a3``
            First harmonic in dB over the second, over the strongest bin in
            300-1000 Hz and in 2-4 kHz.
        ``cpp``
            Height of the cepstral peak over the cepstrum's mean magnitude.

    Source
    ------
    After Eyben et al., The Geneva Minimalistic Acoustic Parameter Set, IEEE
    Transactions on Affective Computing 7(2), 2016. Harmonics to noise: as
    in Boersma, cited at ``Pitch``.

    Example
    -------
    >>> from speechbrain_clser.features.spectrum import Spectrum
    >>> spectrum = Spectrum(16000)
    >>> phase = torch.arange(16000) * 2 * torch.pi * 200 / 16000
    >>> power, _ = spectrum((phase.sin() + 0.1 * (2 * phase).sin())[None])
    >>> of_one = torch.ones(1, 50)
    >>> quality = voice_quality(
    ...     spectrum, spectrum.level_db(power), 200 * of_one, of_one, 60, 600
    ... )
    >>> (
    ...     round(quality["h1_h2"][0, 25].item()),
    ...     round(quality["hnr"].max().item()),
    ... )
    (20, 30)
    """
    harmonic = height.clamp(0.001, 0.999)
    first = _harmonic(lines_db, 1 * pitch_hz, spectrum.sample_rate_hz)
    second = _harmonic(lines_db, 2 * pitch_hz, spectrum.sample_rate_hz)
    shortest = math.floor(spectrum.sample_rate_hz / high_hz)
    longest = math.ceil(spectrum.sample_rate_hz / low_hz)
    cepstrum = torch.fft.irfft(lines_db)[..., shortest : longest + 1]

    def strongest(low_hz, high_hz):
        return spectrum.band(lines_db, low_hz, high_hz).amax(dim=-1)

    return {
        "hnr": to_db(harmonic / (1 - harmonic)),
        "h1_h2": first - second,
        "h1_a1": first - strongest(300, 1000),
        "h1_a3": first - strongest(2000, 4000),
        "cpp": cepstrum.amax(dim=-1) - cepstrum.abs().mean(dim=-1),
    }


def _harmonic(lines_db, hz, sample_rate_hz):
    """Return the level of the strongest of three bins around a frequency."""
    middle = (hz * N_FFT / sample_rate_hz).round().long()[..., None]
    around = torch.cat([middle - 1, middle, middle + 1], dim=-1)
    return lines_db.gather(-1, around).amax(dim=-1)
