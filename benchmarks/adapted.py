"""Build the tables of gains from adaptation to the unlabelled target.

``tables.py`` writes them into STUDIES.md, from the confusion counts of
``adaptation.py``.
"""

import numpy as np
from measured import difference, read, score

from speechbrain_clser.evaluation import statistics
from speechbrain_clser.evaluation.run_counts import RunCounts

ENCODERS = {"acoustic": "acoustic", "whisper-base": "Whisper base"}
SYSTEMS = {
    "em_gaussians": "em_gaussians",
    "em_gaussians, default": "em_gaussians, default constants",
    "equal_mass": "equal_mass",
    "self_training": "self_training",
}


def cells():
    """Yield encoder, classifier, normalisation and counts by system and corpus."""
    for name, encoder in ENCODERS.items():
        for title, targets in read(f"adaptation_{name}")["counts"].items():
            classifier, _, by = title.partition(", normalised by ")
            yield encoder, classifier, by, targets


def run_counts(by_speaker) -> RunCounts:
    """Read the confusion counts of one system and corpus.

    Arguments
    ---------
    by_speaker : dict
        Speaker to the rows of the confusion matrix, as text.

    Returns
    -------
    RunCounts
        Of one training.

    Example
    -------
    >>> run_counts({"s1": "1 0 2 3"}).confusion.tolist()
    [[[[1, 0], [2, 3]]]]
    """
    flat = np.array([text.split() for text in by_speaker.values()], int)
    n_classes = round(flat.shape[1] ** 0.5)
    confusion = flat.reshape(1, len(flat), n_classes, n_classes)
    return RunCounts(list(by_speaker), [0], confusion)


def gains(targets, systems) -> list:
    """Estimate the mean over corpora without adaptation, and the gains.

    Arguments
    ---------
    targets : dict
        Corpus to the counts of its systems.
    systems : iterable of str
        Compared with ``"unadapted"``.

    Returns
    -------
    list of str
        A score with its interval, and paired differences with theirs.
    """
    folds = {
        system: [run_counts(of[system]) for of in targets.values()]
        for system in ("unadapted", *systems)
    }
    plain = folds.pop("unadapted")
    return [
        score(statistics.estimate(plain).to_json()),
        *(
            difference(statistics.estimate(of, against=plain).to_json())
            for of in folds.values()
        ),
    ]


def adaptation() -> dict:
    """Build the table of adaptations fitted to the test utterances.

    Returns
    -------
    dict
        Columns and rows.
    """
    return {
        "columns": [
            *("encoder", "classifier", "normalised by", "unadapted"),
            *SYSTEMS.values(),
        ],
        "rows": [
            [encoder, classifier, by, *gains(targets, SYSTEMS)]
            for encoder, classifier, by, targets in cells()
        ],
    }


def adaptation_inductive() -> dict:
    """Build the table of adaptations fitted to the other half of the speakers.

    Returns
    -------
    dict
        Columns and rows.
    """
    systems = [name for name in SYSTEMS if "default" not in name]
    return {
        "columns": [
            *("encoder", "classifier", "normalised by", "unadapted"),
            *systems,
        ],
        "rows": [
            [
                *(encoder, classifier, by),
                *gains(targets, [f"{name}, inductive" for name in systems]),
            ]
            for encoder, classifier, by, targets in cells()
        ],
    }


TABLES = (adaptation, adaptation_inductive)
