"""Load the embedded transcripts of all utterances."""

import dataclasses
import hashlib
import logging
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import torch

from speechbrain_clser.data.utterance import Utterance
from speechbrain_clser.features.store import Store

logger = logging.getLogger(__name__)

NAME = re.compile(r"[A-Za-z0-9_-]*")


def text_of(row: Utterance, sentences: Mapping) -> str:
    """Return the transcript of an utterance; empty if unknown.

    ``sentences`` maps a corpus to a mapping of sentence names to texts; other corpora must
    store the text. One word of ASCII letters and digits is a name.

    Example
    -------
    >>> row = Utterance("1", "1.wav", "W", "x", "deu", sentence="a", corpus="x")
    >>> text_of(row, {"x": {"a": "Guten Tag."}}), text_of(row, {})
    ('Guten Tag.', '')
    """
    if row.corpus in sentences:
        return sentences[row.corpus].get(row.sentence, "")
    return (
        "" if NAME.fullmatch(row.sentence) else " ".join(row.sentence.split())
    )


class Transcripts(Mapping):
    """Mapping of utterance id to embedded tokens, torch.Tensor, (tokens, dim).

    One token of zeros for an utterance without a transcript.

    Arguments
    ---------
    texts : dict
        Utterance id to its transcript; empty without one.
    frames : Mapping
        Id of each utterance with a transcript to its tokens.
    dim : int
        Of the tokens.

    Example
    -------
    >>> Transcripts({"1": ""}, {}, 2)["1"]
    tensor([[0., 0.]])
    """

    def __init__(self, texts, frames, dim):
        self.texts, self.frames, self.dim = texts, frames, dim

    def __getitem__(self, utterance):
        if self.texts[utterance]:
            return self.frames[utterance]
        return torch.zeros(1, self.dim)

    def __iter__(self):
        return iter(self.texts)

    def __len__(self):
        return len(self.texts)

    def coverage(self, parts) -> dict:
        """Count transcripts.

        Arguments
        ---------
        parts : iterable of tuple
            Name of a part and its utterances.

        Returns
        -------
        dict
            Name of each part with utterances to their number, ``n_utterances``, the
            number without a transcript, ``n_without``, and of different transcripts,
            ``n_different``.

        Example
        -------
        >>> row = Utterance("1", "1.wav", "W", "ann", "deu")
        >>> Transcripts({"1": ""}, {}, 2).coverage([("train", [row])])
        {'train': {'n_utterances': 1, 'n_without': 1, 'n_different': 0}}
        """
        found = {
            name: [self.texts[row.id] for row in rows] for name, rows in parts
        }
        return {
            name: {
                "n_utterances": len(texts),
                "n_without": texts.count(""),
                "n_different": len({*texts} - {""}),
            }
            for name, texts in found.items()
            if texts
        }


def load_transcripts(
    encoder,
    folder,
    rows: Iterable[Utterance],
    sentences,
    dtype="float32",
    device="cpu",
) -> Transcripts:
    """Embed the transcripts of utterances, each text once, in a store.

    Arguments
    ---------
    encoder : TextEncoder
        Of the tokens.
    folder : str or Path
        Folder of the stores.
    rows : iterable of Utterance
        All utterances of a run.
    sentences : Mapping
        As for ``text_of``.
    dtype, device : str
        As for ``loading.load_features``.

    Raises
    ------
    ValueError
        If no utterance has a transcript.

    Example
    -------
    >>> row = Utterance(
    ...     "1", "1.wav", "W", "x", "deu", sentence="a1", corpus="x"
    ... )
    >>> load_transcripts(None, getfixture("tmp_path"), [row], {})
    Traceback (most recent call last):
    ...
    ValueError: second_stream: text: expected transcripts, found none in 1 utt...
    """
    rows = list(rows)
    texts = {row.id: text_of(row, sentences) for row in rows}
    spoken = [
        dataclasses.replace(
            row,
            wav=texts[row.id],
            digest=hashlib.sha256(texts[row.id].encode()).hexdigest(),
            duration_s=float(len(encoder.tokens(texts[row.id]))),
        )
        for row in rows
        if texts[row.id]
    ]
    if not spoken:
        raise ValueError(
            f"second_stream: text: expected transcripts, found none in {len(rows)} "
            f"utterances of {', '.join(sorted({row.corpus for row in rows}))}; add a "
            "column text to the table of your corpus, or give --second_stream mfcc"
        )
    without = [row for row in rows if not texts[row.id]]
    if without:
        logger.warning(
            "text: %d of %d utterances have no transcript, such as %s; their second "
            "stream has one token of zeros",
            *(len(without), len(rows), without[0].id),
        )
    store = Store(Path(folder, "text"), encoder, dtype)
    store.fill(spoken, lambda text, _: encoder.tokens(text), device)
    return Transcripts(texts, store.view(spoken), encoder.dim)
