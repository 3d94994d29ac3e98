"""Score the SVM baseline on 88 eGeMAPS functionals.

Four corpora in four languages, four emotions. Each language in turn is left
out: a support vector machine with an RBF kernel is trained on the eGeMAPSv02
functionals of the other three corpora and tested on all utterances of the
fourth. Functionals are standardised by the sources (``none``), by each corpus
or by each speaker (both without labels, the target included: transductive).

> python benchmarks/svm_baseline.py --data_folder <folder of EMO-DB EMOVO URDU RAVDESS>

Needs openSMILE, whose licence is non-commercial: pip install -e .[reference].
Takes about five minutes on one core. Prints a table and writes svm_baseline.json.

F. Eyben et al.: The Geneva Minimalistic Acoustic Parameter Set (GeMAPS) for
Voice Research and Affective Computing. IEEE Transactions on Affective
Computing 7(2), 2016.
"""

import argparse
import dataclasses
from pathlib import Path

import numpy as np
import recipe
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from speechbrain_clser.evaluation.metrics import confusion_matrix, uar_of
from speechbrain_clser.evaluation.run_counts import RunCounts

CORPORA = ["emodb", "emovo", "urdu", "ravdess"]
CLASSES = ["anger", "happiness", "neutral", "sadness"]
NORMALISATIONS = ["none", "corpus", "speaker", "speaker_leaning"]

# Defaults of scikit-learn; nothing is tuned.
C = 1.0
GAMMA = "scale"


def rows_of(data_folder) -> list:
    """List the utterances of the four classes.

    Arguments
    ---------
    data_folder : str or Path
        Holds a folder per corpus.

    Returns
    -------
    list of (str, Utterance, str)
        Corpus, utterance (id and speaker with the corpus before them), class.
    """
    from speechbrain_clser import corpora

    rows = []
    for name in CORPORA:
        corpus = corpora.load(name)
        for row in corpus.utterances(corpora.locate(corpus.card, data_folder)):
            emotion = corpus.emotions[row.raw_emotion]
            if emotion in CLASSES:
                row = dataclasses.replace(
                    row,
                    corpus=name,
                    id=f"{name}_{row.id}",
                    speaker=f"{name}_{row.speaker}",
                )
                rows.append((name, row, emotion))
    return rows


def functionals(rows) -> np.ndarray:
    """Describe each utterance by eGeMAPSv02.

    Arguments
    ---------
    rows : list
        Of ``rows_of``.

    Returns
    -------
    numpy.ndarray, (utterances, 88)
        In openSMILE's order and units.
    """
    try:
        import opensmile
    except ImportError as error:
        raise ImportError(
            "svm_baseline.py describes speech with openSMILE, which is not installed; "
            "pip install -e .[reference]"
        ) from error
    from speechbrain_clser.data.audio import load

    smile = opensmile.Smile(
        feature_set=opensmile.FeatureSet.eGeMAPSv02,
        feature_level=opensmile.FeatureLevel.Functionals,
    )
    return np.concatenate(
        [
            smile.process_signal(load(row.wav, 16000).numpy(), 16000).values
            for _, row, _ in rows
        ]
    )


def standardise(values, groups) -> np.ndarray:
    """Standardise each group by its mean and deviation.

    Arguments
    ---------
    values : numpy.ndarray, (utterances, dim)
        Anything.
    groups : numpy.ndarray, (utterances,)
        Name of each utterance's group.

    Returns
    -------
    numpy.ndarray, (utterances, dim)
        Mean 0 and deviation 1 in every group.

    Example
    -------
    >>> values = np.array([[1.0], [3.0], [70.0], [90.0]])
    >>> standardise(values, np.array(["a", "a", "b", "b"])).ravel().tolist()
    [-1.0, 1.0, -1.0, 1.0]
    """
    standardised = np.empty(values.shape)
    for group in np.unique(groups):
        chosen = groups == group
        scaler = StandardScaler()
        standardised[chosen] = scaler.fit_transform(values[chosen])
    return standardised


