"""Embed the tokens of transcripts with a pretrained text encoder."""

import dataclasses
import json

import torch

from speechbrain_clser.features import encoder_settings, loaded
from speechbrain_clser.features.batching import padded
from speechbrain_clser.features.extractor import Extractor
from speechbrain_clser.features.hub import TEXT, resolve, weights
from speechbrain_clser.features.size_limits import limited
from speechbrain_clser.features.spectrum import real_mask
from speechbrain_clser.features.streams import Streams

# Values of model_type in config.json; LaBSE and multilingual BERT are a bert.
KINDS = ("bert", "distilbert", "modernbert", "roberta", "xlm-roberta")
MAX_TOKENS = 256  # of a transcript; attention grows with the square
N_RESERVED = 2  # positions that RoBERTa does not use
SECOND = ("mfcc", "text")


@dataclasses.dataclass(frozen=True)
class TextConfig:
    """Configuration of ``TextEncoder``.

    Arguments
    ---------
    revision : str
        Commit of the hub, or digest of a folder; see ``hub.resolve``.
    layer : int, optional
        Whose output is used, 0 is the input of the first block; by default the last.
    """

    revision: str = ""
    layer: int | None = None


class TextEncoder(Extractor):
    """Embed the tokens of a transcript with a frozen encoder, such as XLM-RoBERTa.

    An extractor whose samples are the numbers of tokens, with one frame per token. The
    embedding of each token has zero mean and unit variance over its columns. The
    tokenizer is read from ``tokenizer.json`` alone, which is data.

    Arguments
    ---------
    source : str
        Hub id, or folder written by transformers.
    config : TextConfig, optional
        The ``config`` attribute has revision and layer filled in.

    Raises
    ------
    ValueError
        If it is no encoder of ``KINDS``, the layer does not exist, weights are missing,
        or the tokenizer belongs to another encoder.

    Example
    -------
    >>> import transformers
    >>> from tokenizers import Tokenizer, models, pre_tokenizers
    >>> folder = getfixture("tmp_path")
    >>> sizes = {"vocab_size": 3, "hidden_size": 8, "num_attention_heads": 2}
    >>> config = transformers.BertConfig(num_hidden_layers=1, **sizes)
    >>> transformers.BertModel(config).save_pretrained(folder)
    >>> words = {"?": 0, "guten": 1, "Tag": 2}
    >>> tokenizer = Tokenizer(models.WordLevel(words, unk_token="?"))
    >>> tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    >>> tokenizer.save(str(folder / "tokenizer.json"))
    >>> encoder = TextEncoder(folder)
    >>> encoder.tokens("guten Morgen")
    tensor([1, 0])
    >>> tokens, lens = encoder.embed(["guten Morgen", ""])
    >>> tokens.shape, lens, tokens[1].any()
    (torch.Size([2, 2, 8]), tensor([1.0000, 0.5000]), tensor(False))
    """

    version = 1
    sample_rate_hz = frames_per_s = 1  # a token
    unit = "tokens"

    def __init__(self, source, config=None):
        config = config or TextConfig()
        snapshot = resolve(str(source), config.revision, TEXT)
        folder = snapshot.folder
        kind = _kind(folder)
        model, tokenizer = _load(folder)
        n_blocks = model.config.num_hidden_layers
        layer = n_blocks if config.layer is None else config.layer
        if layer not in range(n_blocks + 1):
            raise ValueError(
                f"text_layer: expected a layer of 0-{n_blocks} of the {kind} in "
                f"{folder}, found {layer!r}"
            )
        super().__init__(
            dataclasses.replace(config, revision=snapshot.revision, layer=layer)
        )
        self.source, self.tokenizer = str(source), tokenizer
        self.model = model.float().requires_grad_(False)
        self.dim = model.config.hidden_size
        n_positions = model.config.max_position_embeddings - N_RESERVED
        self.longest = min(MAX_TOKENS, n_positions)
        self.exclude_from_state(self.state_dict().keys())
        self.train()

    def tokens(self, text):
        """Return the tokens of a transcript, torch.LongTensor, (tokens,).

        Those of the tokenizer that mark the start and the end are included. A long
        transcript is cut at ``longest``, before its last token; a blank one has none.
        """
        found = self.tokenizer.encode(text).ids if text.strip() else []
        if len(found) > self.longest:
            found = [*found[: self.longest - 1], found[-1]]
        return torch.tensor(found, dtype=torch.int64)

    def embed(self, texts):
        """Embed transcripts; one that is blank has one token, of zeros.

        Arguments
        ---------
        texts : list of str
            Of a batch.

        Returns
        -------
        tokens : torch.Tensor, (batch, tokens, dim)
            Zero in the padding.
        lens : torch.Tensor, (batch,)
            Fraction of each row that is real, 0-1.
        """
        device = next(self.model.parameters()).device
        tokens = [self.tokens(text) for text in texts]
        is_given = torch.tensor([len(one) > 0 for one in tokens], device=device)
        tokens, lens = padded(
            [one if len(one) else one.new_zeros(1) for one in tokens]
        )
        lens = lens.to(device)
        frames = self(tokens.to(device), lens)
        return frames * is_given[:, None, None], lens

    @torch.no_grad()
    def forward(self, tokens, lens):
        """Embed the tokens of a batch, (batch, tokens); see ``Extractor``."""
        n_tokens = (lens * tokens.shape[1]).round()
        is_real = real_mask(n_tokens, tokens.shape[1])
        with torch.autocast(tokens.device.type, enabled=False):
            hidden = self.model(
                input_ids=tokens,
                attention_mask=is_real.long(),
                output_hidden_states=True,
            ).hidden_states[self.config.layer]
        frames = torch.nn.functional.layer_norm(hidden, (self.dim,))
        return frames.where(is_real[..., None], 0.0)


