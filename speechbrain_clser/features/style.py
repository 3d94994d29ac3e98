"""How somebody speaks in an utterance, as one vector."""

from speechbrain_clser.features.acoustic import AcousticFeatures
from speechbrain_clser.features.extractor import Extractor


class Style(Extractor):
    """Statistics of pitch, loudness, rate, spectral slope and voice quality.

    One frame an utterance: the columns of ``AcousticFeatures`` that describe
    it as a whole, named by ``columns``.

    Example
    -------
    >>> import torch
    >>> style = Style()
    >>> style(torch.rand(2, 16000), torch.ones(2)).shape, style.columns[0]
    (torch.Size([2, 1, 52]), 'pitch_mean')
    """

    frames_per_s = 0  # one, however long the utterance

    def __init__(self):
        acoustic = AcousticFeatures()
        super().__init__(acoustic.config)
        self.version = acoustic.version
        self.acoustic = acoustic
        self.first = acoustic.columns.index("pitch_mean")
        self.columns = acoustic.columns[self.first :]
        self.dim = len(self.columns)

    def n_frames(self, n_samples):
        """Count the real frames: always one; see ``Extractor``."""
        return self.acoustic.n_frames(n_samples).clamp(max=1)

    def forward(self, wavs, lens):
        """Describe the utterances of a batch.

        Arguments
        ---------
        wavs : torch.Tensor, (batch, samples)
            At 16 kHz, full scale 1, padded at the end.
        lens : torch.Tensor, (batch,)
            Share of each row that is real, 0-1.

        Returns
        -------
        torch.Tensor, (batch, 1, dim)
            Columns as in ``columns``.
        """
        return self.acoustic(wavs, lens)[:, :1, self.first :]
