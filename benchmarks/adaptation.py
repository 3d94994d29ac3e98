"""Measure adaptation of linear and SVM baselines to the unlabelled target.

Four corpora in four languages, four emotions. Each language in turn is left
out: a classifier is trained on the mean and the standard deviation of the
extractor's frames of the other three corpora and predicts all utterances of the
fourth. Each adaptation is then fitted to these utterances without their labels:
to all of them jointly (transductive), or to each half of the target's speakers
and applied to the other half (inductive). Its constants are chosen within the
three source corpora, for each target, classifier, normalisation and form, by the
score of the same form; results with default constants are included. Nothing is
chosen on the target.

> python benchmarks/adaptation.py --data_folder <folder of EMO-DB EMOVO URDU RAVDESS>

and, for a pretrained encoder, --encoder openai/whisper-base --layers 2-4

Takes about ten minutes on one core once the frames are in the store. Prints
tables and writes adaptation_<encoder>.json, with the confusion counts of each
speaker. equal_mass assumes that the four emotions are equally frequent.
"""

import argparse
import logging
from pathlib import Path

import numpy as np
import recipe
import torch

CORPORA = ["emodb", "emovo", "urdu", "ravdess"]
CLASSES = ["anger", "happiness", "neutral", "sadness"]
NORMALISATIONS = ["none", "corpus", "speaker"]
C = 1.0


def features(data_folder, store_folder, encoder, layers) -> tuple:
    """Extract the frames of all utterances of the four classes.

    Arguments
    ---------
    data_folder : str or Path
        Holds a folder per corpus.
    store_folder : str or Path
        Keeps manifests and frames.
    encoder, layers : str, str or None
        See ``features.encoders.extractor``.

    Returns
    -------
    rows : list of Utterance
        With corpus and emotion.
    frames : Mapping
        Utterance id to torch.Tensor, (frames, dim).
    """
    from speechbrain_clser.data.audio import load
    from speechbrain_clser.data.prepare import load_corpora
    from speechbrain_clser.data.protocol import Protocol
    from speechbrain_clser.features.encoders import extractor
    from speechbrain_clser.features.store import Store

    protocol = Protocol.of("adaptation", tuple(CORPORA[1:]), (CORPORA[0],))
    manifests = Path(store_folder, "manifests")
    _, rows = load_corpora(protocol, data_folder, manifests)
    rows = [row for row in rows if row.emotion in CLASSES]
    store = Store(store_folder, extractor(encoder, layers))
    store.fill(rows, load)
    return rows, store.view(rows)


def vectors(rows, frames, by) -> dict:
    """Compute mean and deviation of the normalised frames of utterances.

    Arguments
    ---------
    rows : list of Utterance
        All corpora.
    frames : Mapping
        Utterance id to torch.Tensor, (frames, dim).
    by : str
        See ``features.normalisation``; ``"none"``: over the sources.

    Returns
    -------
    dict
        Left-out corpus to numpy.ndarray, (rows, 2 * dim).
    """
    from speechbrain_clser.features.normalisation import Normaliser
    from speechbrain_clser.training.baselines import utterance_vectors

    def described(known):
        view = Normaliser(frames, known, by)(frames, rows)
        return utterance_vectors(view, rows).astype(float)

    if by != "none":  # groups are independent of the corpus that is left out
        return dict.fromkeys(CORPORA, described(rows))
    return {
        target: described([row for row in rows if row.corpus != target])
        for target in CORPORA
    }


def svm(train, labels, corpora, n_classes, others) -> np.ndarray:
    """Train an RBF SVM, calibrated by cross-validation, and predict others.

    Arguments
    ---------
    train, labels, corpora, n_classes, others
        As ``adaptation.linear.linear_classifier``, with the same weights up
        to a factor: of mean 1, so that C is scikit-learn's.

    Returns
    -------
    numpy.ndarray, (other utterances, classes)
        Rows sum to 1.
    """
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.metrics.pairwise import rbf_kernel
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    from speechbrain_clser.adaptation.linear import cell_weights

    scaler = StandardScaler().fit(train)
    train, others = scaler.transform(train), scaler.transform(others)
    gamma = 1 / (train.shape[1] * train.var())  # scikit-learn's "scale"
    # Computing the kernel once is ten times faster than once per fold.
    svc = SVC(C=C, kernel="precomputed")
    model = CalibratedClassifierCV(svc, ensemble=False)
    weights = cell_weights(labels, corpora)
    weights /= weights.mean()
    model.fit(rbf_kernel(train, gamma=gamma), labels, sample_weight=weights)
    return model.predict_proba(rbf_kernel(others, train, gamma=gamma))


