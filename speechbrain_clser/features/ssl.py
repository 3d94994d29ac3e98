"""Extract frames with pretrained encoders: wav2vec2, HuBERT, WavLM and others."""

import contextlib
import dataclasses
import math
import re

import torch

from speechbrain_clser.features.extractor import Extractor
from speechbrain_clser.features.hub import TRANSFORMERS, resolve, weights
from speechbrain_clser.features.size_limits import limited
from speechbrain_clser.features.spectrum import real_mask, widest
from speechbrain_clser.features.ssl_adapters import Adaptation, adapt

MIXES = ("mean", "learned")
PRECISIONS = {
    "fp32": torch.float32,
    "fp16": torch.float16,
    "bf16": torch.bfloat16,
}


@dataclasses.dataclass(frozen=True)
class SSLConfig:
    """Configuration of ``SSLFeatures``.

    Arguments
    ---------
    revision : str
        Commit of the hub, or digest of a folder; see ``hub.resolve``.
    layers : str
        ``"6"``, ``"4-8"`` or ``"all"``; by default the middle third.
    layer_mix : str
        ``"mean"`` of the layers, or ``"learned"``: side by side, for a
        ``WeightedLayerSum``.
    precision : str
        ``"fp32"``, ``"fp16"`` or ``"bf16"``, of the frozen encoder's
        arithmetic; a trained one follows its Brain.
    adaptation : Adaptation, optional
        How the encoder is trained; frozen without.
    window : str
        Of Whisper: ``"real"`` computes real frames only, ``"30s"`` pads with
        silence to 30 s; empty: ``"30s"``, as in models saved before this option.

    Raises
    ------
    ValueError
        If the mix or the precision is unknown.
    """

    revision: str = ""
    layers: str = ""
    layer_mix: str = "mean"
    precision: str = "fp32"
    adaptation: Adaptation | None = None
    window: str = ""

    def __post_init__(self):
        for name, known in (("layer_mix", MIXES), ("precision", PRECISIONS)):
            if (value := getattr(self, name)) not in known:
                raise ValueError(
                    f"{name} must be {' or '.join(known)}, got {value!r}"
                )


