"""Extract 103 prosodic measures of an utterance."""

import dataclasses

import torch
from speechbrain.utils.autocast import fwd_default_precision

from speechbrain_clser.features.extractor import Extractor
from speechbrain_clser.features.prosody.contours import (
    ContoursConfig,
    ProsodyContours,
)
from speechbrain_clser.features.prosody.stretches import (
    PAUSE,
    UNVOICED,
    VOICED,
    Stretches,
)

STATISTICS = ("mean", "std", "max", "min", "skewness", "kurtosis")

# Smaller deviations are rounding errors of equal values; skewness and kurtosis are
# undefined then.
LEAST_SPREAD = 1e-3


def functionals(values, mask) -> dict:
    """Compute statistics of masked values.

    The deviation needs two values, the skewness three, the kurtosis four; the last two
    need a non-zero deviation.

    Arguments
    ---------
    values : torch.Tensor, (..., n)
        Values of frames or stretches; ignored where masked.
    mask : torch.Tensor of bool, (..., n)
        True where a value counts.

    Returns
    -------
    dict
        Each of ``STATISTICS`` to torch.Tensor, (...): deviation of the
        population; kurtosis 0 for the normal distribution.

    Example
    -------
    >>> values = torch.tensor([2.0, 4.0, 6.0, 99.0])
    >>> mask = torch.tensor([True, True, True, False])
    >>> [round(x.item(), 2) for x in functionals(values, mask).values()]
    [4.0, 1.63, 6.0, 2.0, 0.0, nan]
    """
    n = mask.sum(dim=-1)
    nan = float("nan")
    mean = values.where(mask, 0.0).sum(dim=-1) / n
    centred = (values - mean[..., None]).where(mask, 0.0)
    std = (centred.square().sum(dim=-1) / n).sqrt()
    unit = centred / std[..., None]
    has_shape = std > LEAST_SPREAD
    skewness = unit.pow(3).sum(dim=-1) / n
    kurtosis = unit.pow(4).sum(dim=-1) / n - 3
    highest = values.where(mask, -torch.inf).amax(dim=-1)
    lowest = values.where(mask, torch.inf).amin(dim=-1)
    return {
        "mean": mean,
        "std": std.where(n >= 2, nan),
        "max": highest.where(n >= 1, nan),
        "min": lowest.where(n >= 1, nan),
        "skewness": skewness.where(has_shape & (n >= 3), nan),
        "kurtosis": kurtosis.where(has_shape & (n >= 4), nan),
    }


FRAMES_PER_S = ProsodyContours.frames_per_s
SHAPE = ("mean", "std", "skewness", "kurtosis")
KINDS = {"voiced": VOICED, "unvoiced": UNVOICED, "pause": PAUSE}
RATIOS = {
    "pause_to_sound": ("pause", "sound"),
    "pause_to_unvoiced": ("pause", "unvoiced"),
    "unvoiced_to_sound": ("unvoiced", "sound"),
    "voiced_to_sound": ("voiced", "sound"),
    "voiced_to_pause": ("voiced", "pause"),
    "unvoiced_to_pause": ("unvoiced", "pause"),
}


def _of_contour(name, statistics):
    """Return the column names of one contour."""
    parts = {
        **dict.fromkeys(["", "_tilt", "_error"], statistics),
        **dict.fromkeys(["_first", "_last"], STATISTICS),
    }
    return [f"{name}{part}_{s}" for part in parts for s in parts[part]]


COLUMNS = (
    *_of_contour("pitch", STATISTICS),
    *_of_contour("voiced_level", SHAPE),
    *_of_contour("unvoiced_level", SHAPE),
    "voiced_rate",
    *(f"{kind}_s_{s}" for kind in KINDS for s in STATISTICS),
    *RATIOS,
)


@dataclasses.dataclass(frozen=True)
class MeasuresConfig(ContoursConfig):
    """Configuration of ``ProsodyMeasures``.

    Arguments
    ---------
    pitch_low_hz, pitch_high_hz : float
        Range of the pitch search.
    pause_s : float
        A stretch without voice that is longer is a pause, a shorter one is an
        unvoiced stretch.
    """

    pause_s: float = 0.14