def streams(
    encoder, second_stream, mfcc, text_encoder, revision=None, layer=None
) -> Streams:
    """Build the streams of an encoder and of MFCC, or of transcripts.

    Arguments
    ---------
    encoder, mfcc : Extractor
        Of the audio.
    second_stream : str
        ``"mfcc"`` or ``"text"``.
    text_encoder, revision, layer
        For text; see ``TextEncoder``.

    Raises
    ------
    ValueError
        If there is no such second stream.

    Example
    -------
    >>> from speechbrain_clser.features.encoders import extractor
    >>> found = streams(extractor("acoustic"), "mfcc", extractor("mfcc"), "")
    >>> list(found.places)
    ['encoder', 'mfcc']
    """
    if second_stream not in SECOND:
        raise ValueError(
            f"second_stream must be {' or '.join(SECOND)}, got {second_stream!r}"
        )
    if second_stream == "mfcc":
        return Streams(encoder=encoder, mfcc=mfcc)
    config = TextConfig(revision or "", layer)
    return Streams(encoder=encoder, text=TextEncoder(text_encoder, config))


def _kind(folder):
    """Return the kind of an encoder; raise ValueError for others."""
    path = folder / "config.json"
    kind = encoder_settings.read(path).get("model_type")
    if kind not in KINDS:
        raise ValueError(
            f"text encoders are of the kind {', '.join(KINDS)}; {path} has the "
            f"model_type {kind!r}, choose another text encoder"
        )
    return kind


def _load(folder):
    """Load the model and the tokenizer of a folder."""
    from transformers import AutoModel, PreTrainedTokenizerFast

    n_bytes = sum(path.stat().st_size for path in weights(folder, TEXT))
    with limited(4 * n_bytes, folder), loaded.without_complaints():
        model, info = AutoModel.from_pretrained(
            folder,
            output_loading_info=True,
            ignore_mismatched_sizes=True,
            trust_remote_code=False,
        )
    model.pooler = None  # unused, and missing in some checkpoints
    loaded.check(model, info, f"text encoder in {folder}")
    path = folder / "tokenizer.json"
    _refuse_damaged(path)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=str(path)
    ).backend_tokenizer
    tokenizer.no_truncation()
    tokenizer.no_padding()
    last, size = max(tokenizer.get_vocab().values()), model.config.vocab_size
    if last >= size:
        raise ValueError(
            f"{path}: expected tokens with numbers below {size:,}, those of the "
            f"encoder, found {last:,}; take both from one model"
        )
    return model, tokenizer


def _refuse_damaged(path):
    """Raise ValueError for a file that is no tokenizer."""
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        settings = error
    if not (isinstance(settings, dict) and settings.get("model")):
        raise ValueError(
            f"{path}: expected a fast tokenizer of transformers, found none; "
            "download or save the complete model again"
        )
