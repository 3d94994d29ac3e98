"""Recognise or align phones with a multilingual CTC model.

Example model: facebook/wav2vec2-lv-60-espeak-cv-ft, Xu, Baevski and Auli, Simple and
Effective Zero-shot Cross-lingual Phoneme Recognition, Interspeech 2022. Its
symbols are those of eSpeak NG; its tokenizer, which needs a GPL library, is not
used.
"""

import json
import logging
from collections.abc import Callable, Iterable
from pathlib import Path

import torch
from huggingface_hub import hf_hub_download
from huggingface_hub.errors import EntryNotFoundError
from transformers import AutoFeatureExtractor, AutoModelForCTC

from speechbrain_clser.data.utterance import Utterance
from speechbrain_clser.features import loaded
from speechbrain_clser.features.hub import resolve
from speechbrain_clser.features.phones.ipa import to_ipa
from speechbrain_clser.features.phones.phone import phones_of
from speechbrain_clser.features.phones.runs import runs_of, spread

logger = logging.getLogger(__name__)

SAMPLE_RATE_HZ = 16000

# A CTC model emits a phone in one or two frames and blanks until the next. A phone is
# therefore extended to the middle of the gap, by at most this duration.
REACH_S = 0.06


class CtcRecogniser:
    """Recognise phones, or align given ones, with a pretrained CTC model.

    Arguments
    ---------
    source : str
        Hub id, or folder with model, feature extractor and ``vocab.json``.
    revision : str
        See ``hub.resolve``.
    device : str
        Device of the model.

    Raises
    ------
    FileNotFoundError
        If the folder does not exist or is incomplete.
    ValueError
        If ``source`` is neither a folder nor a hub id, weights are missing or not
        finite, or the vocabulary does not match the model.
    """

    def __init__(self, source, revision="", device="cpu"):
        snapshot = resolve(source, revision)
        self.revision = snapshot.revision
        self.symbols = _vocabulary(source, snapshot)
        self.extractor = AutoFeatureExtractor.from_pretrained(
            snapshot.folder, trust_remote_code=False
        )
        self.model, info = AutoModelForCTC.from_pretrained(
            snapshot.folder,
            trust_remote_code=False,
            output_loading_info=True,
            ignore_mismatched_sizes=True,
        )
        loaded.check(self.model, info, f"recogniser in {snapshot.folder}")
        self.model.eval().requires_grad_(False).to(device)
        self.device = device
        config = self.model.config
        if max(self.symbols) >= config.vocab_size:
            raise ValueError(
                f"{source}: expected a vocabulary of {config.vocab_size} symbols, "
                f"as the model has, found one of {max(self.symbols) + 1} in "
                "vocab.json; use files of the same model"
            )
        self.blank = config.pad_token_id
        self.symbols.pop(self.blank, None)
        self.hop_s = config.inputs_to_logits_ratio / SAMPLE_RATE_HZ
        # If several symbols map to one phone, use the shortest.
        plainest = sorted(self.symbols.items(), key=lambda item: -len(item[1]))
        self.ids = {to_ipa(symbol): n for n, symbol in plainest}
        self.ids |= {symbol: n for n, symbol in plainest}

    @torch.inference_mode()
    def log_posteriors(self, wav):
        """Compute natural log posteriors, (frames, symbols), every ``hop_s`` seconds."""
        values = self.extractor(
            wav.cpu().numpy(), sampling_rate=SAMPLE_RATE_HZ, return_tensors="pt"
        ).input_values
        logits = self.model(values.to(self.device)).logits[0]
        return logits.float().log_softmax(dim=-1).cpu()

    def recognise(self, wav):
        """Recognise the phones of an utterance; confidence is the mean posterior."""
        posteriors = self.log_posteriors(wav).exp()
        sure, path = posteriors.max(dim=1)
        return self._phones(path, sure)

    def find(self, wav, symbols):
        """Align phones in the notation of eSpeak NG with an utterance.

        Symbols that the model does not have are dropped and logged. Confidence is the mean
        posterior; empty if the utterance is too short.
        """
        from torchaudio.functional import forced_align  # slow to import

        ids = [self._id_of(symbol) for symbol in symbols]
        unknown = {s for s, n in zip(symbols, ids, strict=True) if n is None}
        if unknown:
            logger.warning(
                "The recogniser has no phone for %s", ", ".join(sorted(unknown))
            )
        target = torch.tensor([n for n in ids if n is not None])
        posteriors = self.log_posteriors(wav)
        # Two equal phones need a blank in between.
        n_needed = len(target) + int((target[1:] == target[:-1]).sum())
        if not len(target) or len(posteriors) < n_needed:
            return ()
        path, sure = forced_align(
            posteriors[None], target[None], blank=self.blank
        )
        return self._phones(path[0], sure[0].exp())

    def _id_of(self, symbol):
        """Return the index of a symbol, as given or in the shared inventory."""
        return self.ids.get(symbol, self.ids.get(to_ipa(symbol)))

    def _phones(self, path, sure):
        """Convert a frame-wise path to phones."""
        runs = [run for run in runs_of(path) if run[0] in self.symbols]
        grown = spread(runs, len(path), REACH_S / self.hop_s)
        return phones_of(
            (
                self.symbols[symbol],
                start * self.hop_s,
                end * self.hop_s,
                sure[first:last].mean().item(),
            )
            for (symbol, start, end), (_, first, last) in zip(
                grown, runs, strict=True
            )
        )


def recognise_all(
    rows: Iterable[Utterance], load: Callable, recogniser: CtcRecogniser
) -> dict:
    """Recognise the phones of utterances, by id.

    Example
    -------
    >>> row = Utterance("1", "1.wav", "W", "ann", "deu")
    >>> class Silent:
    ...     def recognise(self, wav):
    ...         return ()
    >>> recognise_all([row], lambda wav, rate: None, Silent())
    {'1': ()}
    """
    return {
        row.id: recogniser.recognise(load(row.wav, SAMPLE_RATE_HZ))
        for row in rows
    }


def _vocabulary(source, snapshot):
    """Read the vocabulary: index to symbol, without special symbols."""
    path = snapshot.folder / "vocab.json"
    if not path.exists() and not Path(source).expanduser().is_dir():
        try:
            path = Path(
                hf_hub_download(
                    source, "vocab.json", revision=snapshot.revision
                )
            )
        except EntryNotFoundError:
            pass  # handled below, as for a folder
    if not path.exists():
        raise FileNotFoundError(
            f"expected vocab.json in the model folder of {source}, found none; use "
            "a CTC model that outputs phones"
        )
    symbols = json.loads(path.read_text(encoding="utf-8"))
    return {
        n: symbol
        for symbol, n in symbols.items()
        if symbol != "|" and symbol[0] + symbol[-1] not in ("<>", "[]")
    }
