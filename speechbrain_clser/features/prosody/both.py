"""Extract prosodic contours and utterance measures together."""

import torch
from speechbrain.utils.autocast import fwd_default_precision

from speechbrain_clser.features.extractor import Extractor
from speechbrain_clser.features.prosody.contours import ProsodyContours
from speechbrain_clser.features.prosody.measures import (
    MeasuresConfig,
    ProsodyMeasures,
)


class Prosody(Extractor):
    """Extract prosodic contours and utterance measures every 20 ms.

    The columns are those of ``ProsodyContours``, then those of
    ``ProsodyMeasures``, which are the same in all frames of an utterance. The
    pitch is computed once for both.

    Arguments
    ---------
    config : MeasuresConfig, optional
        Pitch range, shortest pause.

    Example
    -------
    >>> tone = torch.sin(torch.arange(16000) * 2 * torch.pi * 220 / 16000)
    >>> prosody = Prosody()
    >>> prosody(tone[None], torch.ones(1)).shape
    torch.Size([1, 50, 108])
    >>> prosody.columns[prosody.n_contours]
    'pitch_mean'
    """

    version = 1
    columns = ProsodyContours.columns + ProsodyMeasures.columns
    n_contours = ProsodyContours.dim
    n_measures = ProsodyMeasures.dim
    dim = n_contours + n_measures
    may_be_nan = True

    def __init__(self, config=None):
        super().__init__(config or MeasuresConfig())
        self.measures = ProsodyMeasures(self.config)

    @fwd_default_precision(cast_inputs=torch.float32)
    @torch.no_grad()
    def forward(self, wavs, lens):
        """Extract the columns, (batch, frames, 108); NaN where undefined; see ``Extractor``."""
        contours, is_real = self.measures.contours.follow(wavs, lens)
        frames = self.measures.contours.frames(contours, is_real)
        measured = self.measures.measure(contours, is_real)
        measured = measured.expand(-1, frames.shape[1], -1)
        measured = measured.where(is_real[..., None], 0.0)
        return torch.cat([frames, measured], dim=-1)
