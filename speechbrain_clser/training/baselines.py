"""Baselines: standard classifiers on utterance statistics of the same features.

Every baseline has the same training set as the method: vectors of fixed length,
of which some or all have a label.
"""

import logging
from collections import Counter
from pathlib import Path

import numpy as np
import torch
from sklearn.covariance import LedoitWolf
from sklearn.linear_model import RidgeCV
from sklearn.preprocessing import StandardScaler
from sklearn.semi_supervised import LabelSpreading
from sklearn.svm import SVC

from speechbrain_clser.adaptation import linear
from speechbrain_clser.adaptation.base import normalise_rows
from speechbrain_clser.evaluation import run_checks
from speechbrain_clser.losses.consistency import consistency, thresholds
from speechbrain_clser.losses.masked_cross_entropy import masked_cross_entropy
from speechbrain_clser.methods.linear import utterance_vector
from speechbrain_clser.tasks import SOFT
from speechbrain_clser.training.scoring import write_predictions

logger = logging.getLogger(__name__)

N_STEPS = 300
N_BESIDE = 64
HIDDEN_DIM = 64
LR = 0.003
WEAK, STRONG = 0.1, 0.5  # deviations of noise
NEARNESS = 10  # chosen in favour of the baseline
LINEAR = "linear"  # of dimensions: ridge regression; of votes: fitted to shares
PENALTIES = np.logspace(-1, 5, 13)  # of the ridge regression
LEAST_VARIANCE = 1e-6  # of lda, for one utterance per class
DROPPED = 0.2  # share of the columns, in the strong view


def usable(names, extractor, is_explicit, scheme=None) -> list:
    """Choose the baselines of a run before anything is trained.

    Baselines use stored frames. A trained encoder has none, so the default
    baselines are left out there with a line in the log. Of dimensions there is
    one baseline, ``linear``: a ridge regression.

    Arguments
    ---------
    names : list of str
        Among ``BASELINES``.
    extractor : Extractor
        Of the method's frames.
    is_explicit : bool
        Whether the user named them.
    scheme : Classes or Dimensions, optional
        The task.

    Returns
    -------
    list of str
        ``names``, or none.

    Raises
    ------
    ValueError
        If there is no such baseline, or the user named one without stored
        frames.

    Example
    -------
    >>> from types import SimpleNamespace
    >>> usable(["oracle"], SimpleNamespace(has_frozen_part=True), True)
    Traceback (most recent call last):
    ValueError: baselines must be among linear, svm, lda, nearest_prototype, ...
    """
    if unknown := [name for name in names if name not in BASELINES]:
        raise ValueError(
            f"baselines must be among {', '.join(BASELINES)}, got "
            f"{', '.join(unknown)}"
        )
    if scheme is not None and not scheme.classes:
        classify = [name for name in names if name != LINEAR]
        if classify and is_explicit:
            raise ValueError(
                f"baselines of {', '.join(scheme.names)}: expected {LINEAR}, a "
                f"ridge regression, found {', '.join(classify)}, which "
                f"classify; give --baselines '[{LINEAR}]'"
            )
        names = [name for name in names if name == LINEAR]
    if not names or extractor.has_frozen_part:
        return names
    if is_explicit:
        raise ValueError(
            "baselines use the stored frames of a frozen encoder, and this "
            "encoder is trained; give --baselines '[]', or --adapt frozen"
        )
    logger.info(
        "baselines left out (%s): they use the stored frames of a frozen "
        "encoder, and this encoder is trained; for their scores run the same "
        "command with --adapt frozen",
        ", ".join(names),
    )
    return []


