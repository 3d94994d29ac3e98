"""The rows of a corpus: named apart from other corpora's, labels understood."""

import dataclasses
from pathlib import Path

from speechbrain_clser.data.corpus import Corpus, recordings
from speechbrain_clser.data.manifest.names import one_spelling
from speechbrain_clser.evaluation.formatting import pluralise
from speechbrain_clser.languages import is_known, normalise


def rows_of(corpus: Corpus, root: Path) -> tuple:
    """List what a corpus tells, with prefixes and canonical emotions.

    Arguments
    ---------
    corpus : Corpus
        Whose rows.
    root : Path
        Its folder.

    Returns
    -------
    rows : list of Utterance
        Ids and speakers start with the name of the corpus; languages are ISO
        639-3. Of own data, spellings of one speaker are one name.
    notes : dict
        What was changed, for the report: ``repeated`` (ids of rows that were
        listed once more and dropped), ``speaker_spellings`` (name to its other
        spellings) and ``unknown_languages`` (kept as they are).

    Raises
    ------
    FileNotFoundError
        If the folder does not exist.
    ValueError
        If the folder is empty or another corpus's, a label is unknown, or an
        id comes twice.
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
            language=normalise(row.language),
            corpus=name,
            emotion=_emotion(corpus, row),
        )
        known = seen.setdefault(row.id, row)
        if known is row:
            continue
        if known.wav != row.wav or not corpus.card.is_own:
            raise ValueError(
                f"{name}: expected every id once, found {row.id} as "
                f"{known.wav} and as {row.wav}; does the corpus lie in "
                f"{root} twice? Keep one copy, or give the folder of one"
            )
        repeated.append(row.id)
    rows = list(seen.values())
    return rows, {
        "repeated": repeated,
        "speaker_spellings": merged,
        "unknown_languages": sorted(
            {row.language for row in rows if not is_known(row.language)}
        ),
    }


def _nothing(card, root):
    """Why a folder holds no utterance of a corpus."""
    if not root.is_dir():
        return FileNotFoundError(
            f"{card.name}: expected its folder at {root}, found none; "
            f"correct --data_folder"
        )
    found = [path.name for path in recordings(root)]
    if not found:
        return ValueError(
            f"{card.name}: expected recordings in {root}, found none; is the "
            f"archive unpacked? {card.title}: {card.address}"
        )
    return ValueError(
        f"{card.name}: expected names such as {card.example} in {root}, found "
        f"{pluralise(len(found), 'recording')}, none of that form, such as "
        f"{', '.join(found[:3])}; is it the folder of another corpus?"
    )


def _emotion(corpus, row):
    """Canonical emotion of a row."""
    try:
        return corpus.emotions[row.raw_emotion]
    except KeyError:
        raise ValueError(
            f"{corpus.card.name}: expected a label among "
            f"{', '.join(sorted(corpus.emotions))}, found {row.raw_emotion!r} "
            f"for {row.id} ({row.wav}); correct the label or the name"
        ) from None
