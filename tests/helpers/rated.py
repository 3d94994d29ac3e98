"""Change a synthetic run into one that predicts values."""

import json

import numpy as np

from speechbrain_clser.evaluation import rated_predictions
from speechbrain_clser.evaluation.predictions import TEXTS, read
from speechbrain_clser.io import atomic_write

NAMES = ("arousal", "valence")


def rated(rows, seed=0, noise=0.1, slope=0.7):
    """Return rows of predictions with values that follow their ratings.

    Arguments
    ---------
    rows : iterable of dict
        With the text columns.
    seed : int
        Of the noise; ratings depend on the row only.
    noise, slope : float
        Of the predictions.

    Returns
    -------
    list of dict
        Columns of ``rated_predictions``.
    """
    rows, rng = list(rows), np.random.default_rng(seed)
    target = np.random.default_rng(5).random((len(rows), len(NAMES)))
    values = 0.15 + slope * target + noise * rng.normal(size=target.shape)
    return [
        {name: str(row[name]) for name in TEXTS}
        | {f"target_{n}": x for n, x in zip(NAMES, target[k], strict=True)}
        | {f"predicted_{n}": y for n, y in zip(NAMES, values[k], strict=True)}
        for k, row in enumerate(rows)
    ]


def rate(folder, noise=0.1):
    """Replace the predictions of a run of ``make_run``, add a baseline; return it."""
    path = folder / "protocol.json"
    protocol = json.loads(path.read_text())
    protocol |= {"task": "+".join(NAMES), "select_by": "source_valid_ccc"}
    path.write_text(json.dumps(protocol))
    path = folder / "data.json"
    data = json.loads(path.read_text())
    for part in data["parts"].values():
        part["classes"] = {}
    path.write_text(json.dumps(data))
    for number, training in enumerate(sorted(folder.glob("seed_*"))):
        for path in training.glob("predictions/*.csv"):
            found = read(path)
            columns = [getattr(found, name) for name in TEXTS]
            rows = [
                dict(zip(TEXTS, row, strict=True))
                for row in zip(*columns, strict=True)
            ]
            rated_predictions.write(path, rated(rows, number, noise))
            if path.stem == "test":
                baseline = training / "baselines" / "linear.csv"
                rated_predictions.write(
                    baseline, rated(rows, 9, noise=0.2, slope=0.3)
                )
        for name in ("epochs.jsonl", "selected.json"):
            text = (training / name).read_text()
            atomic_write(training / name, text.replace("_uar", "_ccc"))
    return folder
