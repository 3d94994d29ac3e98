"""Who is heard, as a speaker verification network tells it."""

import dataclasses

import torch
from speechbrain.inference.classifiers import EncoderClassifier
from speechbrain.utils.autocast import fwd_default_precision

from speechbrain_clser.features import hub
from speechbrain_clser.features.extractor import Extractor

SHORTEST_SAMPLES = 1600  # what is shorter ends in silence


@dataclasses.dataclass(frozen=True)
class EcapaConfig:
    """What decides the values of ``Ecapa``.

    Arguments
    ---------
    revision : str
        Of the published model; by default the newest, or any folder.
    """

    revision: str = ""


class Ecapa(Extractor):
    """Embed the voice of an utterance by SpeechBrain's ECAPA-TDNN.

    One frame an utterance, of length 1. Each is heard by itself, since
    convolutions see the padding. A model folder of SpeechBrain is code: name
    only what you trust.

    Arguments
    ---------
    source : str
        Hub id, such as ``speechbrain/spkrec-ecapa-voxceleb``, or a folder.
    config : EcapaConfig, optional
        With the revision that was found, afterwards.

    Source
    ------
    Desplanques et al., ECAPA-TDNN: Emphasized Channel Attention, Propagation
    and Aggregation in TDNN Based Speaker Verification, Interspeech 2020.
    """

    frames_per_s = 0  # one, however long the utterance
    is_large = True

    def __init__(self, source, config=None):
        found = hub.resolve(
            source, (config or EcapaConfig()).revision, hub.SPEECHBRAIN
        )
        super().__init__(EcapaConfig(found.revision))
        model = EncoderClassifier.from_hparams(
            source=str(found.folder),
            # Where its weights lie, whatever hub id its YAML names.
            overrides={"pretrained_path": str(found.folder)},
        )
        self.features = model.mods["compute_features"]
        self.normalise = model.mods["mean_var_norm"]
        self.network = model.mods["embedding_model"]
        self.dim = self.network.fc.conv.out_channels

    def n_frames(self, n_samples):
        """Count the real frames: always one; see ``Extractor``."""
        return torch.as_tensor(n_samples).long().clamp(min=1, max=1)

    @fwd_default_precision(cast_inputs=torch.float32)
    @torch.no_grad()
    def forward(self, wavs, lens):
        """Embed the utterances of a batch.

        Arguments
        ---------
        wavs : torch.Tensor, (batch, samples)
            At 16 kHz, full scale 1, padded at the end.
        lens : torch.Tensor, (batch,)
            Share of each row that is real, 0-1.

        Returns
        -------
        torch.Tensor, (batch, 1, dim)
            Of length 1.
        """
        n_samples = (lens * wavs.shape[1]).round().long().tolist()
        vectors = [
            self._embed(wav[:n]) for wav, n in zip(wavs, n_samples, strict=True)
        ]
        return torch.nn.functional.normalize(torch.cat(vectors), dim=-1)

    def _embed(self, wav):
        """Vector of one utterance, (1, 1, dim)."""
        lacking = max(SHORTEST_SAMPLES - len(wav), 0)
        wav = torch.nn.functional.pad(wav, (0, lacking))[None]
        whole = torch.ones(1, device=wav.device)
        features = self.normalise(self.features(wav), whole)
        return self.network(features, whole)
