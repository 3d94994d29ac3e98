"""The rows of a corpus: named apart from other corpora's, labels understood."""

import dataclasses
from pathlib import Path

from speechbrain_clser.data.corpus import Corpus, recordings


def rows_of(corpus: Corpus, root: Path) -> list:
    """List what a corpus tells, with prefixes and canonical emotions.

    Arguments
    ---------
    corpus : Corpus
        Whose rows.
    root : Path
        Its folder.

    Returns
    -------
    list of Utterance
        Ids and speakers start with the name of the corpus.

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
    rows, seen = [], {}
    for row in raw:
        row = dataclasses.replace(
            row,
            id=f"{name}_{row.id}",
            speaker=f"{name}_{row.speaker}",
            corpus=name,
            emotion=_emotion(corpus, row),
        )
        if row.id in seen:
            raise ValueError(
                f"{name}: expected every id once, found {row.id} as "
                f"{seen[row.id]} and as {row.wav}; does the corpus lie in "
                f"{root} twice? Keep one copy, or give the folder of one"
            )
        seen[row.id] = row.wav
        rows.append(row)
    return rows


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
        f"{len(found)} recordings, none of that form, such as "
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
