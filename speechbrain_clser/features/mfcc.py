"""Extract MFCC every 20 ms, aligned with the other extractors."""

import dataclasses
import math

import torch
from speechbrain.utils.autocast import fwd_default_precision

from speechbrain_clser.features.extractor import Extractor
from speechbrain_clser.features.masked import masked_moments
from speechbrain_clser.features.spectrum import HOP_SAMPLES, real_mask, widest

N_FFT = 1024
N_MELS = 64
LOW_HZ, HIGH_HZ = 50.0, 7600.0
# torchaudio adds 1e-6 to the energy of a band before its logarithm; at this
# root mean square that lies some 60 dB below speech.
LOUDNESS = 0.1
FAINTEST = 1e-4  # of full scale; fainter recordings are not amplified further


@dataclasses.dataclass(frozen=True)
class MfccConfig:
    """Configuration of ``Mfcc``.

    Arguments
    ---------
    n_cepstra : int
        Number of coefficients, including the first.
    window_ms : int
        Length of the Hamming window; at most 64.
    """

    n_cepstra: int = 40
    window_ms: int = 25

    def __post_init__(self):
        if not 1 <= self.window_ms <= 64:
            raise ValueError(
                f"window_ms must lie between 1 and 64, got {self.window_ms}"
            )


class _Log(torch.nn.Module):
    def forward(self, energy):
        return (energy + 1e-6).log()  # as in torchaudio's MFCC


class Mfcc(Extractor):
    """Extract mel-frequency cepstral coefficients (MFCC) every 20 ms.

    Utterances are normalised in loudness first, so that the gain of a recording
    does not matter. MFCC are computed with torchaudio.

    Arguments
    ---------
    config : MfccConfig, optional
        Number, window.

    Example
    -------
    >>> tone = torch.sin(torch.arange(16000) * 2 * torch.pi * 220 / 16000)
    >>> frames = Mfcc()(tone[None], torch.ones(1))
    >>> frames.shape
    torch.Size([1, 50, 40])
    >>> torch.allclose(frames, Mfcc()(tone[None] / 9, torch.ones(1)), atol=1e-3)
    True
    """

    version = 1

    def __init__(self, config=None):
        super().__init__(config or MfccConfig())
        self.transform, self.dim = self._transform(
            n_fft=N_FFT,
            win_length=self.config.window_ms * self.sample_rate_hz // 1000,
            hop_length=HOP_SAMPLES,
            window_fn=torch.hamming_window,
            n_mels=N_MELS,
            f_min=LOW_HZ,
            f_max=HIGH_HZ,
            center=False,
        )
        self.columns = tuple(map(str, range(self.dim)))

    def _transform(self, **mel):
        """Return the transform of waveforms and its number of columns."""
        from torchaudio.transforms import MFCC  # slow to import, often unused

        n, rate_hz = self.config.n_cepstra, self.sample_rate_hz
        return MFCC(rate_hz, n_mfcc=n, log_mels=True, melkwargs=mel), n

    @fwd_default_precision(cast_inputs=torch.float32)
    @torch.no_grad()
    def forward(self, wavs, lens):
        """Extract one frame per started 20 ms, centred in its window; see ``Extractor``."""
        n_samples = (lens * wavs.shape[1]).round()
        is_sound = real_mask(n_samples, wavs.shape[1])
        mean, deviation = masked_moments(wavs[..., None], is_sound)
        wavs = (wavs - mean) / deviation.clamp(min=FAINTEST) * LOUDNESS
        wavs = wavs.where(is_sound, 0.0)

        n_frames = self.n_frames(n_samples)
        before = (N_FFT - HOP_SAMPLES) // 2
        width = widest(n_frames, math.ceil(wavs.shape[1] / HOP_SAMPLES))
        after = width * HOP_SAMPLES - wavs.shape[1] + before
        wavs = torch.nn.functional.pad(wavs, (before, after))
        frames = self.transform(wavs).transpose(1, 2)
        is_real = real_mask(n_frames, frames.shape[1])
        return frames.where(is_real[..., None], 0.0)


class LogMel(Mfcc):
    """Extract log-mel energies every 20 ms, of which ``Mfcc`` is a cosine transform.

    Arguments
    ---------
    config : MfccConfig, optional
        Window; the number of cepstra is not used.

    Example
    -------
    >>> LogMel()(torch.randn(1, 16000), torch.ones(1)).shape
    torch.Size([1, 50, 64])
    """

    version = 1

    def _transform(self, **mel):
        from torchaudio.transforms import MelSpectrogram

        energy = MelSpectrogram(self.sample_rate_hz, **mel)
        return torch.nn.Sequential(energy, _Log()), mel["n_mels"]