class SSLFeatures(Extractor):
    """Extract features with a pretrained encoder, 50 frames per second.

    wav2vec2, XLS-R, HuBERT, WavLM, w2v-BERT 2.0 and Whisper's encoder, through
    SpeechBrain's lobes. Frames of an utterance are the same alone and padded in a
    batch, up to float32 rounding; see ``ssl_lobes``. Whisper processes at most 30 s;
    longer recordings are split into windows and concatenated.

    ``state_dict`` contains only trained parameters: none of a frozen encoder, the
    adapters of an adapted one. Other weights are those of ``revision``.

    Arguments
    ---------
    source : str
        Hub id, or folder written by transformers.
    config : SSLConfig, optional
        The ``config`` attribute has revision, layers and window filled in.

    Raises
    ------
    ValueError
        If the layers or the window do not exist, weights are missing, or the
        settings need more parameters than there are weights.

    Example
    -------
    >>> import transformers
    >>> folder = getfixture("tmp_path")
    >>> sizes = {"hidden_size": 48, "intermediate_size": 96}
    >>> config = transformers.HubertConfig(num_hidden_layers=6, **sizes)
    >>> transformers.HubertModel(config).save_pretrained(folder)
    >>> preprocessor = transformers.Wav2Vec2FeatureExtractor()
    >>> _ = preprocessor.save_pretrained(folder)
    >>> extractor = SSLFeatures(folder)
    >>> extractor(torch.randn(2, 16000), torch.tensor([1.0, 0.5])).shape
    torch.Size([2, 49, 48])
    >>> extractor.config.layers, extractor.n_frames(8000)
    ('2-4', tensor(24))
    """

    version = 1
    has_weights = True  # in the folder

    def __init__(self, source, config=None):
        # Import transformers only if an encoder is built; it takes seconds.
        from speechbrain_clser.features.ssl_loading import load

        config = config or SSLConfig(window="real")
        snapshot = resolve(source, config.revision)
        with self._limit(snapshot.folder):
            lobe = load(snapshot.folder, config.window)
        first, last = layer_range(config.layers, lobe.n_blocks)
        super().__init__(
            dataclasses.replace(
                config,
                revision=snapshot.revision,
                layers=f"{first}-{last}",
                window=lobe.window,
            )
        )
        lobe.keep(first, last)
        if self.has_weights:
            lobe.check_weights(snapshot.folder)
        self.source = str(source)
        self.lobe = lobe
        self.is_large = True
        self.is_frozen = self.has_frozen_part = config.adaptation is None
        if not self.is_frozen:
            adapt(lobe, config.adaptation)
        self.sample_rate_hz = lobe.sample_rate_hz
        self.frames_per_s = lobe.sample_rate_hz // lobe.stride_samples
        self.n_layers = last - first + 1 if config.layer_mix == "learned" else 1
        self.dim = self.n_layers * lobe.dim
        self.trained = frozenset(
            name for name, p in self.named_parameters() if p.requires_grad
        )
        self.exclude_from_state(self.state_dict().keys() - self.trained)
        self.train()

    def _limit(self, folder):
        """Limit the memory of an encoder by its weights, of 8 bits or more each."""
        if not self.has_weights:
            return contextlib.nullcontext()
        files = weights(folder, TRANSFORMERS)
        return limited(4 * sum(path.stat().st_size for path in files), folder)

    def n_frames(self, n_samples):
        """Return the number of frames by the encoder's strides; see ``Extractor``."""
        return self.lobe.n_frames(torch.as_tensor(n_samples).long())

    def frozen_copy(self):
        """Return the encoder with its published weights; see ``Extractor``."""
        if self.is_frozen:
            return self
        return SSLFeatures(
            self.source, dataclasses.replace(self.config, adaptation=None)
        )

    def train(self, mode=True):
        """Set training mode of the trainable modules; see ``Extractor``."""
        super().train(mode and _learns(self))
        for part in self.lobe.cnn():
            if not _learns(part):
                # In training mode it would store activations for gradients.
                part.eval()
        adaptation = self.config.adaptation
        if adaptation and adaptation.adapt == "top":
            # Blocks below the trained ones stay in evaluation mode.
            self.lobe.eval()
            for block in self.lobe.top(adaptation.top_layers):
                block.train(self.training)
        return self

    def requires_grad_(self, requires_grad=True):
        """Freeze or unfreeze the trainable parameters; others stay frozen."""
        for name in self.trained:
            self.get_parameter(name).requires_grad_(requires_grad)
        return self

    def forward(self, wavs, lens):
        """Average or concatenate the layers; see ``Extractor``."""
        n_samples = (lens.float() * wavs.shape[1]).round().long()
        wavs = wavs[:, : widest(n_samples, wavs.shape[1])]
        wavs = wavs.where(real_mask(n_samples, wavs.shape[1]), 0.0)
        with self._arithmetic(wavs.device.type):
            hidden = self.lobe(wavs, n_samples)
        n_frames = self.n_frames(n_samples)
        hidden = hidden[:, :, : widest(n_frames, hidden.shape[2])]
        if self.config.layer_mix == "mean":
            frames = hidden.mean(dim=0)
        else:
            frames = hidden.permute(1, 2, 0, 3).flatten(2)
        padding = ~real_mask(n_frames, frames.shape[1])
        frames = frames.masked_fill(padding[..., None], 0.0)
        return frames.float() if self.is_frozen else frames

    @contextlib.contextmanager
    def _arithmetic(self, device):
        """Context of the encoder: if frozen, no gradient and a fixed precision."""
        if not self.is_frozen:
            yield
            return
        dtype = PRECISIONS[self.config.precision]
        is_half = dtype != torch.float32
        with torch.no_grad(), torch.autocast(device, dtype, enabled=is_half):
            yield


def layer_range(layers, n_blocks):
    """Parse ``"6"``, ``"4-8"``, ``"all"``, or empty for the middle third, of the blocks.

    Returns the first and the last layer, both included; layer 0 is the input of the first
    block. Other layers are a ValueError.

    Example
    -------
    >>> layer_range("", 12), layer_range("6", 12), layer_range("9-12", 12)
    ((4, 8), (6, 6), (9, 12))
    """
    if not layers:
        return max(1, n_blocks // 3), math.ceil(2 * n_blocks / 3)
    if layers == "all":
        return 0, n_blocks
    written = re.fullmatch(r"(\d+)(?:-(\d+))?", layers.replace(" ", ""))
    first, last = (
        (int(written[1]), int(written[2] or written[1])) if written else (1, 0)
    )
    if not first <= last <= n_blocks:
        raise ValueError(
            f"layers must be one, such as 6, or a range, such as 4-8, within 0-"
            f"{n_blocks} of this encoder, got {layers!r}"
        )
    return first, last


def _learns(module):
    """Return whether any parameter of a module requires a gradient."""
    return any(p.requires_grad for p in module.parameters())