def counts(truth, posteriors, speakers) -> np.ndarray:
    """Count confusions per speaker.

    Arguments
    ---------
    truth : numpy.ndarray of int, (utterances,)
        Class of each.
    posteriors : numpy.ndarray, (utterances, classes)
        The largest is the prediction.
    speakers : numpy.ndarray, (utterances,)
        Of each.

    Returns
    -------
    numpy.ndarray, (1, speakers, classes, classes)
        One seed; see ``evaluation.run_counts.speaker_counts``.
    """
    names, place = np.unique(speakers, return_inverse=True)
    found = np.zeros((1, len(names), len(CLASSES), len(CLASSES)), int)
    np.add.at(found[0], (place, truth, posteriors.argmax(axis=1)), 1)
    return found


def cell(values, labels, corpora, speakers, target, classifier) -> dict:
    """Train, adapt and score on one left-out corpus.

    Arguments
    ---------
    values : numpy.ndarray, (utterances, dim)
        Of all corpora.
    labels, corpora, speakers : numpy.ndarray, (utterances,)
        Of each.
    target : str
        Corpus that is left out.
    classifier : callable
        ``linear_classifier`` or ``svm``.

    Returns
    -------
    dict
        ``counts``: system to confusion counts; ``chosen``: adaptation to its
        constants and their UAR within the sources.
    """
    from speechbrain_clser.adaptation import ADAPTATIONS, build
    from speechbrain_clser.adaptation.selection import (
        adapt_across_halves,
        choose_constants,
    )

    held, n_classes = corpora == target, len(CLASSES)
    train = values[~held], labels[~held], corpora[~held]
    test, people = values[held], speakers[held]
    classifier = once_per_training_set(classifier)
    posteriors = classifier(*train, n_classes, test)
    found = {"unadapted": posteriors}
    chosen = {}
    for name in ADAPTATIONS:

        def summarise(adaptation):
            return adaptation.summarise(*train[:2], n_classes, train[2])

        default = build(name)
        fitted = default.fit(summarise(default), test, posteriors)
        found[f"{name}, default"] = fitted.predict(test, posteriors)
        for form in (name, f"{name}, inductive"):
            choice = choose_constants(
                *(name, *train, speakers[~held], n_classes, classifier),
                inductive=form != name,
            )
            logging.info("%s, target %s\n%s", form, target, choice.table())
            source = summarise(choice.adaptation)
            if form == name:
                fitted = choice.adaptation.fit(source, test, posteriors)
                found[form] = fitted.predict(test, posteriors)
            else:
                found[form] = adapt_across_halves(
                    choice.adaptation, source, test, posteriors, people
                )
            mean = {c.adaptation: round(c.mean, 4) for c in choice.candidates}
            chosen[form] = {
                "constants": choice.constants,
                "uar_within_sources": {
                    "chosen": mean[choice.adaptation],
                    "default": mean[default],
                    "unadapted": mean[None],
                },
            }
    return {
        "counts": {
            k: counts(labels[held], p, people) for k, p in found.items()
        },
        "chosen": chosen,
    }


def once_per_training_set(classifier):
    """Cache the predictions of a classifier by its training corpora.

    Arguments
    ---------
    classifier : callable
        Of one target, whose other arguments follow from those corpora.

    Returns
    -------
    callable
        The same, trained once for each set of corpora.
    """
    known = {}

    def predict(vectors, labels, corpora, *others):
        key = frozenset(corpora)
        if key not in known:
            known[key] = classifier(vectors, labels, corpora, *others)
        return known[key]

    return predict