def write_baselines(names, material, training_rows, view, folders):
    """Fit baselines on a training set and write their predictions.

    Existing predictions are not computed again, unless their file is damaged.
    Baselines without a random part are fitted once for all seeds.

    Arguments
    ---------
    names : list of str
        Among ``BASELINES``.
    material : PreparedData
        Gives the parts; no other label than those of ``train`` and ``target_labelled``
        is read.
    training_rows : list of Utterance
        Training set of the method, all phases.
    view : Mapping
        Utterance id to torch.Tensor, (frames, dim), finite: ``Normalised`` has
        put the mean in the place of missing values.
    folders : dict
        Seed to its folder; ``baselines/<name>.csv`` is written in it.
    """
    parts, scheme = material.parts, material.protocol.scheme
    ids = [row.id for row in parts.test]
    missing = {
        (name, seed): path
        for seed, folder in folders.items()
        for name in names
        if not run_checks.has_predictions(
            path := Path(folder, "baselines", f"{name}.csv"),
            ids,
            scheme.names,
        )
    }
    if not missing:
        return
    if not scheme.classes:
        values = _ridge(material, training_rows, view).tolist()
        for path in missing.values():
            write_predictions(path, parts.test, values, scheme)
        return
    labels = labels_of(material, training_rows)
    if (n_classes := len(set(labels) - {-1})) < 2:
        logger.info(
            "baselines left out (%s): they need labelled training utterances "
            "of two classes or more, found %d",
            ", ".join(names),
            n_classes,
        )
        return
    corpora = [row.corpus for row in training_rows]
    shares = shares_of(material, training_rows)
    vectors, test = (
        utterance_vectors(view, part) for part in (training_rows, parts.test)
    )
    found = {}
    for (name, seed), path in missing.items():
        key = name, seed if name in RANDOM else None
        if key not in found:
            args = vectors, labels, test, len(scheme), seed, corpora, shares
            found[key] = predict(name, *args)
        write_predictions(path, parts.test, found[key].tolist(), scheme)


def _ridge(material, training_rows, view):
    """Fit a ridge regression to labelled utterances, and predict the test set.

    Each corpus has the same weight. The penalty of each dimension is chosen by
    the error of left-out utterances of the training set.
    """
    parts, scheme = material.parts, material.protocol.scheme
    rows = _labelled(parts, training_rows)
    n_of = Counter(row.corpus for row in rows)
    weights = [len(rows) / len(n_of) / n_of[row.corpus] for row in rows]
    vectors = utterance_vectors(view, rows)
    scale = StandardScaler().fit(vectors)
    model = RidgeCV(PENALTIES, alpha_per_target=True).fit(
        scale.transform(vectors), [scheme.target(row) for row in rows], weights
    )
    test = scale.transform(utterance_vectors(view, parts.test))
    return model.predict(test).reshape(len(test), len(scheme))


def shares_of(material, training_rows):
    """List the shares of votes of a training set; None for another task than ``soft``.

    They are NaN for withheld labels.
    """
    scheme = material.protocol.scheme
    if scheme.name != SOFT:
        return None
    known = {row.id for row in _labelled(material.parts, training_rows)}
    return np.array(
        [
            scheme.target(row if row.id in known else None)
            for row in training_rows
        ]
    )


def _labelled(parts, training_rows):
    """Return the training rows whose labels are not withheld."""
    known = {row.id for row in (*parts.train, *parts.target_labelled)}
    return [row for row in training_rows if row.id in known]


def labels_of(material, training_rows) -> list:
    """List the classes of a training set; -1 for withheld labels."""
    scheme = material.protocol.scheme
    known = {row.id for row in _labelled(material.parts, training_rows)}
    return [scheme.of(row) if row.id in known else -1 for row in training_rows]


def utterance_vectors(view, rows):
    """Describe each utterance by mean and standard deviation of its frames.

    Arguments
    ---------
    view : Mapping
        Utterance id to torch.Tensor, (frames, dim).
    rows : iterable of Utterance
        Whose ids are in it.

    Returns
    -------
    numpy.ndarray, (rows, 2 * dim)
        In the order of the rows; see ``methods.linear.utterance_vector``.

    Example
    -------
    >>> from types import SimpleNamespace
    >>> view = {"1": torch.tensor([[1.0], [3.0]])}
    >>> utterance_vectors(view, [SimpleNamespace(id="1")])
    array([[2., 1.]], dtype=float32)
    """
    vectors = [utterance_vector(view[row.id]) for row in rows]
    return torch.stack(vectors).numpy()


