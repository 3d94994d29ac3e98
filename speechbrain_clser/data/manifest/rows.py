"""List the rows of a corpus with unique names and canonical emotions."""

import collections
import dataclasses
import re
import unicodedata
from pathlib import Path

from speechbrain_clser.data.corpus import Corpus, recordings
from speechbrain_clser.languages import UNDETERMINED, normalise
from speechbrain_clser.printable import pluralise


def rows_of(corpus: Corpus, root: Path) -> tuple:
    """List the utterances of a corpus with prefixed ids and canonical emotions.

    Arguments
    ---------
    corpus : Corpus
        Corpus to list.
    root : Path
        Corpus folder.

    Returns
    -------
    rows : list of Utterance
        Ids and speakers are prefixed with the corpus name; languages are ISO
        639-3. In user-provided data, spellings of one speaker name are merged.
    notes : dict
        Changes, for the report: ``repeated`` (ids of dropped duplicate rows)
        and ``speaker_spellings`` (name to its other spellings).

    Raises
    ------
    FileNotFoundError
        If the folder does not exist.
    ValueError
        If the folder is empty or belongs to another corpus, a label or language
        is unknown, or an id is duplicated.
    """
    name = corpus.card.name
    raw = list(corpus.utterances(root))
    if not raw:
        raise _nothing(corpus.card, root)
    names, merged = {}, {}
    if corpus.card.is_own:
        names, merged = one_spelling([row.speaker for row in raw])
    seen, repeated = {}, []
    for row in raw:
        row = dataclasses.replace(
            row,
            id=f"{name}_{row.id}",
            speaker=f"{name}_{names.get(row.speaker, row.speaker)}",
            language=_language(name, row),
            corpus=name,
            emotion=_emotion(corpus, row),
        )
        previous = seen.setdefault(row.id, row)
        if previous is row:
            continue
        if previous.wav != row.wav or not corpus.card.is_own:
            raise ValueError(
                f"{name}: expected every id once, found {row.id} as "
                f"{previous.wav} and as {row.wav}. If {root} holds the corpus "
                f"twice, keep one copy, or give the folder of one copy"
            )
        repeated.append(row.id)
    rows = list(seen.values())
    return rows, {"repeated": repeated, "speaker_spellings": merged}


def _nothing(card, root):
    """Build the error for a folder without utterances of a corpus."""
    if not root.is_dir():
        return FileNotFoundError(
            f"{card.name}: expected its folder at {root}, found none; "
            f"correct --data_folder"
        )
    found = [path.name for path in recordings(root)]
    if not found:
        return ValueError(
            f"{card.name}: expected recordings in {root}, found none; unpack "
            f"the archive. {card.title}: {card.address}"
        )
    return ValueError(
        f"{card.name}: expected names such as {card.example} in {root}, found "
        f"{pluralise(len(found), 'recording')}, none of that form, such as "
        f"{', '.join(found[:3])}; this may be another corpus, give the folder of this corpus"
    )


def _language(corpus, row):
    """Return the language of a row, undetermined if the corpus has none."""
    try:
        return normalise(row.language or UNDETERMINED)
    except ValueError as error:
        raise ValueError(f"{corpus}, {row.id} ({row.wav}): {error}") from None


def _emotion(corpus, row):
    """Return the canonical emotion of a row."""
    try:
        return corpus.emotions[row.raw_emotion]
    except KeyError:
        raise ValueError(
            f"{corpus.card.name}: expected a label among "
            f"{', '.join(sorted(corpus.emotions))}, found {row.raw_emotion!r} "
            f"for {row.id} ({row.wav}); correct the label or the name"
        ) from None


def spelling_key(name: str) -> str:
    """Reduce a name to a key shared by all of its spellings.

    Example
    -------
    >>> spelling_key("Spk-1") == spelling_key("spk_1") == spelling_key("SPK 1")
    True
    """
    name = unicodedata.normalize("NFC", name).strip().casefold()
    return re.sub(r"[\s_-]+", "_", unicodedata.normalize("NFC", name))


def one_spelling(names: list) -> tuple:
    """Select one spelling of each name.

    Arguments
    ---------
    names : list of str
        Spellings with repetitions.

    Returns
    -------
    chosen : dict
        Each spelling to the most frequent spelling of its name; ties are
        resolved alphabetically.
    merged : dict
        Selected spelling to the list of others; names with one spelling are
        not included.

    Example
    -------
    >>> one_spelling(["ann", "ann", "ANN", "bob"])[1]
    {'ann': ['ANN']}
    """
    spellings = collections.defaultdict(collections.Counter)
    for name in names:
        spellings[spelling_key(name)][name] += 1
    chosen, merged = {}, {}
    for counts in spellings.values():
        best, *others = sorted(counts, key=lambda name: (-counts[name], name))
        chosen |= dict.fromkeys(counts, best)
        if others:
            merged[best] = others
    return chosen, merged
