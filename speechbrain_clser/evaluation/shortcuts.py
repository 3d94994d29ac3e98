"""How far emotion can be told without listening.

Acted corpora give labels away: sadness takes longer, one corpus has more anger
than another. A classifier that sees nothing but the duration, or nothing but
the name of the corpus, is what the method's score should stand well above.
"""

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np

from speechbrain_clser.evaluation import statistics
from speechbrain_clser.evaluation.predictions import Predictions
from speechbrain_clser.evaluation.probes import linear_probe
from speechbrain_clser.labels import Scheme

NEEDED = {"id", "part", "emotion", "corpus", "duration_s"}


def shortcuts(
    rows: Sequence[Mapping], scheme: Scheme, parts: Mapping[str, Predictions]
) -> dict:
    """Answer every part from duration alone and from the corpus alone.

    Arguments
    ---------
    rows : sequence of mapping
        Lines of parts.csv; those of ``"train"`` are learnt from.
    scheme : Scheme
        Classes of the parts.
    parts : mapping
        Part to its predictions, of which only the targets are used.

    Returns
    -------
    dict
        ``known``: what is ``seen`` (``"duration"``, ``"corpus"``), and per
        part ``uar`` with the interval ``low`` to ``high`` over speakers;
        ``left_out``: why, in words, where nothing could be asked.
    """
    missing = NEEDED - rows[0].keys()
    if missing:
        columns = ", ".join(sorted(missing))
        reason = f"parts.csv has no {columns}: an older version wrote this run."
        return {"known": [], "left_out": [reason]}
    train = [row for row in rows if row["part"] == "train"]
    by_id = {row["id"]: row for row in rows}
    true_class = [scheme.index(row["emotion"]) for row in train]
    known = []
    for seen, look in (("duration", _duration), ("corpus", _corpus(train))):
        probe = linear_probe().fit(look(train), true_class)
        known.append(
            {
                "seen": seen,
                "parts": {
                    name: _uar(
                        scored,
                        probe.predict(look([by_id[i] for i in scored.id])),
                    )
                    for name, scored in parts.items()
                },
            }
        )
    return {"known": known, "left_out": []}


def _duration(rows):
    """Logarithm of the duration, as a column."""
    return np.log([[float(row["duration_s"])] for row in rows])


def _corpus(train):
    """A column per corpus of training; another corpus is in none of them."""
    corpora = sorted({row["corpus"] for row in train})
    return lambda rows: np.array(
        [[row["corpus"] == name for name in corpora] for row in rows], float
    )


def _uar(scored, answers):
    """Score answers as those of a method are scored."""
    scored = dataclasses.replace(scored, predicted=answers)
    counts = statistics.speaker_counts([scored])
    return statistics.estimate([counts]).to_json()