def predict(
    baseline,
    vectors,
    labels,
    test,
    n_classes,
    seed=0,
    corpora=None,
    shares=None,
):
    """Fit a baseline on vectors, some of them labelled, and classify others.

    Vectors are standardised over all of the training set that the baseline uses.

    Arguments
    ---------
    baseline : str
        One of ``BASELINES``:

        ``nearest_prototype``
            The class whose mean vector is nearest.
        ``linear``
            Logistic regression on the labelled, in which each class of each
            corpus counts the same; see ``methods.linear``. It is fitted to
            ``shares``, if they are given.
        ``svm``
            Support vector machine with a Gaussian kernel on the labelled, weighted
            alike. Its probabilities are the softmax of its decision function,
            not calibrated.
        ``lda``
            Linear discriminant analysis on the labelled, weighted alike, whose
            covariance is shrunk as by Ledoit and Wolf.
        ``label_propagation``
            Labels spread over a graph of all vectors, whose edges fall off with
            the distance (Gaussian).
        ``fixmatch``
            A network of one hidden layer, taught by the labelled, and by what
            it is sure of among the unlabelled, with class-adaptive thresholds.
    vectors : array, (rows, dim)
        Labelled and unlabelled.
    labels : array of int, (rows,)
        Class; -1 where unknown.
    test : array, (test rows, dim)
        May be among ``vectors``.
    n_classes : int
        Columns of what is returned.
    seed : int
        Of what is random.
    corpora : sequence, (rows,), optional
        Corpus of each vector; by default all are of one.
    shares : numpy.ndarray, (rows, n_classes), optional
        Shares of the votes of each vector.

    Returns
    -------
    numpy.ndarray, (test rows, n_classes)
        Probabilities; a class without any label has 0, except by ``fixmatch``.

    Raises
    ------
    ValueError
        If there is no such baseline, or fewer than two classes have labels.

    Example
    -------
    >>> vectors, labels = [[0.0], [0.2], [1.0]], [0, -1, 1]
    >>> predict(
    ...     "nearest_prototype", vectors, labels, [[0.3]], 2
    ... ).argmax().item()
    0
    """
    if baseline not in BASELINES:
        raise ValueError(
            f"baseline must be one of {', '.join(BASELINES)}, got {baseline!r}"
        )
    labels = np.asarray(labels)
    if len(np.unique(labels[labels >= 0])) < 2:
        raise ValueError(
            f"baselines need labels of two classes or more, got "
            f"{np.unique(labels[labels >= 0]).tolist()} among {len(labels)} rows"
        )
    vectors, test = np.asarray(vectors), np.asarray(test)
    if baseline in SUPERVISED:
        known = labels >= 0
        corpora = np.asarray(corpora or [""] * len(labels))
        vectors, labels = vectors[known], labels[known]
        last = linear.cell_weights(labels, corpora[known])
        if baseline == LINEAR and shares is not None:
            last = shares[known] * last[:, None]
    else:
        last = seed
    scale = StandardScaler().fit(vectors)
    vectors, test = scale.transform(vectors), scale.transform(test)
    return BASELINES[baseline](vectors, labels, test, n_classes, last)


def _nearest_prototype(vectors, labels, test, n_classes, seed):
    classes = np.unique(labels[labels >= 0])
    means = np.stack([vectors[labels == c].mean(axis=0) for c in classes])
    distance = np.square(test[:, None] - means).mean(axis=-1)
    chance = torch.tensor(-distance).softmax(dim=-1).numpy()
    return _in_columns(chance, classes, n_classes)


def _linear(vectors, labels, test, n_classes, weights):
    if weights.ndim > 1:  # of each class: an utterance is used once for each
        labels = np.flatnonzero(weights.any(axis=0))
        vectors = np.repeat(vectors, len(labels), axis=0)
        weights = weights[:, labels].ravel()
        labels = np.resize(labels, len(vectors))
    model = linear.fit_linear(vectors, labels, weights, n_classes)
    return linear.linear_posteriors(model, test)


