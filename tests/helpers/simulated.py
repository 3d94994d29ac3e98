"""Generate predictions of synthetic classifiers."""

import numpy as np

from speechbrain_clser.evaluation.predictions import Predictions

CLASSES = ["anger", "happiness", "neutral", "sadness"]
N_CLASSES = len(CLASSES)


def run_of(
    seed, n_utterances=400, n_speakers=10, skill=0.4, true_classes=N_CLASSES
):
    """Generate predictions of one seed; utterances are equal for all seeds."""
    task, model = np.random.default_rng(0), np.random.default_rng([1, seed])
    names = np.array([f"u{i}" for i in range(n_utterances)])
    text = np.full(n_utterances, "x")
    target = task.integers(0, true_classes, n_utterances)
    guesses = model.integers(0, N_CLASSES, n_utterances)
    is_right = model.random(n_utterances) < skill
    predicted = np.where(is_right, target, guesses)
    return Predictions(
        classes=tuple(CLASSES),
        id=names,
        corpus=text,
        language=text,
        speaker=np.array(
            [f"s{k:03d}" for k in task.integers(0, n_speakers, n_utterances)]
        ),
        gender=text,
        target=target,
        predicted=predicted,
        probabilities=np.eye(N_CLASSES)[predicted],
    )


def trial(seed, n_utterances=300, true_classes=CLASSES):
    """Generate targets, probabilities and predictions."""
    rng = np.random.default_rng(seed)
    target = rng.choice(true_classes, n_utterances)
    evidence = rng.normal(size=(n_utterances, len(CLASSES)))
    evidence += np.array([[name == c for c in CLASSES] for name in target])
    probabilities = np.exp(evidence)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    predicted = np.array(CLASSES)[probabilities.argmax(axis=1)]
    return target, probabilities, predicted
