"""Extract ECAPA-TDNN speaker embeddings."""

import dataclasses

import torch
from speechbrain.inference.classifiers import EncoderClassifier
from speechbrain.utils.autocast import fwd_default_precision

from speechbrain_clser.features import hub
from speechbrain_clser.features.extractor import Extractor

SHORTEST_SAMPLES = 1600  # shorter inputs are padded with silence


@dataclasses.dataclass(frozen=True)
class EcapaConfig:
    """Configuration of ``Ecapa``.

    Arguments
    ---------
    revision : str
        Revision of the model; by default the newest, or any folder.
    """

    revision: str = ""


class Ecapa(Extractor):
    """Extract speaker embeddings with SpeechBrain's ECAPA-TDNN.

    One frame per utterance, of unit length. Utterances are processed one by one,
    because the convolutions do not mask padding. A SpeechBrain model folder
    contains code: use only trusted sources.

    Arguments
    ---------
    source : str
        Hub id, such as ``speechbrain/spkrec-ecapa-voxceleb``, or a folder.
    config : EcapaConfig, optional
        The ``config`` attribute contains the resolved revision.

    Source
    ------
    Desplanques et al., ECAPA-TDNN: Emphasized Channel Attention, Propagation
    and Aggregation in TDNN Based Speaker Verification, Interspeech 2020.
    """

    frames_per_s = 0  # one frame per utterance
    is_large = True

    def __init__(self, source, config=None):
        found = hub.resolve(
            source, (config or EcapaConfig()).revision, hub.SPEECHBRAIN
        )
        super().__init__(EcapaConfig(found.revision))
        model = EncoderClassifier.from_hparams(
            source=str(found.folder),
            # Load weights from this folder instead of the hub id in its YAML.
            overrides={"pretrained_path": str(found.folder)},
        )
        self.features = model.mods["compute_features"]
        self.normalise = model.mods["mean_var_norm"]
        self.network = model.mods["embedding_model"]
        self.dim = self.network.fc.conv.out_channels

    @fwd_default_precision(cast_inputs=torch.float32)
    @torch.no_grad()
    def forward(self, wavs, lens):
        """Compute the embeddings, (batch, 1, dim), of unit length; see ``Extractor``."""
        n_samples = (lens * wavs.shape[1]).round().long().tolist()
        vectors = [
            self._embed(wav[:n]) for wav, n in zip(wavs, n_samples, strict=True)
        ]
        return torch.nn.functional.normalize(torch.cat(vectors), dim=-1)

    def _embed(self, wav):
        """Compute the embedding of one utterance, (1, 1, dim)."""
        lacking = max(SHORTEST_SAMPLES - len(wav), 0)
        wav = torch.nn.functional.pad(wav, (0, lacking))[None]
        whole = torch.ones(1, device=wav.device)
        features = self.normalise(self.features(wav), whole)
        return self.network(features, whole)
