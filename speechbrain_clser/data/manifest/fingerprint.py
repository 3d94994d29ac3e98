"""When a manifest is still the one that would be written."""

import dataclasses
import hashlib
import json
import os
from pathlib import Path

from speechbrain_clser.data import segment
from speechbrain_clser.data.corpus import Corpus
from speechbrain_clser.data.manifest.paths import within

# Raised by hand when the checks or the columns change: old manifests are then
# prepared again.
VERSION = 3


def fingerprint_of(
    corpus: Corpus, rows: list, strays: list, root: Path, notes: dict
) -> str:
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
    notes : dict
        From ``rows_of``, for they are part of the report.

    Returns
    -------
    str
        16 hex letters.
    """
    spec = [VERSION, dataclasses.asdict(corpus.card), notes]
    for row in rows:
        wav = Path(segment.split(row.wav)[0])
        # Path.exists raises for a name that is too long.
        stat = wav.stat() if os.path.exists(wav) else None
        row = dataclasses.replace(row, wav=within(root, row.wav))
        spec.append(
            [
                dataclasses.astuple(row),
                stat and [stat.st_size, stat.st_mtime_ns],
            ]
        )
    spec.append([within(root, file) for file in strays])
    return hashlib.sha256(json.dumps(spec).encode()).hexdigest()[:16]
