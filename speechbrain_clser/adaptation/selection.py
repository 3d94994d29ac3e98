"""Selection of the constants of an adaptation within the sources."""

import dataclasses
import itertools

import numpy as np

from speechbrain_clser.adaptation import build
from speechbrain_clser.adaptation.base import MIN_UTTERANCES, Adaptation
from speechbrain_clser.adaptation.linear import (
    linear_classifier,
    source_folds,
)
from speechbrain_clser.errors import AdaptationError
from speechbrain_clser.evaluation.metrics import uar


@dataclasses.dataclass(frozen=True)
class Candidate:
    """Scores of one choice of constants on held-out source utterances.

    Arguments
    ---------
    adaptation : Adaptation or None
        None for the unadapted posteriors.
    uar : dict of str to float
        UAR, 0-1, by held-out fold.

    Example
    -------
    >>> Candidate(None, {"emodb": 0.5, "urdu": 0.25}).mean
    0.375
    """

    adaptation: Adaptation | None
    uar: dict

    @property
    def mean(self):
        """Mean UAR over the folds."""
        return float(np.mean(list(self.uar.values())))

    @property
    def constants(self):
        """Constants by name; None without adaptation."""
        return self.adaptation and dataclasses.asdict(self.adaptation)


@dataclasses.dataclass(frozen=True)
class Choice:
    """Selected constants, and scores of all candidates.

    Arguments
    ---------
    adaptation : Adaptation or None
        Selected; None if allowed and the unadapted posteriors are best.
    candidates : tuple of Candidate
        The unadapted posteriors, the default constants, the rest of the grid.

    Example
    -------
    >>> print(Choice(None, (Candidate(None, {"emodb": 0.5}),)).table())
     mean  emodb  constants
     50.0   50.0  none (chosen)
    """

    adaptation: Adaptation | None
    candidates: tuple

    @property
    def constants(self):
        """Selected constants by name; None without adaptation."""
        return self.adaptation and dataclasses.asdict(self.adaptation)

    def mean_of(self, adaptation):
        """Return the mean UAR, 0-1, of a candidate; None is no adaptation."""
        [mean] = [c.mean for c in self.candidates if c.adaptation == adaptation]
        return mean

    def table(self):
        """Format the scores as text, best mean first.

        Returns
        -------
        str
            UAR in percent, with the constants that differ between candidates.
        """
        grid = [c.constants for c in self.candidates if c.constants]
        varied = [
            name
            for name in (grid[0] if grid else ())
            if len({constants[name] for constants in grid}) > 1
        ]
        folds = self.candidates[0].uar
        widths = [max(5, len(name)) for name in folds]
        head = [f"{name:>{w}}" for name, w in zip(folds, widths, strict=True)]
        lines = ["  ".join([" mean", *head, "constants"])]
        for candidate in sorted(self.candidates, key=lambda c: -c.mean):
            constants = candidate.constants
            text = "none"
            if constants:
                given = (f"{name}={constants[name]}" for name in varied)
                text = " ".join(given) or "default"
            if candidate.adaptation == self.adaptation:
                text += " (chosen)"
            scores = [
                f"{100 * score:>{w}.1f}"
                for score, w in zip(candidate.uar.values(), widths, strict=True)
            ]
            mean = f"{100 * candidate.mean:5.1f}"
            lines.append("  ".join([mean, *scores, text]))
        return "\n".join(lines)


def choose_constants(
    name,
    vectors,
    labels,
    corpora,
    speakers,
    n_classes,
    classifier=linear_classifier,
    grid=None,
    allow_none=False,
    inductive=False,
):
    """Select the constants of an adaptation within the sources.

    Each source corpus in turn is held out: a classifier is trained on the
    others, the adaptation is fitted to the held-out corpus without labels and
    scored with them. For one source corpus, groups of its speakers are held
    out. The target of the protocol is not used.

    Arguments
    ---------
    name : str
        Of the adaptation; see ``adaptation.ADAPTATIONS``.
    vectors : array, (utterances, dim)
        Of the source utterances.
    labels : array of int, (utterances,)
        Class of each.
    corpora, speakers : sequence of str, (utterances,)
        Of each utterance.
    n_classes : int
        Number of classes.
    classifier : callable
        As ``linear.linear_classifier``.
    grid : dict of str to sequence, optional
        Values of each varied constant; by default the grid of the adaptation.
    allow_none : bool
        Whether the unadapted posteriors may be selected.
    inductive : bool
        Whether to score with ``adapt_across_halves`` instead of adapting and
        scoring the same utterances.

    Returns
    -------
    Choice
        The candidate of the highest mean UAR; ties select the default
        constants.

    Raises
    ------
    AdaptationError
        If nothing can be held out, or no candidate can be fitted.
    ValueError
        If the adaptation or a constant is unknown.

    Example
    -------
    >>> rng = np.random.default_rng(0)
    >>> labels = np.arange(80) % 2
    >>> vectors = rng.normal(size=(80, 4)) + 2 * labels[:, None]
    >>> corpora = np.repeat(["a", "b"], 40)
    >>> grid = {"n_components": (1, 2)}
    >>> choice = choose_constants(
    ...     "em_gaussians", vectors, labels, corpora, corpora, 2, grid=grid
    ... )
    >>> choice.adaptation.n_components in (1, 2), len(choice.candidates)
    (True, 3)
    """
    vectors, labels = np.asarray(vectors, float), np.asarray(labels)
    corpora = np.asarray(corpora)
    speakers = np.asarray(speakers)
    folds = _folds(labels, corpora, speakers, n_classes)
    adaptations = _candidates(name, grid)
    scores = {None: {}, **{adaptation: {} for adaptation in adaptations}}
    refused = {}
    for fold, held in folds.items():
        train = vectors[~held], labels[~held]
        posteriors = classifier(
            *train, corpora[~held], n_classes, vectors[held]
        )
        scores[None][fold] = _uar(labels[held], posteriors)
        summaries = {}
        for adaptation in adaptations:
            fields = adaptation.source_constants
            key = tuple(getattr(adaptation, field) for field in fields)
            try:
                if key not in summaries:
                    summaries[key] = adaptation.summarise(
                        *train, n_classes, corpora[~held]
                    )
            except AdaptationError as error:
                refused[adaptation] = error
                continue
            target = vectors[held], posteriors
            try:
                if inductive:
                    adapted = adapt_across_halves(
                        adaptation, summaries[key], *target, speakers[held]
                    )
                else:
                    fitted = adaptation.fit(summaries[key], *target)
                    adapted = fitted.predict(*target)
            except AdaptationError:
                adapted = posteriors  # as in use
            scores[adaptation][fold] = _uar(labels[held], adapted)
    candidates = tuple(
        Candidate(adaptation, found)
        for adaptation, found in scores.items()
        if adaptation not in refused
    )
    eligible = candidates if allow_none else candidates[1:]
    if not eligible:
        raise next(iter(refused.values()))
    # The default constants, first in order, win ties.
    best = max(
        (*eligible[allow_none:], *eligible[:allow_none]),
        key=lambda candidate: round(candidate.mean, 12),
    )
    return Choice(best.adaptation, candidates)


