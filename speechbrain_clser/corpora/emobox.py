"""EmoBox: the official folds of published corpora.

EmoBox splits 32 corpora into folds. In a protocol, ``emobox:emodb/2`` is the second fold
of EMO-DB and ``emobox:emodb`` the first; ``clser audit emobox:emodb/2`` audits it.
The folder is a clone of EmoBox, with ``data/emodb/fold_2/emodb_train_fold_2.jsonl`` (and
``test``, some ``valid``), and the recordings below ``downloads``, as EmoBox asks for:
``downloads/emodb/wav/03a01Fa.wav``. Corpora without a reader here are not supported.

A manifest lists key, path and label, neither speaker nor sentence. Utterances are read by
the reader of the corpus, and the manifest defines which of them belong to which part, so
that labels are the reader's: EmoBox's maps of labels lack some, such as ``neutral`` of
EMO-DB. The session is part and session, ``train/…``, so the audit compares the speakers of
the parts, but not their sessions.

Z. Ma, M. Chen, H. Zhang, Z. Zheng, W. Chen, X. Li, J. Ye, X. Chen and T. Hain: EmoBox:
Multilingual Multi-corpus Speech Emotion Recognition Toolkit and Benchmark. Interspeech
2024.
"""

import dataclasses
import json
import unicodedata
from pathlib import Path

from speechbrain_clser.data.corpus import Corpus
from speechbrain_clser.data.protocol_files import EMOBOX

CITATION = (
    "Ma et al., EmoBox: Multilingual Multi-corpus Speech Emotion Recognition "
    "Toolkit and Benchmark, Interspeech 2024"
)
PARTS = ("train", "valid", "test")


def corpus(name: str, load) -> Corpus:
    """Create the corpus of a fold of EmoBox.

    Arguments
    ---------
    name : str
        ``emobox_``, corpus and fold: ``emobox_emodb_2`` for ``emobox:emodb/2`` of a
        protocol.
    load : callable
        Returns the ``Corpus`` of a name, here of the reader of the corpus.

    Returns
    -------
    Corpus
        Card, label map and utterances are those of the reader; the card has no counts,
        and the citation and address of EmoBox in addition. Utterances are those of the
        manifests of the fold, and their session starts with the part, ``train/``.

    Example
    -------
    >>> from speechbrain_clser.corpora import load
    >>> corpus("emobox_emodb_2", load).card.title
    'EmoBox, fold 2 of EMO-DB (Berlin Database of Emotional Speech)'
    """
    of, _, fold = name.removeprefix(EMOBOX).rpartition("_")
    reader = load(of)
    card = dataclasses.replace(
        reader.card,
        name=name,
        title=f"EmoBox, fold {fold} of {reader.card.title}",
        n_utterances=None,
        n_speakers=None,
        hours=None,
        citation=f"{CITATION}; {reader.card.citation}",
        address=f"https://github.com/emo-box/EmoBox; {reader.card.address}",
        folders=("EmoBox", "EmoBox-main"),
        example=f"data/{of}/fold_{fold} with downloads/{of}",
    )

    def utterances(root):
        """Yield the utterances of the fold, in the order of its manifests."""
        yield from _utterances(Path(root), of, fold, reader.utterances)

    return Corpus(card, reader.emotions, utterances)


def _utterances(root, of, fold, read):
    """Yield the utterances of the reader that a manifest lists, with their part."""
    parts = _parts(root, of, fold)
    known = {_key(row.wav): row for row in read(root / "downloads" / of)}
    absent = [
        p for paths in parts.values() for p in paths if _key(p) not in known
    ]
    if absent:
        n_paths = sum(map(len, parts.values()))
        raise FileNotFoundError(
            f"emobox:{of}/{fold}: expected the {n_paths} recordings of the "
            f"manifests in {root}, found no {absent[0].relative_to(root)} and "
            f"{len(absent) - 1} others missing; give the folder with EmoBox's "
            f"data and downloads, and put {of} into downloads/{of}"
        )
    for part, paths in parts.items():
        for path in paths:
            row = known[_key(path)]
            session = f"{part}/{row.session or row.id}"
            yield dataclasses.replace(row, session=session)


def _parts(root, of, fold):
    """Read the paths of each part from the manifests."""
    folder, parts = root / "data" / of / f"fold_{fold}", {}
    for part in PARTS:
        path = folder / f"{of}_{part}_fold_{fold}.jsonl"
        if path.is_file():
            with path.open(encoding="utf-8") as file:
                parts[part] = [root / json.loads(line)["wav"] for line in file]
        elif part != "valid":
            folds = sorted(p.name for p in folder.parent.glob("fold_*"))
            raise FileNotFoundError(
                f"emobox:{of}/{fold}: expected the manifest {path}, found none; "
                f"there are {', '.join(folds) or 'no folds'} in {folder.parent}"
            )
    return parts


def _key(path):
    """Path without suffix, as some are published as videos or decomposed."""
    text = Path(path).with_suffix("").as_posix()
    return unicodedata.normalize("NFC", text)