def standardise_shrunk(values, rows) -> np.ndarray:
    """Standardise each speaker by statistics shrunk towards the corpus.

    Arguments
    ---------
    values : numpy.ndarray, (utterances, dim)
        Anything.
    rows : list
        Of ``rows_of``.

    Returns
    -------
    numpy.ndarray, (utterances, dim)
        As the recipe's ``normalise_by: speaker``, an utterance for a frame.
    """
    import torch

    from speechbrain_clser.features.normalisation import Normaliser

    frames = {
        row.id: torch.from_numpy(v[None])
        for row, v in zip(rows, values, strict=True)
    }
    normalised = Normaliser(frames, rows, "speaker")(frames, rows)
    return np.concatenate([normalised[row.id].numpy() for row in rows])


def counts_without(target, values, corpus, emotion, speaker) -> RunCounts:
    """Train on the other corpora, count confusions on all of the target.

    Arguments
    ---------
    target : str
        Corpus that is left out.
    values : numpy.ndarray, (utterances, dim)
        Describe the utterances.
    corpus, emotion, speaker : numpy.ndarray, (utterances,)
        Of each utterance.

    Returns
    -------
    RunCounts
        Of one training.
    """
    is_scored = corpus == target
    model = make_pipeline(
        StandardScaler(),
        SVC(kernel="rbf", C=C, gamma=GAMMA, class_weight="balanced"),
    )
    model.fit(values[~is_scored], emotion[~is_scored])
    predicted = model.predict(values[is_scored])
    speakers, place = np.unique(speaker[is_scored], return_inverse=True)
    confusion = [
        confusion_matrix(
            emotion[is_scored][place == k], predicted[place == k], CLASSES
        )
        for k in range(len(speakers))
    ]
    return RunCounts(speakers.tolist(), [0], np.array([confusion]))


def measure(rows, values) -> tuple:
    """Leave each corpus out, under each normalisation.

    Arguments
    ---------
    rows : list
        Of ``rows_of``.
    values : numpy.ndarray, (utterances, dim)
        Of ``functionals``.

    Returns
    -------
    tuple of (dict, dict)
        Normalisation to UAR in percent by corpus left out, and ``"mean"``;
        the same to the confusion counts behind it.
    """
    corpus = np.array([name for name, _, _ in rows])
    emotion = np.array([emotion for _, _, emotion in rows])
    speaker = np.array([row.speaker for _, row, _ in rows])
    given = {
        "none": values,
        "corpus": standardise(values, corpus),
        "speaker": standardise(values, speaker),
        "speaker_leaning": standardise_shrunk(
            values, [row for _, row, _ in rows]
        ),
    }
    scores, counts = {}, {}
    for name in NORMALISATIONS:
        runs = {
            target: counts_without(
                target, given[name], corpus, emotion, speaker
            )
            for target in CORPORA
        }
        folds = {
            target: 100 * float(uar_of(run.confusion.sum(axis=(0, 1))))
            for target, run in runs.items()
        }
        folds["mean"] = sum(folds.values()) / len(folds)
        scores[name] = {fold: round(score, 1) for fold, score in folds.items()}
        counts[name] = {target: run.to_json() for target, run in runs.items()}
    return scores, counts


def main():
    """Measure, print the table, write svm_baseline.json."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data_folder", required=True)
    parser.add_argument(
        "--output", default=Path(__file__).with_name("svm_baseline.json")
    )
    arguments = parser.parse_args()
    rows = rows_of(arguments.data_folder)
    scores, counts = measure(rows, functionals(rows))
    columns = [*CORPORA, "mean"]
    print(f"UAR % of an RBF SVM on eGeMAPSv02, {len(rows)} utterances")
    print("normalised by   " + "".join(f"{name:>9}" for name in columns))
    for name, folds in scores.items():
        print(f"{name:<16}" + "".join(f"{folds[k]:>9.1f}" for k in columns))
    result = {
        "classes": CLASSES,
        "n_utterances": {
            name: sum(row[0] == name for row in rows) for name in CORPORA
        },
        "svm": {"C": C, "gamma": GAMMA, "class_weight": "balanced"},
        "uar_percent": scores,
        "counts": counts,
    }
    recipe.write(arguments.output, result)


if __name__ == "__main__":
    main()
