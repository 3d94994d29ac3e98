"""Ask audmetric for the scores of seeded cases; writes scores.json."""

import json
from pathlib import Path

import numpy as np

CLASSES = ["anger", "happiness", "neutral", "sadness"]
# Utterances, accuracy, and classes that may be targets.
CASES = [
    (400, 0.6, CLASSES),
    (57, 0.3, CLASSES),
    (200, 0.5, CLASSES[:3]),
    (30, 0.9, CLASSES[:1]),
]


def main():
    """Draw the cases and write them with audmetric's values."""
    import audmetric

    rng = np.random.default_rng(2)
    cases = []
    for n_utterances, right, true_classes in CASES:
        target = rng.choice(true_classes, n_utterances).tolist()
        guesses = rng.choice(CLASSES, n_utterances).tolist()
        is_right = rng.random(n_utterances) < right
        predicted = [
            t if ok else g
            for t, g, ok in zip(target, guesses, is_right, strict=True)
        ]
        recalls = audmetric.recall_per_class(target, predicted, labels=CLASSES)
        present = {name: recalls[name] for name in true_classes}
        if set(true_classes) == set(CLASSES):
            uar = audmetric.unweighted_average_recall(target, predicted)
        else:
            uar = float(np.mean(list(present.values())))
        cases.append(
            {
                "target": target,
                "predicted": predicted,
                "recalls": present,
                "uar": uar,
                "wa": audmetric.accuracy(target, predicted),
                "macro_f1": audmetric.unweighted_average_fscore(
                    target, predicted
                ),
                "confusion": audmetric.confusion_matrix(
                    target, predicted, labels=CLASSES
                ),
            }
        )
    answer = {
        "tool": f"audmetric {audmetric.__version__}",
        "classes": CLASSES,
        "cases": cases,
    }
    path = Path(__file__).with_name("scores.json")
    path.write_text(json.dumps(answer) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
