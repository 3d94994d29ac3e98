"""Extract a speaking-style vector of an utterance."""

from speechbrain_clser.features.acoustic import AcousticFeatures
from speechbrain_clser.features.extractor import Extractor


class Style(Extractor):
    """Statistics of pitch, loudness, rate, spectral slope and voice quality.

    One frame per utterance: the summary columns of ``AcousticFeatures``, named by
    ``columns``.

    Example
    -------
    >>> import torch
    >>> style = Style()
    >>> style(torch.rand(2, 16000), torch.ones(2)).shape, style.columns[0]
    (torch.Size([2, 1, 52]), 'pitch_mean')
    """

    frames_per_s = 0  # one frame per utterance

    def __init__(self):
        acoustic = AcousticFeatures()
        super().__init__(acoustic.config)
        self.version = acoustic.version
        self.acoustic = acoustic
        self.first = acoustic.columns.index("pitch_mean")
        self.columns = acoustic.columns[self.first :]
        self.dim = len(self.columns)

    def forward(self, wavs, lens):
        """Extract the style vectors, (batch, 1, dim), columns as in ``columns``."""
        return self.acoustic(wavs, lens)[:, :1, self.first :]


def style_extractor(source: str = "style") -> Extractor:
    """Return the extractor of speaking styles.

    Arguments
    ---------
    source : str
        ``"style"`` (built in), or the hub id or folder of an ECAPA-TDNN.

    Returns
    -------
    Extractor
        With one frame per utterance.

    Example
    -------
    >>> style_extractor().dim
    52
    """
    if source == "style":
        return Style()
    from speechbrain_clser.features.ecapa import Ecapa

    return Ecapa(source)
