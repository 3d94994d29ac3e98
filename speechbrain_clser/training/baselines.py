"""What a few labelled utterances are good for without any new method.

Utterances are vectors of fixed length here. Every baseline is told the same:
some vectors have a label, most have not, and the classes of others are asked
for.
"""

import os
from pathlib import Path

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from sklearn.semi_supervised import LabelSpreading

from speechbrain_clser.losses.consistency import consistency, thresholds
from speechbrain_clser.losses.naming import naming
from speechbrain_clser.training.scoring import write_answers

N_STEPS = 300
N_BESIDE = 64
HIDDEN_DIM = 64
LR = 0.003
WEAK, STRONG = 0.1, 0.5  # deviations of noise
NEARNESS = 10  # chosen in favour of the baseline
DROPPED = 0.2  # share of the columns, in the strong view


def check(names, extractor):
    """Refuse, before anything is trained, baselines that cannot answer.

    Arguments
    ---------
    names : list of str
        Among ``BASELINES``.
    extractor : Extractor
        Of the frames that they look at.

    Raises
    ------
    ValueError
        If there is no such baseline, or no frames that stay what they are.

    Example
    -------
    >>> from types import SimpleNamespace
    >>> check(["oracle"], SimpleNamespace(is_frozen=True))
    Traceback (most recent call last):
    ValueError: baselines must be among nearest_prototype, linear, ...
    """
    if unknown := [name for name in names if name not in BASELINES]:
        raise ValueError(
            f"baselines must be among {', '.join(BASELINES)}, got "
            f"{', '.join(unknown)}"
        )
    if names and not extractor.is_frozen:
        raise ValueError(
            "baselines look at the frames of a frozen encoder, and this one "
            "is trained; give --baselines '[]', or --adapt frozen"
        )


def answer(names, material, heard, view, folders):
    """Let baselines learn what a training hears, and answer what is scored.

    An answer that is there already is not given again.

    Arguments
    ---------
    names : list of str
        Among ``BASELINES``.
    material : Material
        Gives the parts; no other label than those of ``train`` and ``shots``
        is looked at.
    heard : list of Utterance
        By the training.
    view : Mapping
        Utterance id to torch.Tensor, (frames, dim).
    folders : dict
        Seed to its folder; ``baselines/<name>.csv`` is written in it.
    """
    missing = [
        (path, name, seed)
        for seed, folder in folders.items()
        for name in names
        if not (path := Path(folder, "baselines", f"{name}.csv")).exists()
    ]
    if not missing:
        return
    parts, scheme = material.parts, material.protocol.scheme
    known = {row.id for row in (*parts.train, *parts.shots)}
    labels = [
        scheme.index(row.emotion) if row.id in known else -1 for row in heard
    ]
    vectors, scored = (
        utterance_vectors(view, part) for part in (heard, parts.scored)
    )
    for path, name, seed in missing:
        chance = predict(name, vectors, labels, scored, len(scheme), seed)
        partial = path.with_suffix(".partial")
        write_answers(partial, parts.scored, chance.tolist(), scheme)
        os.replace(partial, path)  # so that what is there is whole


def utterance_vectors(view, rows):
    """Describe each utterance by mean and deviation of its frames.

    Arguments
    ---------
    view : Mapping
        Utterance id to torch.Tensor, (frames, dim).
    rows : iterable of Utterance
        Whose ids are in it.

    Returns
    -------
    numpy.ndarray, (rows, 2 * dim)
        In the order of the rows.

    Example
    -------
    >>> from types import SimpleNamespace
    >>> view = {"1": torch.tensor([[1.0], [3.0]])}
    >>> utterance_vectors(view, [SimpleNamespace(id="1")])
    array([[2., 1.]], dtype=float32)
    """
    frames = (view[row.id] for row in rows)
    vectors = [
        torch.cat([f.mean(dim=0), f.std(dim=0, correction=0)]) for f in frames
    ]
    return torch.stack(vectors).numpy()


def predict(baseline, vectors, labels, scored, n_classes, seed=0):
    """Learn from vectors, few of them labelled, and name others.

    Vectors are standardised over all that are learned from.

    Arguments
    ---------
    baseline : str
        One of ``BASELINES``:

        ``nearest_prototype``
            The class whose mean vector is nearest.
        ``linear``
            Logistic regression on the labelled.
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
    scored : array, (scored rows, dim)
        May be among ``vectors``.
    n_classes : int
        Columns of what is returned.
    seed : int
        Of what is random.

    Returns
    -------
    numpy.ndarray, (scored rows, n_classes)
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
    scale = StandardScaler().fit(vectors)
    vectors, scored = scale.transform(vectors), scale.transform(scored)
    return BASELINES[baseline](vectors, labels, scored, n_classes, seed)


def _nearest_prototype(vectors, labels, scored, n_classes, seed):
    classes = np.unique(labels[labels >= 0])
    means = np.stack([vectors[labels == c].mean(axis=0) for c in classes])
    distance = np.square(scored[:, None] - means).mean(axis=-1)
    chance = torch.tensor(-distance).softmax(dim=-1).numpy()
    return _in_columns(chance, classes, n_classes)


def _linear(vectors, labels, scored, n_classes, seed):
    known = labels >= 0
    model = LogisticRegression(max_iter=1000)
    model.fit(vectors[known], labels[known])
    return _in_columns(model.predict_proba(scored), model.classes_, n_classes)


def _label_propagation(vectors, labels, scored, n_classes, seed):
    # Standardised vectors of so many columns are 2 * n apart in the mean,
    # squared. At 1 / n all are joined to all, and one class takes everything.
    gamma = NEARNESS / vectors.shape[1]
    model = LabelSpreading(gamma=gamma, max_iter=1000, tol=1e-6)
    with np.errstate(invalid="ignore"):
        chance = model.fit(vectors, labels).predict_proba(scored)
    # Whom no label reaches has 0 / 0: nothing is known, all are alike.
    chance = np.where(np.isnan(chance), 1 / len(model.classes_), chance)
    return _in_columns(chance, model.classes_, n_classes)


def _fixmatch(vectors, labels, scored, n_classes, seed):
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
        loss = naming(network(noisy(shots, WEAK)), names)
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
        scored = torch.tensor(scored, dtype=torch.float32)
        return network(scored).softmax(dim=-1).numpy()


def _in_columns(chance, classes, n_classes):
    """Put the columns of the classes that were seen where they belong."""
    full = np.zeros((len(chance), n_classes))
    full[:, classes] = chance
    return full


BASELINES = {
    "nearest_prototype": _nearest_prototype,
    "linear": _linear,
    "label_propagation": _label_propagation,
    "fixmatch": _fixmatch,
}
