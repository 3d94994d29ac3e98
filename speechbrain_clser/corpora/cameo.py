"""CAMEO: a Hugging Face dataset of 13 published corpora, read with ``datasets``.

In a protocol, ``cameo:nemo`` is the nEMO of CAMEO, and ``cameo:pavoque`` a corpus without
a reader of its own. The folder has a folder per corpus, as ``save_to_disk`` writes it
(``nemo/state.json``), or the files of the hub (``data/nemo-00000-of-00001.parquet``).
Columns are ``file_id``, ``audio`` (16 kHz), ``emotion``, ``transcription``,
``speaker_id``, ``gender``, ``age``, ``dataset``, ``language`` and ``license``.

Recordings are columns of these files, so they are written to the cache folder once.
Emotions of CAMEO that are none here, such as ``poker`` or ``assertiveness``, are labels
that no shipped protocol uses. CAMEO and the readers of its corpora have the same
recordings; the audit finds them if a protocol has both.

I. Christop and M. Czajka: CAMEO: Collection of Multilingual Emotional Speech Corpora.
arXiv 2505.11051, 2025.
"""

import hashlib
import json
import logging
import re
from pathlib import Path

from speechbrain_clser.cache import cache_folder
from speechbrain_clser.corpora._labels import Labels
from speechbrain_clser.data.corpus import AUDIO_SUFFIXES, Card, Corpus
from speechbrain_clser.data.protocol_files import CAMEO
from speechbrain_clser.data.utterance import Utterance
from speechbrain_clser.io import atomic_write, read_json

logger = logging.getLogger(__name__)

ADDRESS = "https://huggingface.co/datasets/amu-cai/CAMEO"
CITATION = (
    "Christop and Czajka, CAMEO: Collection of Multilingual Emotional Speech "
    "Corpora, arXiv 2505.11051, 2025"
)
INDEX = "utterances.json"
GENDERS = ("female", "male")
# Of the cards of parts without a reader of their own.
NO_READER = {"elicitation": "acted", "licence": "see the column license"}
# Part of CAMEO to the corpus that has a reader of its own, or to the values of its card.
PARTS = {
    "cafe": "cafe",
    "crema_d": "cremad",
    "emns": "emns",
    "emozionalmente": NO_READER
    | {
        "title": "Emozionalmente",
        "languages": ("ita",),
        "citation": "Catania, Wilke and Garzotto, Emozionalmente: A Crowdsourced Corpus of "
        "Simulated Emotional Speech in Italian, IEEE Transactions on Audio, Speech "
        "and Language Processing 33, 2025",
    },
    "enterface": "enterface",
    "jl_corpus": "jlcorpus",
    "mesd": "mesd",
    "nemo": "nemo",
    "oreau": "oreau",
    "pavoque": NO_READER
    | {
        "title": "PAVOQUE",
        "languages": ("deu",),
        "citation": "Steiner, Schröder and Klepp, The PAVOQUE corpus as a resource for analysis "
        "and synthesis of expressive speech, Phonetik & Phonologie 9, 2013",
    },
    "ravdess": "ravdess",
    "resd": "resd",
    "subesco": "subesco",
}


def corpus(name: str, load) -> Corpus:
    """Create the corpus of one of the ``PARTS`` of CAMEO.

    Arguments
    ---------
    name : str
        ``cameo_`` and the part: ``cameo_nemo`` for ``cameo:nemo`` of a protocol.
    load : callable
        Returns the ``Corpus`` of a name, here of a reader in ``PARTS``.

    Returns
    -------
    Corpus
        The card is that of the reader, if there is one, without counts, and with
        citation and licence of CAMEO in addition, and its address. Labels are mapped by
        ``Labels``, and utterances are read from the columns of CAMEO, not by the reader.

    Raises
    ------
    ValueError
        If CAMEO has no such part.

    Example
    -------
    >>> from speechbrain_clser.corpora import load
    >>> (
    ...     corpus("cameo_nemo", load).card.title,
    ...     corpus("cameo_pavoque", load).card.languages,
    ... )
    ('CAMEO, nEMO', ('deu',))
    """
    part = name.removeprefix(CAMEO)
    if part not in PARTS:
        raise ValueError(
            f"cameo:{part}: expected a corpus of CAMEO, found {part!r}; there are "
            f"{', '.join(PARTS)}"
        )
    known = PARTS[part]
    if isinstance(known, str):
        known = vars(load(known).card)
    changed = {
        "name": name,
        "title": f"CAMEO, {known['title']}",
        **{"n_utterances": None, "n_speakers": None, "hours": None},
        "licence": f"{known['licence']}; as part of CAMEO also CC BY-NC-SA 4.0",
        "citation": f"{CITATION}; {known['citation']}",
        "address": ADDRESS,
        "folders": ("CAMEO",),
        "example": f"{part}/state.json or data/{part}-00000-of-00001.parquet",
    }

    def utterances(root):
        """Yield the utterances in the order of the dataset."""
        for row in _extracted(Path(root), part):
            yield Utterance(**row)

    return Corpus(Card(**known | changed), Labels(), utterances)


