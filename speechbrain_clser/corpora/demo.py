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
import subprocess
import sys
from pathlib import Path

import speechbrain_clser
from speechbrain_clser.cache import cache_folder
from speechbrain_clser.corpora._speaking import script
from speechbrain_clser.data.corpus import Card
from speechbrain_clser.data.utterance import Utterance

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


def _perform(takes, folder):
    # The worker must find the package even where it is not installed.
    home = str(Path(speechbrain_clser.__file__).parents[1])
    path = os.pathsep.join([home, os.environ.get("PYTHONPATH", "")])
    worker = "speechbrain_clser.corpora._speaking.worker"
    done = subprocess.run(
        [sys.executable, "-m", worker, str(folder)],
        input=json.dumps([dataclasses.asdict(take) for take in takes]),
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": path},
    )
    if done.returncode != 0:
        raise RuntimeError(
            f"the worker that speaks the demo corpus into {folder} should end "
            f"with 0, it ended with {done.returncode}:\n{done.stderr}"
        )
    return json.loads(done.stdout)


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
    RuntimeError
        If a worker fails.
    """
    version = fingerprint()
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    n_workers = n_workers or min(8, os.cpu_count() or 1)
    parts = [takes[i::n_workers] for i in range(min(n_workers, len(takes)))]
    phones = {}
    with concurrent.futures.ThreadPoolExecutor(len(parts)) as pool:
        for answer in pool.map(_perform, parts, [folder] * len(parts)):
            phones.update(answer)
    rows = [
        {
            "id": take.id,
            "raw_emotion": take.emotion,
            "speaker": take.speaker,
            "language": take.language,
            "gender": take.gender,
            "sentence": take.sentence,
            "phones": phones[take.id],
        }
        for take in takes
    ]
    index = {"fingerprint": version, "utterances": rows}
    part = folder / f"{INDEX}.{os.getpid()}.part"
    part.write_text(
        json.dumps(index, ensure_ascii=False, indent=0), encoding="utf-8"
    )
    os.replace(part, folder / INDEX)


def _index(root, takes):
    # None when the corpus must be spoken (again)
    if not root.is_dir():
        return None
    there = {path.name for path in root.iterdir()}
    whole = {INDEX, *(f"{take.id}.wav" for take in takes)}
    foreign = [
        name
        for name in sorted(there - whole)
        if not name.startswith(".") and not name.endswith(".part")
    ]
    if foreign:
        raise ValueError(
            f"{root}: expected the demo corpus, or an empty folder to speak it "
            f"into, found {foreign[0]}; give another folder"
        )
    if not whole <= there:
        return None
    index = json.loads((root / INDEX).read_text(encoding="utf-8"))
    return index if index["fingerprint"] == fingerprint() else None


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