class ProsodyMeasures(Extractor):
    """Extract the prosodic measures of an utterance, in one frame.

    Undefined measures are NaN, such as the pitch tilt of whispered speech or the
    kurtosis of two pauses; ``Normaliser`` replaces them.

    Columns, named by ``columns``; ``*`` denotes the six ``STATISTICS``, in
    the levels without an end for those but maximum and minimum:

    ``pitch_*``
        Over voiced frames, in Hz.
    ``pitch_tilt_*``, ``pitch_error_*``
        Of lines through the voiced stretches: slope in Hz a second, mean
        squared error in Hz squared.
    ``pitch_first_*``, ``pitch_last_*``
        Over the first and the last voiced stretch, in Hz.
    ``voiced_level_*``, ``voiced_level_tilt_*``, ``voiced_level_error_*`` ...
        The same of the level, in dB below the loud frames.
    ``unvoiced_level_*`` ...
        The same of the level in unvoiced stretches.
    ``voiced_rate``
        Voiced stretches a second.
    ``voiced_s_*``, ``unvoiced_s_*``, ``pause_s_*``
        How long the stretches are, in seconds.
    ``pause_to_sound``, ``pause_to_unvoiced``, ``unvoiced_to_sound``,
    ``voiced_to_sound``, ``voiced_to_pause``, ``unvoiced_to_pause``
        Ratios of total durations; sound is voiced and unvoiced.

    Source
    ------
    The static prosody set of DisVoice (Vasquez-Correa, Orozco-Arroyave et al.),
    in the order of its documentation. The measures follow their list; the formulas
    are: pitch by autocorrelation in 60-600 Hz, frames of 20 ms, the
    statistics of a level over all its frames rather than averaged over
    stretches, ratios of total rather than of mean durations, and NaN where
    DisVoice returns 0.

    Arguments
    ---------
    config : MeasuresConfig, optional
        Pitch range, shortest pause.

    Example
    -------
    >>> second = torch.arange(16000) / 16000
    >>> glide = torch.sin(2 * torch.pi * (200 + 25 * second) * second)
    >>> prosody = ProsodyMeasures()
    >>> measures = prosody(glide[None], torch.ones(1))
    >>> measures.shape
    torch.Size([1, 1, 103])
    >>> tilt = prosody.columns.index("pitch_tilt_mean")
    >>> round(measures[0, 0, tilt].item())
    50
    """

    version = 1
    frames_per_s = 0
    columns = COLUMNS
    dim = len(columns)
    may_be_nan = True

    def __init__(self, config=None):
        super().__init__(config or MeasuresConfig())
        self.contours = ProsodyContours(self.config)

    @fwd_default_precision(cast_inputs=torch.float32)
    @torch.no_grad()
    def forward(self, wavs, lens):
        """Measure the utterances, (batch, 1, 103); NaN where undefined; see ``Extractor``."""
        return self.measure(*self.contours.follow(wavs, lens))

    def measure(self, contours, is_real):
        """Compute the measures, (batch, 1, 103), from ``ProsodyContours.follow``."""
        stretches = Stretches(
            contours["is_voiced"] > 0,
            is_real,
            FRAMES_PER_S * self.config.pause_s,
        )
        n_voiced = (stretches.kinds == VOICED).sum(dim=1)
        found = {
            "voiced_rate": FRAMES_PER_S * n_voiced / is_real.sum(dim=1),
            **_describe(_over_frames(contours, stretches)),
            **_describe(_over_stretches(contours, stretches)),
            **_ratios(stretches),
        }
        return torch.stack([found[name] for name in COLUMNS], dim=-1)[:, None]


def _contours(contours):
    """Return the measured contours: name to values, (batch, frames), and kind."""
    return {
        "pitch": (55 * 2 ** (contours["pitch"] / 12), VOICED),
        "voiced_level": (contours["level"], VOICED),
        "unvoiced_level": (contours["level"], UNVOICED),
    }


def _over_frames(contours, stretches):
    """Return name to values and mask, (batch, frames) each."""
    chosen = {}
    for name, (values, kind) in _contours(contours).items():
        first, last = stretches.ends_of(kind)
        chosen[name] = values, stretches.frames_of(kind)
        chosen[f"{name}_first"] = values, first
        chosen[f"{name}_last"] = values, last
    return chosen


def _over_stretches(contours, stretches):
    """Return name to values and mask, (batch, stretches) each."""
    chosen = {}
    for name, (values, kind) in _contours(contours).items():
        tilt, error, is_fit = stretches.lines(values)
        is_fit = is_fit & (stretches.kinds == kind)
        chosen[f"{name}_tilt"] = FRAMES_PER_S * tilt, is_fit
        chosen[f"{name}_error"] = error, is_fit
    for name, kind in KINDS.items():
        seconds = stretches.n_frames / FRAMES_PER_S
        chosen[f"{name}_s"] = seconds, stretches.kinds == kind
    return chosen


def _describe(chosen):
    """Compute all statistics of all masked values; each (batch,)."""
    values, masks = (torch.stack(x) for x in zip(*chosen.values(), strict=True))
    described = functionals(values, masks)
    return {
        f"{name}_{statistic}": row
        for statistic, rows in described.items()
        for name, row in zip(chosen, rows, strict=True)
    }


def _ratios(stretches):
    """Compute the duration ratios of stretch kinds; each (batch,)."""
    total = {
        name: stretches.n_frames.where(stretches.kinds == kind, 0.0).sum(dim=1)
        for name, kind in KINDS.items()
    }
    total["sound"] = total["voiced"] + total["unvoiced"]
    return {
        name: (total[part] / total[whole]).where(total[whole] > 0, float("nan"))
        for name, (part, whole) in RATIOS.items()
    }
