"""The built-in extractor: log-mel, pitch and voice, with nothing to download."""

import dataclasses
import math

import torch
from speechbrain.processing.features import DCT, Filterbank
from speechbrain.utils.autocast import fwd_default_precision
from torchaudio.functional import resample

from speechbrain_clser.features.extractor import Extractor
from speechbrain_clser.features.pitch import best_candidates, best_path
from speechbrain_clser.features.summary import masked_moments, masked_quantiles

HOP_SAMPLES = 320
WINDOW_SAMPLES = 800
N_FFT = 1200
FLOOR = 1e-10

# Costs that Praat uses for frames of 10 ms; half of them for ours of 20 ms.
N_CANDIDATES = 5
OCTAVE_COST = 0.01
VOICING_THRESHOLD = 0.45
SILENCE_THRESHOLD = 0.03
JUMP_COST = 0.35 * 0.5
SWITCH_COST = 0.14 * 0.5

ACTIVE_DB = 30.0
N_CEPSTRA = 12
SHARES = [0.2, 0.5, 0.8]

DESCRIPTORS = (
    "pitch",
    "level",
    "voicing",
    "hnr",
    "h1_h2",
    "h1_a1",
    "h1_a3",
    "cpp",
    "alpha",
    "hammarberg",
    "slope_0_500",
    "slope_500_1500",
    "slope_1500_5000",
    "centroid",
    "flatness",
    "flux",
)
# What carries over to another corpus, by trials within the sources: slopes,
# centroid, flatness and mean cepstra tell more of the recording.
OF_VOICED = (
    "pitch",
    "voicing",
    "hnr",
    "h1_h2",
    "h1_a1",
    "h1_a3",
    "cpp",
    "alpha",
    "hammarberg",
    "flux",
)
OF_ACTIVE = ("level", "alpha", "hammarberg", "flux")


@dataclasses.dataclass(frozen=True)
class AcousticConfig:
    """What changes the values of ``AcousticFeatures``.

    Arguments
    ---------
    n_mels : int
        Mel bands, 50-7600 Hz.
    pitch_low_hz, pitch_high_hz : float
        Range of the pitch search.
    with_summary : bool
        Whether the columns that describe the whole utterance are added.
    speed : float
        The sound is played this much faster, pitch and all; 1.0 leaves it.
    """

    n_mels: int = 40
    pitch_low_hz: float = 60.0
    pitch_high_hz: float = 600.0
    with_summary: bool = True
    speed: float = 1.0


def _db(power):
    return 10 * torch.log10(power.clamp(min=FLOOR))


