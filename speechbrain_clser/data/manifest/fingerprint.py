"""Compute the fingerprint that decides whether a manifest is up to date."""

import dataclasses
import hashlib
import json
import os
from pathlib import Path

from speechbrain_clser.data import segment
from speechbrain_clser.data.corpus import Corpus
from speechbrain_clser.data.manifest.paths import within

# Incremented by hand when the checks or columns change; old manifests are then
# prepared again.
VERSION = 3


def fingerprint_of(
    corpus: Corpus, rows: list, unlisted: list, root: Path, notes: dict
) -> str:
    """Hash all inputs of a manifest without reading audio.

    Arguments
    ---------
    corpus : Corpus
        Its card is part of the fingerprint.
    rows : list of Utterance
        Output of ``rows_of``; sizes and times of the files are included.
    unlisted : list of Path
        Recordings in the folder that the corpus does not list.
    root : Path
        Corpus folder. It may move: paths are relative to it.
    notes : dict
        Output of ``rows_of``; part of the report.

    Returns
    -------
    str
        16 hexadecimal digits.
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
    spec.append([within(root, file) for file in unlisted])
    return hashlib.sha256(json.dumps(spec).encode()).hexdigest()[:16]
