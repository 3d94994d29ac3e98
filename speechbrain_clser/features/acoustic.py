"""Extract log-mel, pitch and voice-quality features; needs no download."""

import dataclasses

import torch
from speechbrain.processing.features import DCT
from speechbrain.utils.autocast import fwd_default_precision

from speechbrain_clser.features.extractor import Extractor
from speechbrain_clser.features.functionals import summarise
from speechbrain_clser.features.masked import masked_quantiles
from speechbrain_clser.features.pitch import Pitch
from speechbrain_clser.features.spectral import spectral_shape
from speechbrain_clser.features.spectrum import (
    HOP_SAMPLES,
    N_FFT,
    Spectrum,
    mel_bands,
    real_mask,
)
from speechbrain_clser.features.voice_quality import voice_quality

ACTIVE_DB = 30.0
N_CEPSTRA = 12


@dataclasses.dataclass(frozen=True)
class AcousticConfig:
    """Configuration of ``AcousticFeatures``.

    Arguments
    ---------
    n_mels : int
        Mel bands, 50-7600 Hz.
    pitch_low_hz, pitch_high_hz : float
        Range of the pitch search.
    with_summary : bool
        Whether the columns that describe the whole utterance are added.
    """

    n_mels: int = 40
    pitch_low_hz: float = 60.0
    pitch_high_hz: float = 600.0
    with_summary: bool = True


class AcousticFeatures(Extractor):
    """Describe each 20 ms by spectrum, pitch and voice quality.

    All comes from one 50 ms spectrum a frame. Frames within 30 dB of the loud
    ones (95 % quantile of the utterance) count as active. Levels are relative
    to the loud frames, so that the gain of a recording does not matter.

    Columns of every frame, named by ``columns``:

    ``mel_<i>``
        Log-mel energy in dB, relative to the loud frames; at least -60.
    ``pitch``
        Semitones above 55 Hz; the best candidate also where unvoiced.
    ``level``
        Energy in dB, relative to the loud frames; at least -50.
    ``voicing``
        Highest autocorrelation, 0-1.
    ``hnr``, ``h1_h2``, ``h1_a1``, ``h1_a3``, ``cpp``
        The harmonics; see ``voice_quality``.
    ``alpha``, ``hammarberg``, ``slope_<from>_<to>``, ``centroid`` ...
        The spectrum as a whole; see ``spectral_shape``.
    ``is_voiced``, ``is_active``
        1 or 0.

    Columns of the utterance (``with_summary``), see ``summarise``, are the
    same in all its frames, so that frame normalisation applies to them.

    Arguments
    ---------
    config : AcousticConfig, optional
        Bands, pitch range.

    Example
    -------
    >>> tone = torch.sin(torch.arange(16000) * 2 * torch.pi * 220 / 16000)
    >>> features = AcousticFeatures()
    >>> frames = features(tone[None], torch.ones(1))
    >>> (
    ...     frames.shape,
    ...     round(frames[0, 25, features.columns.index("pitch")].item()),
    ... )
    (torch.Size([1, 50, 110]), 24)
    """

    version = 2

    def __init__(self, config=None):
        super().__init__(config or AcousticConfig())
        config, rate_hz = self.config, self.sample_rate_hz
        self.pitch_range_hz = config.pitch_low_hz, config.pitch_high_hz
        self.spectrum = Spectrum(rate_hz)
        self.pitch = Pitch(
            self.spectrum.window, N_FFT, rate_hz, *self.pitch_range_hz
        )
        self.mel = mel_bands(config.n_mels, rate_hz)
        self.cepstra = DCT(config.n_mels, N_CEPSTRA + 1)
        # Column names are defined by the computation: extract a frame of silence.
        silence = self.spectrum(torch.zeros(1, HOP_SAMPLES))
        self.columns = tuple(self._describe(*silence, torch.ones(1, 1).bool()))
        self.dim = len(self.columns)

    @fwd_default_precision(cast_inputs=torch.float32)
    @torch.no_grad()
    def forward(self, wavs, lens):
        """Extract one frame per started 20 ms, columns as in ``columns``; see ``Extractor``."""
        n_samples = (lens * wavs.shape[1]).round()
        wavs = wavs.where(real_mask(n_samples, wavs.shape[1]), 0.0)
        power, peak = self.spectrum(wavs)
        is_real = real_mask(self.n_frames(n_samples), power.shape[1])
        columns = self._describe(power, peak, is_real)
        frames = torch.stack(list(columns.values()), dim=-1)
        return frames * is_real[..., None]

    def _describe(self, power, peak, is_real):
        """Compute every column, (batch, frames), by name."""
        energy = self.spectrum.level_db(power.mean(dim=-1))
        loud = masked_quantiles(energy, is_real, [0.95])
        is_active = (energy > loud - ACTIVE_DB) & is_real
        lines_db = self.spectrum.level_db(power)
        mel = self.spectrum.level_db(self.mel(power))
        mel = (mel - loud[..., None]).clamp(min=-60.0)
        pitch_hz, height, voicing, is_voiced = self.pitch(power, peak, is_real)

        descriptors = {
            "pitch": 12 * torch.log2(pitch_hz / 55),
            "level": (energy - loud).clamp(min=-50.0),
            "voicing": voicing,
            **voice_quality(
                self.spectrum, lines_db, pitch_hz, height, *self.pitch_range_hz
            ),
            **spectral_shape(self.spectrum, power, lines_db, mel),
        }
        columns = {
            **{f"mel_{i}": band for i, band in enumerate(mel.unbind(dim=-1))},
            **descriptors,
            "is_voiced": is_voiced.to(energy),
            "is_active": is_active.to(energy),
        }
        if self.config.with_summary:
            summary = summarise(
                descriptors,
                self.cepstra(mel)[..., 1:],
                is_voiced,
                is_active,
                is_real,
                self.frames_per_s,
            )
            for name, value in summary.items():
                columns[name] = value[:, None].expand_as(energy)
        return columns
