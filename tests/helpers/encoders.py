"""Create tiny encoders of every architecture with random weights."""

import contextlib
import functools
from unittest import mock

import torch
import transformers
from huggingface_hub import snapshot_download
from hyperpyyaml import load_hyperpyyaml
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from speechbrain_clser.features import hub

WAVEFORM = {
    "num_hidden_layers": 3,
    "hidden_size": 32,
    "num_attention_heads": 4,
    "intermediate_size": 48,
    "conv_dim": [16] * 7,
    "num_conv_pos_embeddings": 16,
    "num_conv_pos_embedding_groups": 4,
    "initializer_range": 0.2,
    "layerdrop": 0.5,
}
# Architectures of base-sized models, and of large models and XLS-R.
GROUP = {"feat_extract_norm": "group", "do_stable_layer_norm": False}
LAYER = {
    "feat_extract_norm": "layer",
    "do_stable_layer_norm": True,
    "conv_bias": True,
}
KINDS = {
    "wav2vec2_group": ("Wav2Vec2", GROUP),
    "wav2vec2_layer": ("Wav2Vec2", LAYER),
    "hubert_group": ("Hubert", GROUP),
    "hubert_layer": ("Hubert", LAYER),
    "wavlm_group": ("WavLM", GROUP),
    "wavlm_layer": ("WavLM", LAYER),
    "w2v_bert": ("Wav2Vec2Bert", {}),
    "whisper": ("Whisper", {}),
}
# Length of Whisper's windows, instead of 30 s.
WINDOW_S = 1


def make(folder, kind, **changes):
    """Write an encoder into a folder in the format of transformers.

    Arguments
    ---------
    folder : Path
        Folder; created if needed.
    kind : str
        A key of ``KINDS``.
    **changes
        Overrides of the configuration.

    Returns
    -------
    str
        The folder.
    """
    name, own = KINDS[kind]
    options = {**_options(name), **own, **changes}
    config = getattr(transformers, f"{name}Config")(**options)
    with torch.random.fork_rng():
        torch.manual_seed(3)
        model = getattr(transformers, f"{name}Model")(config)
    model.save_pretrained(folder)
    _feature_extractor(name, kind).save_pretrained(folder)
    return str(folder)


def _options(name):
    """Return the configuration of a tiny model."""
    if name == "Wav2Vec2Bert":
        no = {"conv_dim", "num_conv_pos_embeddings"}
        no.add("num_conv_pos_embedding_groups")
        return {k: v for k, v in WAVEFORM.items() if k not in no}
    if name == "Whisper":
        return {
            "d_model": 32,
            "encoder_layers": 3,
            "encoder_attention_heads": 4,
            "encoder_ffn_dim": 48,
            "encoder_layerdrop": 0.5,
            "decoder_layers": 1,
            "decoder_attention_heads": 4,
            "decoder_ffn_dim": 48,
            "dropout": 0.1,
            "init_std": 0.2,
            "max_source_positions": 50 * WINDOW_S,
            "vocab_size": 8,
            "pad_token_id": 0,
            "bos_token_id": 1,
            "eos_token_id": 2,
            "decoder_start_token_id": 1,
        }
    return WAVEFORM


def _feature_extractor(name, kind):
    """Return the feature extractor of a model."""
    if name == "Wav2Vec2Bert":
        return transformers.SeamlessM4TFeatureExtractor()
    if name == "Whisper":
        return transformers.WhisperFeatureExtractor(chunk_length=WINDOW_S)
    return transformers.Wav2Vec2FeatureExtractor(
        do_normalize=kind.endswith("layer")
    )


ECAPA = """\
pretrained_path: owner/ecapa
compute_features: !new:speechbrain.lobes.features.Fbank
    n_mels: 20
mean_var_norm: !new:speechbrain.processing.features.InputNormalization
    norm_type: sentence
    std_norm: False
embedding_model: !new:speechbrain.lobes.models.ECAPA_TDNN.ECAPA_TDNN
    input_size: 20
    channels: [16, 16, 16, 16, 48]
    kernel_sizes: [5, 3, 3, 3, 1]
    dilations: [1, 2, 3, 4, 1]
    attention_channels: 8
    res2net_scale: 4
    se_channels: 8
    lin_neurons: 12
classifier: !new:speechbrain.lobes.models.ECAPA_TDNN.Classifier
    input_size: 12
    out_neurons: 3
modules:
    compute_features: !ref <compute_features>
    mean_var_norm: !ref <mean_var_norm>
    embedding_model: !ref <embedding_model>
    classifier: !ref <classifier>
pretrainer: !new:speechbrain.utils.parameter_transfer.Pretrainer
    loadables:
        embedding_model: !ref <embedding_model>
    paths:
        embedding_model: !ref <pretrained_path>/embedding_model.ckpt
"""


def make_ecapa(folder):
    """Write a speaker encoder into a folder in SpeechBrain's format.

    Arguments
    ---------
    folder : Path
        Folder; created if needed.

    Returns
    -------
    str
        The folder.
    """
    with torch.random.fork_rng():
        torch.manual_seed(3)
        made = load_hyperpyyaml(ECAPA)
    folder.mkdir(exist_ok=True)
    (folder / "hyperparams.yaml").write_text(ECAPA)
    weights = made["embedding_model"].state_dict()
    torch.save(weights, folder / "embedding_model.ckpt")
    return str(folder)


COMMIT = "5e4af3a8" * 5


@contextlib.contextmanager
def in_hub_cache(folder, name):
    """Return the folder of a hub id in the only hub cache; without network.

    Arguments
    ---------
    folder : Path
        Of the cache.
    name : str
        Hub id ``owner/name``, of which there is the commit ``COMMIT``.
    """
    repository = folder / f"models--{name.replace('/', '--')}"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text(COMMIT)
    from_cache = functools.partial(snapshot_download, cache_dir=folder)
    hub._of_hub.cache_clear()
    with mock.patch.object(hub, "snapshot_download", from_cache):
        yield repository / "snapshots" / COMMIT
    hub._of_hub.cache_clear()


WORDS = ("<s>", "<pad>", "</s>", "<unk>", "gut", "schlecht", "heute", ".")


def make_text(folder, **changes):
    """Write a text encoder of one block, for ``WORDS``, into a folder.

    Arguments
    ---------
    folder : Path
        Folder; created if needed.
    **changes
        Overrides of the configuration.

    Returns
    -------
    str
        The folder.
    """
    sizes = {
        "hidden_size": 16,
        "intermediate_size": 24,
        "vocab_size": len(WORDS),
    }
    options = {
        **{"num_hidden_layers": 1, "num_attention_heads": 2, **sizes},
        **{"max_position_embeddings": 16, "initializer_range": 0.5, **changes},
    }
    config = transformers.XLMRobertaConfig(**options)
    with torch.random.fork_rng():
        torch.manual_seed(3)
        # As published: without the pooler of the plain model.
        model = transformers.XLMRobertaForMaskedLM(config)
    model.save_pretrained(folder)
    codes = {word: code for code, word in enumerate(WORDS)}
    tokenizer = Tokenizer(models.WordLevel(codes, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    return str(folder)