def _extracted(root, part):
    """Return the utterances of a part; write its recordings to the cache if needed."""
    files = _files(root, part)
    stats = [(path.name, path.stat()) for path in files]
    key = [(n, stat.st_size, stat.st_mtime_ns) for n, stat in stats]
    digest = hashlib.sha256(json.dumps(key).encode()).hexdigest()[:12]
    folder = Path(cache_folder(), "cameo", f"{part}_{digest}")
    rows = _index(folder)
    if rows is None:
        logger.info(
            "Writing the recordings of %s to %s (only once)", part, folder
        )
        folder.mkdir(parents=True, exist_ok=True)
        rows = [_write(folder, row) for row in _rows(root, part, files)]
        atomic_write(folder / INDEX, json.dumps(rows, ensure_ascii=False))
    return [{**row, "wav": str(folder / row["wav"])} for row in rows]


def _files(root, part):
    """List the files of a part."""
    found = sorted((root / part).glob("*")) if _is_saved(root, part) else []
    found = found or sorted(root.rglob(f"{part}-*.parquet"))
    if not found:
        raise FileNotFoundError(
            f"cameo:{part}: expected {part}/state.json, as save_to_disk writes it, or "
            f"{part}-*.parquet in {root}, found neither; download the dataset "
            f"{ADDRESS}, and give its folder"
        )
    return found


def _is_saved(root, part):
    return (root / part / "state.json").is_file()


def _index(folder):
    """Read the utterances of an earlier call; None if anything is missing."""
    if not (folder / INDEX).is_file():
        return None
    try:
        rows = read_json(folder / INDEX, "it is written anew", list)
    except ValueError as error:
        logger.warning("%s", error)
        return None
    is_whole = all((folder / row["wav"]).is_file() for row in rows)
    return rows if is_whole else None


def _rows(root, part, files):
    """Iterate over the rows of a part, without decoding audio."""
    try:
        import datasets
    except ImportError as error:
        raise ImportError(
            f"cameo:{part} needs the library datasets, found no {error.name}; "
            "pip install -e '.[cameo]' in the clone of speechbrain-clser"
        ) from error
    if _is_saved(root, part):
        found = datasets.load_from_disk(str(root / part))
    else:
        names = [str(path) for path in files]
        found = datasets.load_dataset(
            "parquet", data_files=names, split="train", streaming=True
        )
    return found.cast_column("audio", datasets.Audio(decode=False))


def _write(folder, row):
    """Write the recording of a row; return its utterance with a relative path."""
    audio = row["audio"]
    stem, _, suffix = row["file_id"].rpartition(".")
    if f".{suffix.lower()}" not in AUDIO_SUFFIXES:
        stem, suffix = row["file_id"], "wav"
    stem = re.sub(r"[^\w.-]+", "_", stem)
    name = f"{stem}.{suffix}"
    content = audio["bytes"]
    if content is None:
        content = Path(audio["path"]).read_bytes()
    atomic_write(folder / name, content)
    gender = (row["gender"] or "").lower()
    return {
        "id": stem,
        "wav": name,
        "raw_emotion": row["emotion"] or "",
        "speaker": row["speaker_id"] or "unknown",
        "language": row["language"] or "",
        "gender": gender if gender in GENDERS else "",
        "sentence": row["transcription"] or "",
    }