def _svm(vectors, labels, test, n_classes, weights):
    # C bounds the weight of an utterance: 1 is its mean, whatever their number.
    model = SVC().fit(vectors, labels, sample_weight=weights / weights.mean())
    decision = model.decision_function(test)
    if decision.ndim == 1:  # of two classes, for the second
        decision = np.stack([-decision, decision], axis=1)
    chance = torch.tensor(decision).softmax(dim=-1).numpy()
    return _in_columns(chance, model.classes_, n_classes)


def _lda(vectors, labels, test, n_classes, weights):
    # That of scikit-learn has no weights of utterances.
    classes, place = np.unique(labels, return_inverse=True)
    share = np.eye(len(classes))[place] * weights[:, None]
    totals = share.sum(axis=0)
    means = share.T @ vectors / totals[:, None]
    spread = np.sqrt(weights / weights.mean())[:, None]
    fitted = LedoitWolf(assume_centered=True).fit(
        spread * (vectors - means[place])
    )
    covariance = fitted.covariance_ + LEAST_VARIANCE * np.eye(len(means.T))
    directions = np.linalg.solve(covariance, means.T)
    offsets = np.log(totals) - np.sum(means * directions.T, axis=1) / 2
    chance = normalise_rows(test @ directions + offsets)
    return _in_columns(chance, classes, n_classes)


def _label_propagation(vectors, labels, test, n_classes, seed):
    # Standardised vectors of so many columns are 2 * n apart in the mean,
    # squared. At 1 / n all are neighbours, and one class is predicted for all.
    gamma = NEARNESS / vectors.shape[1]
    model = LabelSpreading(gamma=gamma, max_iter=1000, tol=1e-6)
    with np.errstate(invalid="ignore"):
        chance = model.fit(vectors, labels).predict_proba(test)
    # A row that no label reaches has 0 / 0: all classes are equally probable.
    chance = np.where(np.isnan(chance), 1 / len(model.classes_), chance)
    return _in_columns(chance, model.classes_, n_classes)


def _fixmatch(vectors, labels, test, n_classes, seed):
    draw = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(seed)
        network = torch.nn.Sequential(
            torch.nn.Linear(vectors.shape[1], HIDDEN_DIM),
            torch.nn.ReLU(),
            torch.nn.Linear(HIDDEN_DIM, n_classes),
        )
    vectors = torch.tensor(vectors, dtype=torch.float32)
    labels = torch.tensor(labels)
    shots, names = vectors[labels >= 0], labels[labels >= 0]
    others = vectors[labels < 0]
    mean = torch.full((n_classes,), 1 / n_classes)
    optimiser = torch.optim.AdamW(network.parameters(), LR)

    def noisy(values, spread):
        noise = torch.randn(values.shape, generator=draw)
        return values + spread * noise

    for _ in range(N_STEPS):
        loss = masked_cross_entropy(network(noisy(shots, WEAK)), names)
        if len(others):
            places = torch.randperm(len(others), generator=draw)[:N_BESIDE]
            with torch.no_grad():
                posterior = network(noisy(others[places], WEAK)).softmax(-1)
            mean = 0.9 * mean + 0.1 * posterior.mean(dim=0)
            strong = noisy(others[places], STRONG)
            kept = torch.rand(strong.shape, generator=draw) >= DROPPED
            loss = loss + consistency(
                network(strong * kept), posterior, thresholds(mean)
            )
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    with torch.no_grad():
        test = torch.tensor(test, dtype=torch.float32)
        return network(test).softmax(dim=-1).numpy()


def _in_columns(chance, classes, n_classes):
    """Place the columns of the training classes among all classes."""
    full = np.zeros((len(chance), n_classes))
    full[:, classes] = chance
    return full


# Fitted on the labelled alone, with weights of the utterances in place of a seed.
SUPERVISED = {"linear": _linear, "svm": _svm, "lda": _lda}
BASELINES = {
    **SUPERVISED,
    "nearest_prototype": _nearest_prototype,
    "label_propagation": _label_propagation,
    "fixmatch": _fixmatch,
}
RANDOM = {"fixmatch"}
