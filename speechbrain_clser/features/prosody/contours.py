"""Extract pitch, voicing and loudness every 20 ms."""

import dataclasses

import torch
from speechbrain.utils.autocast import fwd_default_precision

from speechbrain_clser.features.extractor import Extractor
from speechbrain_clser.features.masked import masked_quantiles
from speechbrain_clser.features.pitch import Pitch
from speechbrain_clser.features.spectrum import (
    HOP_SAMPLES,
    N_FFT,
    Spectrum,
    mel_bands,
    real_mask,
)

SILENCE_DB = -99.0  # of full scale; lower levels are digital silence
FAINTEST_DB = -60.0
# Exponent of loudness over power, by Stevens, applied to each band.
STEVENS = 0.3
N_BANDS = 26


@dataclasses.dataclass(frozen=True)
class ContoursConfig:
    """Range of the pitch search."""

    pitch_low_hz: float = 60.0
    pitch_high_hz: float = 600.0


class ProsodyContours(Extractor):
    """Track pitch and loudness of an utterance at 50 frames per second.

    Levels are relative to the loud frames (95 % quantile of the utterance),
    so that the gain of a recording does not matter. Undefined values are
    NaN: the pitch of an unvoiced frame, the level of a silent utterance.

    The tracker is ``Pitch``, as in ``AcousticFeatures``. The silence threshold uses
    the 20 ms of a frame, not the 50 ms of its window, which would lengthen every
    voiced stretch by a frame.

    Columns of every frame, named by ``columns``:

    ``pitch``
        Semitones above 55 Hz.
    ``voicing``
        Highest autocorrelation, 0-1.
    ``is_voiced``
        1 or 0.
    ``level``
        Energy in dB, relative to the loud frames; at least -60.
    ``loudness``
        Sum over mel bands of power to 0.3, relative to the loud frames.

    Arguments
    ---------
    config : ContoursConfig, optional
        Pitch range.

    Example
    -------
    >>> tone = torch.sin(torch.arange(16000) * 2 * torch.pi * 220 / 16000)
    >>> frames = ProsodyContours()(tone[None], torch.ones(1))
    >>> frames.shape, frames[0, 25].round().int()
    (torch.Size([1, 50, 5]), tensor([24,  1,  1,  0,  1], dtype=torch.int32))
    """

    version = 1
    columns = ("pitch", "voicing", "is_voiced", "level", "loudness")
    dim = len(columns)
    may_be_nan = True

    def __init__(self, config=None):
        super().__init__(config or ContoursConfig())
        rate_hz = self.sample_rate_hz
        self.spectrum = Spectrum(rate_hz)
        self.pitch = Pitch(
            self.spectrum.window,
            N_FFT,
            rate_hz,
            self.config.pitch_low_hz,
            self.config.pitch_high_hz,
        )
        self.bands = mel_bands(N_BANDS, rate_hz)

    @fwd_default_precision(cast_inputs=torch.float32)
    @torch.no_grad()
    def forward(self, wavs, lens):
        """Extract the contours, (batch, frames, 5); NaN where undefined; see ``Extractor``."""
        return self.frames(*self.follow(wavs, lens))

    def frames(self, contours, is_real):
        """Stack the contours of ``follow`` as frame columns; zero in the padding."""
        frames = torch.stack([contours[n] for n in self.columns], dim=-1)
        return frames.where(is_real[..., None], 0.0)

    def follow(self, wavs, lens):
        """Return contours by name, (batch, frames) each, and the mask of real frames."""
        n_samples = (lens * wavs.shape[1]).round()
        wavs = wavs.where(real_mask(n_samples, wavs.shape[1]), 0.0)
        power, _ = self.spectrum(wavs)
        is_real = real_mask(self.n_frames(n_samples), power.shape[1])
        hz, _, voicing, is_voiced = self.pitch(power, _peaks(wavs), is_real)

        energy = self.spectrum.level_db(power.mean(dim=-1))
        loud = masked_quantiles(energy, is_real, [0.95])
        level = (energy - loud).clamp(min=FAINTEST_DB)
        loudness = self.bands(power).pow(STEVENS).sum(dim=-1)
        loudness = loudness / masked_quantiles(loudness, is_real, [0.95])
        is_sound = loud > SILENCE_DB
        nan = float("nan")
        contours = {
            "pitch": (12 * torch.log2(hz / 55)).where(is_voiced, nan),
            "voicing": voicing,
            "is_voiced": is_voiced.to(energy),
            "level": level.where(is_sound, nan),
            "loudness": loudness.where(is_sound, nan),
        }
        return contours, is_real


def _peaks(wavs):
    """Return the largest absolute sample in the 20 ms of each frame."""
    missing = -wavs.shape[1] % HOP_SAMPLES
    pieces = torch.nn.functional.pad(wavs, (0, missing))
    pieces = pieces.unfold(1, HOP_SAMPLES, HOP_SAMPLES)
    return (pieces - pieces.mean(dim=-1, keepdim=True)).abs().amax(dim=-1)
