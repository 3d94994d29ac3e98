"""The phones of all utterances, from whichever source there is, as codes."""

from pathlib import Path

import torch

from speechbrain_clser import corpora
from speechbrain_clser.data.audio import load
from speechbrain_clser.features.phones.phone_cache import cached_phones

SOURCES = ("known", "align", "ctc", "units")
VERSION = 1  # raised when an aligner or a recogniser finds other phones
SHORTEST_S = 0.03
LEAST_POSTERIOR = 0.5  # of a phone that a recogniser heard


def phone_labels(
    source, rows, frames, frames_per_s, folder, recogniser=""
) -> dict:
    """Find out which phones are said, and when.

    Arguments
    ---------
    source : str
        ``"known"``: the corpus tells; ``"align"``: the sentence is known, and
        carried over from a reading, or found by a recogniser if one is given;
        ``"ctc"``: a recogniser listens; ``"units"``: nothing is known, frames
        fall into pseudo-phones.
    rows : list of Utterance
        All that are wanted.
    frames : Mapping
        Utterance id to torch.Tensor, (frames, dim); read for units alone.
    frames_per_s : int
        Of ``frames``.
    folder : str or Path
        Keeps what was aligned or heard.
    recogniser : str
        Hub id or folder of a CTC model of phones.

    Returns
    -------
    dict
        Utterance id to tuple of Phone; empty where nothing is known.

    Raises
    ------
    ValueError
        If there is no such source, it lacks a recogniser, or it knows nothing.

    Example
    -------
    >>> from speechbrain_clser.data.utterance import Utterance
    >>> row = Utterance("1", "", "W", "x", "deu", phones=(("a", 0.0, 0.2),))
    >>> spoken("known", [row], {}, 50, getfixture("tmp_path"))["1"][0].ipa
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
    if source == "known":
        from speechbrain_clser.features.phones.reference_phones import (
            known_phones,
        )

        found = known_phones(rows)
    elif source == "units":
        from speechbrain_clser.features.phones.units import Units

        units = Units.fit(rows, frames)
        found = units.phones_all(rows, frames, frames_per_s)
    else:
        found = _listened(source, rows, Path(folder), recogniser)
    if not any(found.values()):
        raise ValueError(
            f"phones: {source} found none in {len(rows)} utterances of "
            f"{', '.join(sorted({row.corpus for row in rows}))}; choose "
            f"another source, units works on anything"
        )
    return found


def _listened(source, rows, folder, recogniser):
    """Phones that are found in the sound, once and for all."""
    hearing, name = None, f"{source}-{VERSION}"
    if recogniser:
        from speechbrain_clser.features.phones.ctc import CtcRecogniser

        hearing = CtcRecogniser(recogniser)
        name += f"-{hearing.revision}"
    if source == "align":
        from speechbrain_clser.features.phones.align import align_all, text_of

        texts = corpora.sentences()

        def key_of(row):
            text = text_of(row, texts)
            return f"{row.digest} {row.language} {row.gender} {text}"

        def find(some):
            return align_all(some, load, texts, hearing)

    else:
        from speechbrain_clser.features.phones.ctc import recognise_all

        def key_of(row):
            return row.digest

        def find(some):
            return recognise_all(some, load, hearing)

    phones_of = cached_phones(folder / f"{name}.jsonl", rows, key_of, find)
    if source == "align":
        return phones_of
    return {
        utterance: tuple(p for p in phones if p.confidence >= LEAST_POSTERIOR)
        for utterance, phones in phones_of.items()
    }


def phone_codes(rows, phones, vowels_only=False) -> tuple:
    """Number the phones, and tell their times as shares of the utterance.

    Arguments
    ---------
    rows : iterable of Utterance
        With durations.
    phones : dict
        Utterance id to tuple of Phone; those under 30 ms are left out.
    vowels_only : bool
        Whether consonants are left out too; not for units.

    Returns
    -------
    names : list of str
        Phone of each code from 1 on.
    codes : dict
        Utterance id to torch.Tensor, (phones, 3): code, start and end as
        shares of the utterance, 0-1.

    Example
    -------
    >>> from speechbrain_clser.data.utterance import Utterance
    >>> from speechbrain_clser.features.phones.phone import Phone
    >>> row = Utterance("1", "", "W", "x", "deu", duration_s=2.0)
    >>> names, codes = phone_codes([row], {"1": (Phone("a", 0.5, 1.0),)})
    >>> names, codes["1"]
    (['a'], tensor([[1.0000, 0.2500, 0.5000]]))
    """
    cached_phones = {
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
        {ipa for said in cached_phones.values() for ipa, _, _ in said}
    )
    if vowels_only:
        from speechbrain_clser.features.phones.classes import phone_class

        names = [name for name in names if phone_class(name) == "vowel"]
    code = {name: number for number, name in enumerate(names, 1)}
    return names, {
        utterance: torch.tensor(
            [
                (code[ipa], start, min(end, 1.0))
                for ipa, start, end in said
                if ipa in code
            ]
        ).reshape(-1, 3)
        for utterance, said in cached_phones.items()
    }