def summary(cells) -> dict:
    """Score the systems of one classifier and normalisation.

    Arguments
    ---------
    cells : dict
        Left-out corpus to the result of ``cell``.

    Returns
    -------
    dict
        System to UAR by corpus and their mean with its interval, and the
        paired difference to the unadapted classifier; 0-1.
    """
    from speechbrain_clser.evaluation.metrics import uar_of
    from speechbrain_clser.evaluation.run_counts import RunCounts
    from speechbrain_clser.evaluation.statistics import estimate

    def scores(system):
        return {
            target: float(uar_of(c["counts"][system].sum(axis=(0, 1))))
            for target, c in cells.items()
        }

    def folds(system):
        # Each target has speakers of its own.
        counts = {target: c["counts"][system] for target, c in cells.items()}
        return [
            RunCounts([f"{target}-{k}" for k in range(n.shape[1])], [0], n)
            for target, n in counts.items()
        ]

    rows = {}
    for system in next(iter(cells.values()))["counts"]:
        rows[system] = {
            "uar": scores(system),
            "mean": _rounded(estimate(folds(system))),
        }
        if system != "unadapted":
            gain = estimate(folds(system), against=folds("unadapted"))
            rows[system]["difference"] = _rounded(gain)
    return rows


def _rounded(estimate):
    return {name: round(x, 4) for name, x in estimate.to_json().items()}


def show(title, rows):
    """Print the scores of one classifier and normalisation.

    Arguments
    ---------
    title : str
        What they are.
    rows : dict
        From ``summary``.
    """
    from measured import difference, score

    columns = "".join(f"{name:>9}" for name in CORPORA)
    print(f"\n{title}: UAR in percent")
    print(f"{'':<25}{columns}{'mean':>19}{'minus unadapted':>22}")
    for system, row in rows.items():
        line = "".join(f"{100 * row['uar'][c]:>9.1f}" for c in CORPORA)
        line = f"{system:<25}{line}{score(row['mean']):>19}"
        if "difference" in row:
            line += f"{difference(row['difference']):>22}"
        print(line, flush=True)


def main():
    """Measure, print the tables, write adaptation_<encoder>.json."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data_folder", required=True)
    parser.add_argument("--encoder", default="acoustic")
    parser.add_argument("--layers")
    parser.add_argument("--normalise_by", nargs="+", default=NORMALISATIONS)
    parser.add_argument("--store", default="results/adaptation")
    parser.add_argument("--output")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    logging.basicConfig(level="INFO", format="%(message)s")

    from speechbrain_clser.adaptation.linear import linear_classifier
    from speechbrain_clser.features.encoders import encoder_name

    encoder = encoder_name(arguments.encoder)
    output = Path(__file__).with_name(f"adaptation_{encoder}.json")
    output = arguments.output or output
    rows, frames = features(
        arguments.data_folder,
        arguments.store,
        arguments.encoder,
        arguments.layers,
    )
    labels = np.array([CLASSES.index(row.emotion) for row in rows])
    corpora = np.array([row.corpus for row in rows])
    speakers = np.array([row.speaker for row in rows])
    result = {
        "encoder": encoder,
        "layers": arguments.layers,
        "classes": CLASSES,
        "n_utterances": {c: int((corpora == c).sum()) for c in CORPORA},
        "class_shares_assumed_by_equal_mass": "uniform",
        "scores": {},
        "chosen": {},
        "counts": {},
    }
    for by in arguments.normalise_by:
        given = vectors(rows, frames, by)
        for name, classifier in (("linear", linear_classifier), ("svm", svm)):
            cells = {
                target: cell(
                    given[target],
                    *(labels, corpora, speakers, target, classifier),
                )
                for target in CORPORA
            }
            title = f"{name}, normalised by {by}"
            result["scores"][title] = summary(cells)
            result["chosen"][title] = {t: c["chosen"] for t, c in cells.items()}
            result["counts"][title] = {
                target: _by_speaker(c["counts"], speakers[corpora == target])
                for target, c in cells.items()
            }
            show(f"{encoder}, {title}", result["scores"][title])
            recipe.write(output, result)


def _by_speaker(counted, speakers):
    """Format confusion counts by system and speaker as text."""
    return {
        system: {
            str(speaker): " ".join(map(str, matrix.ravel()))
            for speaker, matrix in zip(
                np.unique(speakers), found[0], strict=True
            )
        }
        for system, found in counted.items()
    }


if __name__ == "__main__":
    main()