def choose_for_rows(name, vectors, rows, scheme):
    """Select the constants of an adaptation for labelled source utterances.

    Arguments
    ---------
    name : str
        Of the adaptation; see ``adaptation.ADAPTATIONS``.
    vectors : array, (utterances, dim)
        Of the utterances.
    rows : list of Utterance
        Of the same utterances; each language of each corpus is a fold.
    scheme : Scheme
        Maps emotions to classes.

    Returns
    -------
    Choice
        See ``choose_constants``.

    Raises
    ------
    AdaptationError
        If nothing can be held out, or no candidate can be fitted.
    """
    return choose_constants(
        name,
        vectors,
        [scheme.index(row.emotion) for row in rows],
        [f"{row.corpus} {row.language}" for row in rows],
        [row.speaker for row in rows],
        len(scheme),
    )


def adapt_across_halves(adaptation, source, vectors, posteriors, speakers):
    """Adapt each half of the target speakers by a fit to the other half.

    Arguments
    ---------
    adaptation : Adaptation
        With its constants.
    source : dict of str to numpy.ndarray
        From ``Adaptation.summarise``.
    vectors, posteriors : numpy.ndarray, (utterances, ...)
        Of the target, unadapted.
    speakers : sequence of str, (utterances,)
        Sorted by name, every second is in the first half.

    Returns
    -------
    numpy.ndarray, (utterances, classes)
        Posteriors of each half, adapted by a fit to the other half.

    Raises
    ------
    AdaptationError
        If an adaptation cannot be fitted to one half.

    Example
    -------
    >>> adaptation, speakers = build("equal_mass"), ["ann"] * 20 + ["bob"] * 20
    >>> p = np.array([[0.8, 0.2], [0.4, 0.6]] * 20)
    >>> vectors, labels = np.zeros((40, 1)), [0, 1] * 20
    >>> source = adaptation.summarise(vectors, labels, 2)
    >>> adapted = adapt_across_halves(adaptation, source, vectors, p, speakers)
    >>> adapted.mean(axis=0).round(6)
    array([0.5, 0.5])
    """
    is_first = np.unique(speakers, return_inverse=True)[1] % 2 == 0
    adapted = np.empty(posteriors.shape)
    for half in (is_first, ~is_first):
        fitted = adaptation.fit(source, vectors[half], posteriors[half])
        adapted[~half] = fitted.predict(vectors[~half], posteriors[~half])
    return adapted


def _uar(labels, posteriors):
    classes = range(posteriors.shape[1])
    return uar(labels.tolist(), posteriors.argmax(axis=1).tolist(), classes)


def _candidates(name, grid):
    """List the default constants, then the rest of the grid."""
    default = build(name)
    grid = type(default).grid if grid is None else grid
    points = (
        build(name, **dict(zip(grid, values, strict=True)))
        for values in itertools.product(*grid.values())
    )
    return list(dict.fromkeys([default, *points]))


def _folds(labels, corpora, speakers, n_classes):
    """Return the folds that are large enough, as name to mask."""
    folds = {
        name: held
        for name, held in source_folds(corpora, speakers).items()
        if held.sum() >= MIN_UTTERANCES
        and len(np.unique(labels[~held])) == n_classes
    }
    if not folds:
        raise AdaptationError(
            "few folds",
            "expected source corpora, or groups of speakers of one corpus, "
            f"with at least {MIN_UTTERANCES} utterances each and all "
            f"{n_classes} classes in the others, found none among "
            f"{len(np.unique(corpora))} corpora and "
            f"{len(np.unique(speakers))} speakers; give the constants",
        )
    return folds
