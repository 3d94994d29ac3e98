"""A small synthetic multilingual emotional corpus, generated with eSpeak NG.

eSpeak NG synthesises neutral sentences in five languages of different families.
Simulated emotions change pitch, pitch range, rate, loudness and voice quality; arousal,
valence and dominance are directions of these changes (``script.AXES``), and votes
follow from their distance to those of each emotion (``script.N_RATERS``). The corpus is
meant for software tests; results do not apply to human speech.

eSpeak NG: https://github.com/espeak-ng/espeak-ng, after Jonathan Duddington's
speak. It is licensed under the GPL and runs in separate worker processes; its
audio output is not covered by the licence.
"""

import concurrent.futures
import dataclasses
import hashlib
import importlib.metadata
import json
import logging
import os
from pathlib import Path

from speechbrain_clser.cache import cache_folder
from speechbrain_clser.contrib.synthesis import script
from speechbrain_clser.contrib.synthesis.process import ask_worker
from speechbrain_clser.data.corpus import Card
from speechbrain_clser.data.utterance import Utterance
from speechbrain_clser.io import (
    PARTIAL,
    atomic_write,
    read_json,
    remove_stale,
)
from speechbrain_clser.labels import parse_votes

logger = logging.getLogger(__name__)

CARD = Card(
    name="demo",
    title="Demo corpus of speechbrain-clser, spoken by eSpeak NG",
    languages=("deu", "tur", "fin", "swh", "ind"),
    n_utterances=960,
    n_speakers=40,
    elicitation="synthetic",
    licence="CC0-1.0",
    citation=(
        "speechbrain-clser; voices by eSpeak NG (J. Duddington, R. H. Dunn and "
        "contributors)"
    ),
    address="https://github.com/espeak-ng/espeak-ng",
    folders=("demo",),
)

EMOTIONS = {emotion: emotion for emotion in script.ACTED}

INDEX = "utterances.json"


def fingerprint() -> str:
    """Compute the digest of all inputs of the synthesis.

    Returns
    -------
    str
        12 hexadecimal digits.

    Raises
    ------
    ImportError
        If eSpeak NG is not installed.
    """
    try:
        version = importlib.metadata.version("espeakng-loader")
    except importlib.metadata.PackageNotFoundError as error:
        raise ImportError(
            "the demo corpus needs eSpeak NG, which is not installed; "
            "pip install -e '.[demo]' in the clone of speechbrain-clser"
        ) from error
    digest = hashlib.sha256(version.encode())
    for source in sorted(Path(script.__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:12]


def default_root() -> Path:
    """Return the cache folder of this version of the corpus.

    Returns
    -------
    Path
        Named by the fingerprint, so that new code does not read old files.

    Raises
    ------
    ImportError
        If eSpeak NG is not installed.

    Example
    -------
    >>> default_root().parent.name
    'demo'
    """
    return Path(cache_folder(), "demo", fingerprint())


def speak(takes, folder, n_workers: int | None = None):
    """Synthesise takes into a folder and write its index last.

    Files are written atomically and deterministically: an interrupted run can be
    repeated, and concurrent runs are safe.

    Arguments
    ---------
    takes : list of script.Take
        Utterances to synthesise.
    folder : str or Path
        Created if needed.
    n_workers : int, optional
        Number of processes; by default the number of cores, at most 8.

    Raises
    ------
    ImportError
        If eSpeak NG is not installed.
    OSError
        If a worker cannot write, e.g. if the disk is full.
    RuntimeError
        If a worker fails.
    """
    version = fingerprint()
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    n_workers = n_workers or min(8, os.cpu_count() or 1)
    parts = [takes[i::n_workers] for i in range(min(n_workers, len(takes)))]
    phones, workers = {}, []

    def perform(part):
        rows = [dataclasses.asdict(take) for take in part]
        return ask_worker(rows, folder, started=workers.append)

    with concurrent.futures.ThreadPoolExecutor(len(parts)) as pool:
        try:
            for part in pool.map(perform, parts):
                phones.update(part)
        finally:
            for worker in workers:
                worker.kill()  # if this process is interrupted
    rows = [
        {
            "id": take.id,
            "raw_emotion": take.emotion,
            "speaker": take.speaker,
            "language": take.language,
            "gender": take.gender,
            "sentence": take.sentence,
            "phones": phones[take.id],
            "arousal": take.arousal,
            "valence": take.valence,
            "dominance": take.dominance,
            "votes": take.votes,
            "n_bytes": (folder / f"{take.id}.wav").stat().st_size,
        }
        for take in takes
    ]
    index = {"fingerprint": version, "utterances": rows}
    text = json.dumps(index, ensure_ascii=False, indent=0)
    atomic_write(folder / INDEX, text)
    remove_stale(folder)


def _index(root, takes):
    # None if the corpus must be synthesised (again)
    if not root.is_dir():
        return None
    there = {path.name for path in root.iterdir()}
    whole = {INDEX, *(f"{take.id}.wav" for take in takes)}
    foreign = [
        name
        for name in sorted(there - whole)
        if not name.startswith(".") and not name.endswith((".part", PARTIAL))
    ]
    if foreign:
        raise ValueError(
            f"{root}: expected the demo corpus or an empty folder, found "
            f"{foreign[0]}; give another folder"
        )
    if not whole <= there:
        return None
    try:
        index = read_json(root / INDEX, "the corpus is synthesised again", dict)
    except ValueError as error:
        logger.warning("%s", error)
        return None
    if index.get("fingerprint") != fingerprint():
        return None
    for row in index["utterances"]:
        path = root / f"{row['id']}.wav"
        if row.pop("n_bytes") != path.stat().st_size:
            logger.warning("%s: damaged, synthesising the corpus again", path)
            return None
    return index


def utterances(root):
    """Yield the utterances; synthesise the corpus first if needed.

    Arguments
    ---------
    root : str or Path
        Corpus folder; see ``default_root``.

    Yields
    ------
    Utterance
        With phones.

    Raises
    ------
    ImportError
        If eSpeak NG is not installed.
    ValueError
        If the folder contains other files.
    """
    root = Path(root)
    takes = script.plan()
    index = _index(root, takes)
    if index is None:
        logger.info("Synthesising the demo corpus in %s (only once)", root)
        speak(takes, root)
        index = _index(root, takes)
    for row in index["utterances"]:
        row["phones"] = tuple(tuple(phone) for phone in row["phones"])
        row["votes"] = parse_votes(row["votes"])
        yield Utterance(**row, wav=str(root / f"{row['id']}.wav"))
