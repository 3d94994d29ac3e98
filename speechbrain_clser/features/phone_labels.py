"""Obtain the phones of all utterances from a chosen source, and encode them."""

import logging
from pathlib import Path

import torch

from speechbrain_clser import corpora
from speechbrain_clser.data.audio import load
from speechbrain_clser.features.phones.phone_cache import cached_phones

logger = logging.getLogger(__name__)

SOURCES = ("known", "files", "align", "ctc", "units")
VERSION = 1  # incremented when aligner or recogniser results change
SHORTEST_S = 0.03
LEAST_POSTERIOR = 0.5  # minimum confidence of recognised phones


def phone_labels(
    source,
    rows,
    frames,
    frames_per_s,
    folder,
    recogniser="",
    alignments="",
    notation="ipa",
) -> dict:
    """Determine the phones of utterances with their times.

    Arguments
    ---------
    source : str
        ``"known"``: reference phones of the corpus; ``"files"``: output of an
        aligner; ``"align"``: forced alignment of the known sentence with a
        synthetic reading, or with a recogniser if one is given; ``"ctc"``:
        phone recogniser; ``"units"``: pseudo-phones by clustering of frames.
    rows : list of Utterance
        Utterances to label.
    frames : Mapping
        Utterance id to torch.Tensor, (frames, dim); used for units only.
    frames_per_s : int
        Frame rate of ``frames``.
    folder : str or Path
        Cache folder of aligned and recognised phones.
    recogniser : str
        Hub id or folder of a phone CTC model.
    alignments, notation : str
        For files; see ``reference_phones.aligned_phones``.

    Returns
    -------
    dict
        Utterance id to tuple of Phone; empty without phones.

    Raises
    ------
    ValueError
        If the source is unknown, needs a recogniser or alignments, or returns
        no phones.

    Example
    -------
    >>> from speechbrain_clser.data.utterance import Utterance
    >>> row = Utterance("1", "", "W", "x", "deu", phones=(("a", 0.0, 0.2),))
    >>> phone_labels("known", [row], {}, 50, getfixture("tmp_path"))["1"][0].ipa
    'a'
    """
    if source not in SOURCES:
        raise ValueError(
            f"phones must be one of {', '.join(SOURCES)}, got {source!r}"
        )
    if source == "ctc" and not recogniser:
        raise ValueError(
            "phones: ctc needs a recogniser; give --phone_recogniser <hub id or "
            "folder>, such as facebook/wav2vec2-lv-60-espeak-cv-ft"
        )
    if source == "files" and not alignments:
        raise ValueError(
            "phones: files needs the output of an aligner; give --phone_alignments "
            "<CTM file or folder of TextGrids>"
        )
    if source in ("known", "files"):
        from speechbrain_clser.features.phones import reference_phones

        found = (
            reference_phones.aligned_phones(rows, alignments, notation)
            if source == "files"
            else reference_phones.known_phones(rows)
        )
    elif source == "units":
        from speechbrain_clser.features.phones.units import Units

        units = Units.fit(rows, frames)
        found = units.phones_all(rows, frames, frames_per_s)
    else:
        found = _cached_labels(source, rows, Path(folder), recogniser)
    if not any(found.values()):
        raise ValueError(
            f"phones: {source}: found no phones in {len(rows)} utterances of "
            f"{', '.join(sorted({row.corpus for row in rows}))}; choose "
            f"another source; units works with any corpus"
        )
    without = [utterance for utterance, phones in found.items() if not phones]
    if source == "files" and without:
        logger.warning(
            "phones: files: %d of %d utterances without an alignment, such as %s",
            *(len(without), len(found), without[0]),
        )
    return found


def _cached_labels(source, rows, folder, recogniser):
    """Align or recognise phones, with a cache on disk."""
    recogniser_model, name = None, f"{source}-{VERSION}"
    if recogniser:
        from speechbrain_clser.features.phones.ctc import CtcRecogniser

        recogniser_model = CtcRecogniser(recogniser)
        name += f"-{recogniser_model.revision}"
    if source == "align":
        from speechbrain_clser.features.phones.align import align_all
        from speechbrain_clser.features.transcripts import text_of

        texts = corpora.sentences()

        def key_of(row):
            text = text_of(row, texts)
            return f"{row.digest} {row.language} {row.gender} {text}"

        def find(some):
            return align_all(some, load, texts, recogniser_model)

    else:
        from speechbrain_clser.features.phones.ctc import recognise_all

        def key_of(row):
            return row.digest

        def find(some):
            return recognise_all(some, load, recogniser_model)

    phones_of = cached_phones(folder / f"{name}.jsonl", rows, key_of, find)
    if source == "align":
        return phones_of
    return {
        utterance: tuple(p for p in phones if p.confidence >= LEAST_POSTERIOR)
        for utterance, phones in phones_of.items()
    }


def phone_codes(rows, phones, vowels_only=False) -> tuple:
    """Encode phones as integers with relative times.

    Returns the phone of each code, from 1 on, and utterance id to (phones, 3): code, start
    and end as shares of the utterance, 0-1. Phones under 30 ms are dropped, and consonants
    with ``vowels_only``, which is not for units.

    Example
    -------
    >>> from speechbrain_clser.data.utterance import Utterance
    >>> from speechbrain_clser.features.phones.phone import Phone
    >>> row = Utterance("1", "", "W", "x", "deu", duration_s=2.0)
    >>> names, codes = phone_codes([row], {"1": (Phone("a", 0.5, 1.0),)})
    >>> names, codes["1"]
    (['a'], tensor([[1.0000, 0.2500, 0.5000]]))
    """
    kept = {
        row.id: [
            (
                phone.ipa,
                phone.start_s / row.duration_s,
                phone.end_s / row.duration_s,
            )
            for phone in phones[row.id]
            if phone.end_s - phone.start_s >= SHORTEST_S
        ]
        for row in rows
    }
    names = sorted(
        {ipa for segments in kept.values() for ipa, _, _ in segments}
    )
    if vowels_only:
        from speechbrain_clser.features.phones.classes import phone_class

        names = [name for name in names if phone_class(name) == "vowel"]
    code = {name: number for number, name in enumerate(names, 1)}
    return names, {
        utterance: torch.tensor(
            [
                (code[ipa], start, min(end, 1.0))
                for ipa, start, end in segments
                if ipa in code
            ]
        ).reshape(-1, 3)
        for utterance, segments in kept.items()
    }
