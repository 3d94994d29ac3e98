"""Load a folder of transformers with the lobe for its kind of encoder."""

import json

from huggingface_hub.errors import StrictDataclassError
from speechbrain.integrations.huggingface.hubert import HuBERT
from speechbrain.integrations.huggingface.w2v_bert import W2VBert
from speechbrain.integrations.huggingface.wav2vec2 import Wav2Vec2
from speechbrain.integrations.huggingface.wavlm import WavLM
from speechbrain.integrations.huggingface.whisper import Whisper

from speechbrain_clser.features.ssl_lobes import (
    FilterbankLobe,
    SSLLobe,
    WaveformLobe,
    WindowLobe,
)

WINDOWS = ("real", "30s")

# Values of model_type in config.json; XLS-R is a wav2vec2.
KINDS = {
    "wav2vec2": (WaveformLobe, Wav2Vec2, {}),
    "hubert": (WaveformLobe, HuBERT, {}),
    "wavlm": (WaveformLobe, WavLM, {}),
    "wav2vec2-bert": (FilterbankLobe, W2VBert, {}),
    "whisper": (WindowLobe, Whisper, {"encoder_only": True}),
}


def load(folder, window="") -> SSLLobe:
    """Load the encoder of a folder with the matching lobe, with all layers, frozen.

    ``window`` is ``"real"`` or, as if empty, ``"30s"`` for Whisper; other encoders compute
    real frames only. A ValueError names a kind of encoder without a lobe, settings that
    cannot be built, and an unknown window.

    Example
    -------
    >>> folder = getfixture("tmp_path")
    >>> _ = (folder / "config.json").write_text('{"model_type": "bert"}')
    >>> load(folder)
    Traceback (most recent call last):
    ...
    ValueError: encoders are of the kind wav2vec2, hubert, ...
    """
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    found = config.get("model_type")
    if found not in KINDS:
        raise ValueError(
            f"encoders are of the kind {', '.join(KINDS)}; {folder}/config.json "
            f"has the model_type {found!r}, choose another encoder"
        )
    kind, lobe, options = KINDS[found]
    if window and window not in WINDOWS:
        raise ValueError(
            f"window must be {' or '.join(WINDOWS)}, got {window!r}"
        )
    try:
        lobe = _reporting(lobe)(
            str(folder), str(folder), freeze=True, **options
        )
    except (
        *(ArithmeticError, AssertionError, AttributeError, LookupError),
        *(MemoryError, RuntimeError, StrictDataclassError, TypeError),
    ) as error:
        raise ValueError(
            f"expected settings of a {found} encoder in {folder}, found invalid "
            f"ones ({type(error).__name__}: "
            f"{str(error):.300}); download or save the complete model again"
        ) from error
    if kind is WindowLobe:
        return kind(lobe, window or "30s")
    if window == "30s":
        raise ValueError(
            f"window 30s is for Whisper; the encoder in {folder} is of the kind "
            f"{found}, which computes real frames only: omit window"
        )
    return kind(lobe)


def _reporting(lobe):
    """Create a subclass of a lobe that stores the loading report of transformers.

    It sets ``trust_remote_code`` explicitly; otherwise transformers asks on standard
    input whether code of the folder may be run.
    """

    class Reporting(lobe):
        def _from_pretrained(self, *args, **kwargs):
            super()._from_pretrained(
                *args,
                output_loading_info=True,
                ignore_mismatched_sizes=True,
                trust_remote_code=False,
                **kwargs,
            )
            (model, self.loading_info), self.model = self.model, None
            self.model = model

        def load_feature_extractor(self, *args, **kwargs):
            super().load_feature_extractor(
                *args, trust_remote_code=False, **kwargs
            )

    return Reporting