class AcousticFeatures(Extractor):
    """Describe each 20 ms by spectrum, pitch and voice quality.

    All comes from one 50 ms spectrum a frame. Frames within 30 dB of the loud
    ones (95 % quantile of the utterance) count as active. Levels are relative
    to the loud frames, so that the gain of a recording does not matter.

    Columns of every frame, named by ``columns``:

    ``mel_<i>``
        Log-mel energy in dB, relative to the loud frames; at least -60.
    ``pitch``
        Semitones above 55 Hz; the best candidate also where unvoiced. A
        bright voice above 450 Hz may be heard an octave low.
    ``level``
        Energy in dB, relative to the loud frames; at least -50.
    ``voicing``
        Highest autocorrelation, 0-1.
    ``hnr``
        Harmonics to noise in dB, from the autocorrelation at the pitch.
    ``h1_h2``, ``h1_a1``, ``h1_a3``
        First harmonic in dB over the second, over the strongest line in
        300-1000 Hz and in 2-4 kHz.
    ``cpp``
        Height of the cepstral peak over the cepstrum's mean magnitude.
    ``alpha``
        50-1000 Hz over 1-5 kHz, in dB.
    ``hammarberg``
        Strongest line below 2 kHz over that in 2-5 kHz, in dB.
    ``slope_0_500``, ``slope_500_1500``, ``slope_1500_5000``
        Regression of the spectrum, dB a kHz.
    ``centroid``
        Binary logarithm of the spectral centre in Hz.
    ``flatness``
        Geometric over arithmetic mean of the power in 50-5000 Hz, in dB.
    ``flux``
        Mean absolute change of log-mel since the frame before, in dB.
    ``is_voiced``, ``is_active``
        1 or 0.

    Columns of the utterance, the same in all its frames
    (``with_summary``), so that whatever normalises frames normalises them:

    ``<descriptor>_mean``, ``<descriptor>_std``
        Over voiced frames: ``pitch``, ``voicing``, ``hnr``, ``h1_h2``,
        ``h1_a1``, ``h1_a3``, ``cpp``, ``alpha``, ``hammarberg``, ``flux``.
    ``<descriptor>_active_mean``, ``<descriptor>_active_std``
        Over active frames: ``level``, ``alpha``, ``hammarberg``, ``flux``.
    ``cepstrum_<i>_std``
        Mel cepstra 1-12 over active frames.
    ``pitch_q20``, ``pitch_q50``, ``pitch_q80``, ``level_q20`` ...
        Quantiles of pitch over voiced, of level over active frames.
    ``pitch_motion``, ``level_motion``
        Mean absolute change per frame within voice, within activity.
    ``voiced_share``, ``active_share``
        Voiced among active, active among all frames.
    ``voiced_rate``, ``voiced_length``
        Voiced stretches a second of activity; frames a stretch.

    Source
    ------
    Pitch and harmonicity: Boersma, Accurate Short-Term Analysis of the
    Fundamental Frequency and the Harmonics-to-Noise Ratio of a Sampled Sound,
    IFA Proceedings 17, 1993; without its upsampling of the autocorrelation.
    Voice quality: after Eyben et al., The Geneva Minimalistic Acoustic
    Parameter Set, IEEE Transactions on Affective Computing 7(2), 2016.

    Arguments
    ---------
    config : AcousticConfig, optional
        Bands, pitch range, speed.

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
        config = self.config
        window = torch.hann_window(WINDOW_SAMPLES, periodic=False)
        power = torch.fft.rfft(window, N_FFT).abs().square()
        taper = torch.fft.irfft(power)
        hz = torch.linspace(0, self.sample_rate_hz / 2, N_FFT // 2 + 1)
        for name, value in (
            ("window", window),
            ("taper", (taper / taper[0]).clamp(min=1e-3)),
            ("hz", hz),
        ):
            self.register_buffer(name, value, persistent=False)
        self.mel = Filterbank(
            n_mels=config.n_mels,
            n_fft=N_FFT,
            sample_rate=self.sample_rate_hz,
            f_min=50,
            f_max=7600,
            log_mel=False,
        )
        self.cepstra = DCT(config.n_mels, N_CEPSTRA + 1)
        self.columns = self._columns()
        self.dim = len(self.columns)

    def _columns(self):
        columns = [f"mel_{i}" for i in range(self.config.n_mels)]
        columns += [*DESCRIPTORS, "is_voiced", "is_active"]
        if self.config.with_summary:
            columns += [f"{n}_{s}" for s in ("mean", "std") for n in OF_VOICED]
            columns += [
                f"{n}_active_{s}" for s in ("mean", "std") for n in OF_ACTIVE
            ]
            columns += [f"cepstrum_{i + 1}_std" for i in range(N_CEPSTRA)]
            columns += [
                f"{n}_q{round(100 * q)}"
                for n in ("pitch", "level")
                for q in SHARES
            ]
            columns += ["pitch_motion", "level_motion"]
            columns += ["voiced_share", "active_share"]
            columns += ["voiced_rate", "voiced_length"]
        return tuple(columns)

    @fwd_default_precision(cast_inputs=torch.float32)
    @torch.no_grad()
    def forward(self, wavs, lens):
        """Extract the frames of a batch; zero in the padding.

        Arguments
        ---------
        wavs : torch.Tensor, (batch, samples)
            At 16 kHz, full scale 1, padded at the end with anything.
        lens : torch.Tensor, (batch,)
            Share of each row that is real, 0-1.

        Returns
        -------
        torch.Tensor, (batch, frames, dim)
            One frame per begun 20 ms, columns as in ``columns``.
        """
        n_samples = (lens * wavs.shape[1]).round()
        wavs = wavs.masked_fill(_beyond(n_samples, wavs.shape[1]), 0.0)
        if self.config.speed != 1.0:
            percent = round(100 * self.config.speed)
            wavs = resample(wavs, percent, 100)
            n_samples = (n_samples * 100 / percent).ceil()
            wavs = wavs.masked_fill(_beyond(n_samples, wavs.shape[1]), 0.0)
        n_frames = max(1, math.ceil(wavs.shape[1] / HOP_SAMPLES))
        is_real = ~_beyond((n_samples / HOP_SAMPLES).ceil(), n_frames)

        pieces = self._cut(wavs, n_frames)
        power = torch.fft.rfft(pieces * self.window, N_FFT).abs().square()
        pitch_hz, height, voicing, is_voiced = self._pitch(
            power, pieces.abs().amax(dim=-1), is_real
        )
        energy = _db(power.mean(dim=-1) / self.window.square().sum())
        loud = masked_quantiles(energy, is_real, [0.95])
        is_active = (energy > loud - ACTIVE_DB) & is_real
        mel = _db(self.mel(power) / self.window.square().sum())
        mel = (mel - loud[..., None]).clamp(min=-60.0)

        descriptors = self._spectrum(power, pitch_hz, mel)
        harmonic = height.clamp(0.001, 0.999)
        descriptors["hnr"] = _db(harmonic / (1 - harmonic))
        descriptors["pitch"] = 12 * torch.log2(pitch_hz / 55)
        descriptors["level"] = (energy - loud).clamp(min=-50.0)
        descriptors["voicing"] = voicing
        table = torch.stack([descriptors[n] for n in DESCRIPTORS], dim=-1)
        flags = torch.stack([is_voiced, is_active], dim=-1).to(table)
        frames = torch.cat([mel, table, flags], dim=-1)
        if self.config.with_summary:
            summary = self._summary(mel, table, is_voiced, is_active, is_real)
            summary = summary[:, None].expand(-1, n_frames, -1)
            frames = torch.cat([frames, summary], dim=-1)
        return frames * is_real[..., None]

    def _cut(self, wavs, n_frames):
        """Windows around the middle of each hop, each of mean 0."""
        before = (WINDOW_SAMPLES - HOP_SAMPLES) // 2
        after = n_frames * HOP_SAMPLES - wavs.shape[1] + before
        wavs = torch.nn.functional.pad(wavs, (before, after))
        pieces = wavs.unfold(1, WINDOW_SAMPLES, HOP_SAMPLES)
        return pieces - pieces.mean(dim=-1, keepdim=True)

    def _pitch(self, power, peak, is_real):
        """Pitch, its autocorrelation, the best autocorrelation, voiced or not."""
        low_hz, high_hz = self.config.pitch_low_hz, self.config.pitch_high_hz
        lags = math.ceil(self.sample_rate_hz / low_hz) + 2
        similar = torch.fft.irfft(power)[..., :lags]
        similar = similar / similar[..., :1].clamp(min=1e-12)
        hz, height = best_candidates(
            similar / self.taper[:lags],
            self.sample_rate_hz,
            low_hz,
            high_hz,
            N_CANDIDATES,
        )
        strength = height + OCTAVE_COST * torch.log2(hz / low_hz)
        strength = strength.masked_fill(height == 0, -1.0)
        loudest = (peak * is_real).amax(dim=1, keepdim=True).clamp(min=1e-6)
        quiet = 2 - peak / loudest * (1 + VOICING_THRESHOLD) / SILENCE_THRESHOLD
        unvoiced = VOICING_THRESHOLD + quiet.clamp(min=0)
        octaves = torch.log2(hz)
        path = best_path(
            torch.cat([strength, unvoiced[..., None]], dim=-1),
            torch.cat([octaves, octaves[..., :1]], dim=-1),
            is_real,
            JUMP_COST,
            SWITCH_COST,
        )
        is_voiced = (path < N_CANDIDATES) & is_real
        index = path.where(is_voiced, 0)[..., None]
        pitch_hz = hz.gather(-1, index).squeeze(-1)
        height_there = height.gather(-1, index).squeeze(-1)
        return pitch_hz, height_there, height.amax(dim=-1), is_voiced

    def _spectrum(self, power, pitch_hz, mel):
        """Shape of the spectrum, and of its harmonics."""
        decibel = _db(power / self.window.square().sum())

        def lines(values, low_hz, high_hz):
            return values[..., (self.hz >= low_hz) & (self.hz < high_hz)]

        def slope(low_hz, high_hz):
            khz = lines(self.hz, low_hz, high_hz) / 1000
            khz = khz - khz.mean()
            return (lines(decibel, low_hz, high_hz) * khz).sum(-1) / (
                khz.square().sum()
            )

        def harmonic(number):
            middle = number * pitch_hz * N_FFT / self.sample_rate_hz
            middle = middle.round().long()[..., None]
            around = torch.cat([middle - 1, middle, middle + 1], dim=-1)
            return decibel.gather(-1, around).amax(dim=-1)

        def strongest(low_hz, high_hz):
            return lines(decibel, low_hz, high_hz).amax(dim=-1)

        voice = lines(power, 50, 5000)
        weight = power.sum(dim=-1).clamp(min=FLOOR)
        centre = ((power * self.hz).sum(dim=-1) / weight).clamp(min=50.0)
        first = harmonic(1)
        shortest = math.floor(self.sample_rate_hz / self.config.pitch_high_hz)
        longest = math.ceil(self.sample_rate_hz / self.config.pitch_low_hz)
        cepstrum = torch.fft.irfft(decibel)[..., shortest : longest + 1]
        change = (mel[:, 1:] - mel[:, :-1]).abs().mean(dim=-1)
        return {
            "h1_h2": first - harmonic(2),
            "h1_a1": first - strongest(300, 1000),
            "h1_a3": first - strongest(2000, 4000),
            "cpp": cepstrum.amax(dim=-1) - cepstrum.abs().mean(dim=-1),
            "alpha": _db(lines(power, 50, 1000).sum(-1))
            - _db(lines(power, 1000, 5000).sum(-1)),
            "hammarberg": strongest(0, 2000) - strongest(2000, 5000),
            "slope_0_500": slope(0, 500),
            "slope_500_1500": slope(500, 1500),
            "slope_1500_5000": slope(1500, 5000),
            "centroid": torch.log2(centre),
            "flatness": lines(decibel, 50, 5000).mean(dim=-1)
            - _db(voice.mean(dim=-1) / self.window.square().sum()),
            "flux": torch.nn.functional.pad(change, (1, 0)),
        }

    def _summary(self, mel, table, is_voiced, is_active, is_real):
        """Statistics of the utterance."""
        voiced = is_voiced & is_active
        # Whispered or too short for a statistic: take all that is heard.
        has_voice = voiced.sum(dim=1, keepdim=True) >= 2
        voiced = voiced.where(has_voice, is_active)
        column = {name: i for i, name in enumerate(DESCRIPTORS)}
        pitch, level = table[..., column["pitch"]], table[..., column["level"]]
        cepstra = self.cepstra(mel)[..., 1:]

        def within(mask):
            return mask[:, 1:] & mask[:, :-1]

        def motion(values, mask):
            change = (values[:, 1:] - values[:, :-1]).abs().clamp(max=6.0)
            return masked_moments(change[..., None], within(mask))[0]

        n_real = is_real.sum(dim=1, keepdim=True).clamp(min=1)
        n_active = is_active.sum(dim=1, keepdim=True).clamp(min=1)
        n_voiced = (is_voiced & is_active).sum(dim=1, keepdim=True)
        n_starts = (voiced[:, 1:] & ~voiced[:, :-1]).sum(dim=1, keepdim=True)
        return torch.cat(
            [
                *masked_moments(
                    table[..., [column[n] for n in OF_VOICED]], voiced
                ),
                *masked_moments(
                    table[..., [column[n] for n in OF_ACTIVE]], is_active
                ),
                masked_moments(cepstra, is_active)[1],
                masked_quantiles(pitch, voiced, SHARES),
                masked_quantiles(level, is_active, SHARES),
                motion(pitch, voiced),
                motion(level, is_active),
                n_voiced / n_active,
                n_active / n_real,
                self.frames_per_s * n_starts / n_active,
                n_voiced / (1 + n_starts),
            ],
            dim=-1,
        )


def _beyond(n_real, width):
    """True in the padding: (batch,) counts to a (batch, width) mask."""
    places = torch.arange(width, device=n_real.device)
    return places >= n_real[:, None]
