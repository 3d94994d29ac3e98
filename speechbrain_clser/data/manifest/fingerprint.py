"""When a manifest is still the one that would be written."""

import dataclasses
import hashlib
import json
from pathlib import Path

from speechbrain_clser.data.corpus import Corpus
from speechbrain_clser.data.manifest.paths import within

# Raised by hand when the checks or the columns change: old manifests are then
# prepared again.
VERSION = 2


def fingerprint_of(corpus: Corpus, rows: list, strays: list, root: Path) -> str:
    """Digest all that a manifest is made from, without reading sound.

    Arguments
    ---------
    corpus : Corpus
        Its card counts.
    rows : list of Utterance
        From ``rows_of``; with sizes and times of their files.
    strays : list of Path
        Recordings in the folder that are none of the corpus.
    root : Path
        Folder of the corpus. It may move: paths count from here on.

    Returns
    -------
    str
        16 hex letters.
    """
    spec = [VERSION, dataclasses.asdict(corpus.card)]
    for row in rows:
        wav = Path(row.wav)
        stat = wav.stat() if wav.exists() else None
        row = dataclasses.replace(row, wav=within(root, wav))
        spec.append(
            [
                dataclasses.astuple(row),
                stat and [stat.st_size, stat.st_mtime_ns],
            ]
        )
    spec.append([within(root, file) for file in strays])
    return hashlib.sha256(json.dumps(spec).encode()).hexdigest()[:16]
