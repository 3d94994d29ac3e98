"""Shortcut baselines: classifiers on duration or corpus only.

In acted corpora labels correlate with metadata: sadness has longer utterances,
one corpus has more anger than another. The score of a method should be well
above that of a classifier on the duration or on the name of the corpus.
"""

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np

from speechbrain_clser.evaluation import statistics
from speechbrain_clser.evaluation.predictions import Predictions
from speechbrain_clser.evaluation.probes import linear_probe
from speechbrain_clser.evaluation.run_counts import speaker_counts
from speechbrain_clser.labels import Scheme

NEEDED = {"id", "part", "emotion", "corpus", "duration_s"}


def shortcuts(
    rows: Sequence[Mapping], scheme: Scheme, parts: Mapping[str, Predictions]
) -> dict:
    """Score classifiers on duration only and on corpus only.

    Arguments
    ---------
    rows : sequence of mapping
        Lines of parts.csv; those of ``"train"`` are the training set.
    scheme : Scheme
        Classes of the parts.
    parts : mapping
        Part to its predictions, of which only the targets are used.

    Returns
    -------
    dict
        ``known``: of each classifier its input ``seen`` (``"duration"``,
        ``"corpus"``), and per part ``uar`` with the interval ``low`` to
        ``high`` over speakers; ``left_out``: reasons of omitted classifiers.
    """
    missing = NEEDED - rows[0].keys()
    if missing:
        columns = ", ".join(sorted(missing))
        reason = f"parts.csv has no {columns}: an older version wrote this run."
        return {"known": [], "left_out": [reason]}
    train = [row for row in rows if row["part"] == "train"]
    by_id = {row["id"]: row for row in rows}
    target = [scheme.index(row["emotion"]) for row in train]
    found = []
    for name, features in (
        ("duration", _duration),
        ("corpus", _corpus(train)),
    ):
        probe = linear_probe().fit(features(train), target)
        found.append(
            {
                "seen": name,
                "parts": {
                    part: _uar(
                        scored,
                        probe.predict(features([by_id[i] for i in scored.id])),
                    )
                    for part, scored in parts.items()
                },
            }
        )
    return {"known": found, "left_out": []}


def _duration(rows):
    """Return the logarithm of the duration as a column."""
    return np.log([[float(row["duration_s"])] for row in rows])


def _corpus(train):
    """Return a one-hot encoder of the training corpora; zeros for others."""
    corpora = sorted({row["corpus"] for row in train})
    return lambda rows: np.array(
        [[row["corpus"] == name for name in corpora] for row in rows], float
    )


def _uar(scored, predicted):
    """Score predictions like those of a method."""
    scored = dataclasses.replace(scored, predicted=predicted)
    counts = speaker_counts([scored])
    return statistics.estimate([counts]).to_json()
