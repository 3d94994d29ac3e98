"""A small multilingual emotional corpus that this project speaks for itself.

eSpeak NG says plain sentences in five languages of different families, and an
acted emotion moves its pitch, melody, rate, loudness and voice quality. Nobody
feels anything here: use it to see that things run, never to claim that they
work on speech of people.

eSpeak NG: https://github.com/espeak-ng/espeak-ng, after Jonathan Duddington's
speak. It is under the GPL and runs in worker processes of its own; what it says
is not covered by its licence.
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
from speechbrain_clser.corpora._speaking import script
from speechbrain_clser.corpora._speaking.process import ask_worker
from speechbrain_clser.data.corpus import Card
from speechbrain_clser.data.utterance import Utterance
from speechbrain_clser.io import (
    PARTIAL,
    atomic_write,
    read_json,
    remove_stale,
)

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
    """Digest everything that changes the sound.

    Returns
    -------
    str
        12 letters.

    Raises
    ------
    ImportError
        If eSpeak NG is not installed.
    """
    try:
        version = importlib.metadata.version("espeakng-loader")
    except importlib.metadata.PackageNotFoundError as error:
        raise ImportError(
            "the demo corpus is spoken by eSpeak NG, which is not installed; "
            "pip install -e '.[demo]' in the clone of speechbrain-clser"
        ) from error
    digest = hashlib.sha256(version.encode())
    for source in sorted(Path(script.__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:12]


def default_root() -> Path:
    """Find the folder of this version of the corpus in the user's cache.

    Returns
    -------
    Path
        Named by what changes the sound, so new code never meets old files.

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
    """Speak takes into a folder, and list them in its index at last.

    Files come in by renaming and are the same bytes whoever writes them: a
    killed run is simply done again, and two at once do each other no harm.

    Arguments
    ---------
    takes : list of script.Take
        What to say.
    folder : str or Path
        Made when it is not there.
    n_workers : int, optional
        Processes; as many as the machine has cores, at most 8.

    Raises
    ------
    ImportError
        If eSpeak NG is not installed.
    OSError
        If a worker cannot write, as on a full disk.
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
            for answer in pool.map(perform, parts):
                phones.update(answer)
        finally:
            for worker in workers:
                worker.kill()  # where this process is stopped
    rows = [
        {
            "id": take.id,
            "raw_emotion": take.emotion,
            "speaker": take.speaker,
            "language": take.language,
            "gender": take.gender,
            "sentence": take.sentence,
            "phones": phones[take.id],
            "n_bytes": (folder / f"{take.id}.wav").stat().st_size,
        }
        for take in takes
    ]
    index = {"fingerprint": version, "utterances": rows}
    text = json.dumps(index, ensure_ascii=False, indent=0)
    atomic_write(folder / INDEX, text)
    remove_stale(folder)


def _index(root, takes):
    # None when the corpus must be spoken (again)
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
            f"{root}: expected the demo corpus, or an empty folder to speak it "
            f"into, found {foreign[0]}; give another folder"
        )
    if not whole <= there:
        return None
    try:
        index = read_json(root / INDEX, "the corpus is spoken again", dict)
    except ValueError as error:
        logger.warning("%s", error)
        return None
    if index.get("fingerprint") != fingerprint():
        return None
    for row in index["utterances"]:
        path = root / f"{row['id']}.wav"
        if row.pop("n_bytes") != path.stat().st_size:
            logger.warning("%s: damaged; the corpus is spoken again", path)
            return None
    return index


def utterances(root):
    """Yield the corpus, and speak it first where it is not there yet.

    Arguments
    ---------
    root : str or Path
        Its folder; see ``default_root``.

    Yields
    ------
    Utterance
        With phones.

    Raises
    ------
    ImportError
        If eSpeak NG is not installed.
    ValueError
        If the folder holds something else.
    """
    root = Path(root)
    takes = script.plan()
    index = _index(root, takes)
    if index is None:
        logger.info("Speaking the demo corpus into %s, this once", root)
        speak(takes, root)
        index = _index(root, takes)
    for row in index["utterances"]:
        phones = tuple(tuple(phone) for phone in row.pop("phones"))
        yield Utterance(
            **row, wav=str(root / f"{row['id']}.wav"), phones=phones
        )
