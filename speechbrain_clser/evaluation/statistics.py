"""Standard errors and confidence intervals of scores, clustered by speaker.

Utterances of one speaker are not independent, so the speaker is the sampling
unit. All values are computed from confusion counts per training and speaker
(``run_counts.RunCounts``), which report.json contains.

Each score is a mean of ratios of sums over speakers. Its variance is the sum
of the squared influences of the speakers (linearisation), each divided by the
root of one minus the speaker's share of the denominator: the bias-reduced
estimator CR2 of Bell and McCaffrey. The quantile is Student's t with their
degrees of freedom. With equally many utterances per speaker and class this is
the variance of the speakers' mean with n - 1 degrees of freedom. A percentile
bootstrap over few speakers gives intervals that are too narrow
(``benchmarks/interval_coverage.py``).

With several trials (samples of labelled utterances), trials are a second
sampling unit, crossed with the speakers; a speaker who is not tested in a trial has
no influence on it. The
variance is then that between speakers plus that between trials, minus that of
their interaction, which the first already contains. Seeds within a trial are
averaged; the rest of their variance is part of the variance between trials.
With a single trial the interval is conditional on the given trainings.
"""

import dataclasses
import math
from collections.abc import Sequence

import numpy as np
from scipy.special import expit, logit, stdtrit

from speechbrain_clser.evaluation import metrics
from speechbrain_clser.evaluation.run_counts import METRICS, RunCounts

CONFIDENCE = 0.95
CORRELATIONS = ("ccc", "pearson")
# Standard errors below this are rounding errors: the speakers do not differ.
_NO_SPREAD = 1e-9


def mean_by_trial(
    scores: np.ndarray, trial_of_run: Sequence[int] | None = None
) -> np.ndarray:
    """Average scores over the seeds of each trial.

    Arguments
    ---------
    scores : numpy.ndarray, (seeds, ...)
        Of trainings.
    trial_of_run : sequence of int, optional
        Trial of each; by default one trial.

    Returns
    -------
    numpy.ndarray, (trials, ...)
        Ordered by trial.

    Example
    -------
    >>> mean_by_trial(np.array([0.25, 0.5, 0.75]), [0, 1, 1]).tolist()
    [0.25, 0.625]
    """
    if trial_of_run is None:
        return scores.mean(axis=0, keepdims=True)
    trial_of_run = np.asarray(trial_of_run)
    return np.stack(
        [
            scores[trial_of_run == trial].mean(axis=0)
            for trial in np.unique(trial_of_run)
        ]
    )


@dataclasses.dataclass(frozen=True)
class Estimate:
    """A score or a difference of two scores, with its standard error.

    Arguments
    ---------
    value : float
        0-1, or of a difference from -1 to 1.
    standard_error : float
        NaN if a class, or all utterances, have a single speaker.
    df : float
        Degrees of freedom of the standard error.
    n_speakers : int
        Number of speakers.
    is_difference : bool
        Whether the value may be negative.
    is_correlation : bool
        Whether it is a correlation, from -1 to 1.
    """

    value: float
    standard_error: float
    df: float
    n_speakers: int
    is_difference: bool = False
    is_correlation: bool = False

    def to_json(self) -> dict:
        """Return value and interval with the keys of reports.

        Returns
        -------
        dict
            ``mean``, ``low`` and ``high``.

        Example
        -------
        >>> Estimate(0.5, math.nan, math.nan, n_speakers=1).to_json()
        {'mean': 0.5, 'low': nan, 'high': nan}
        """
        low, high = self.interval()
        return {"mean": self.value, "low": low, "high": high}

    def interval(self, confidence: float = CONFIDENCE) -> tuple:
        """Return the confidence interval.

        For a score, a t interval on the logit scale, within 0 and 1, and for a
        correlation on that of Fisher's z; for a difference, a t interval, clipped
        to -1 and 1. If speakers do not
        differ, for instance if all predictions are correct, Wilson's interval
        with one observation per speaker: the number of independent utterances
        is unknown then, and the number of speakers is its lower bound. Two
        runs that do not differ for any speaker have the interval (0, 0).

        Arguments
        ---------
        confidence : float
            Coverage, 0-1.

        Returns
        -------
        tuple of (float, float)
            Low and high; NaN if the standard error is NaN.

        Source
        ------
        Wilson, Probable Inference, the Law of Succession, and Statistical
        Inference, Journal of the American Statistical Association 22, 1927.

        Example
        -------
        >>> low, high = Estimate(0.5, 0.144338, 2, n_speakers=3).interval()
        >>> round(low, 3), round(high, 3)
        (0.077, 0.923)
        >>> low, high = Estimate(1.0, 0.0, 5, n_speakers=6).interval()
        >>> round(low, 3), round(high, 3)
        (0.476, 1.0)
        """
        if math.isnan(self.standard_error):
            return math.nan, math.nan
        if self.is_correlation:
            # Fisher's z of r is half the logit of (1 + r) / 2.
            half = dataclasses.replace(
                self,
                value=(1 + self.value) / 2,
                standard_error=self.standard_error / 2,
                is_correlation=False,
            )
            low, high = half.interval(confidence)
            return 2 * low - 1, 2 * high - 1
        t = float(stdtrit(self.df, (1 + confidence) / 2))
        if self.standard_error < _NO_SPREAD:
            return self._without_spread(t)
        if self.is_difference:
            margin = t * self.standard_error
            low, high = self.value - margin, self.value + margin
            return max(low, -1.0), min(high, 1.0)
        margin = t * self.standard_error / (self.value * (1 - self.value))
        centre = logit(self.value)
        return float(expit(centre - margin)), float(expit(centre + margin))

    def _without_spread(self, t):
        """Compute Wilson's interval with one observation per speaker."""
        if self.is_difference and abs(self.value) < _NO_SPREAD:
            return 0.0, 0.0
        lowest = -1.0 if self.is_difference else 0.0
        share = min(max((self.value - lowest) / (1 - lowest), 0.0), 1.0)
        ratio = t**2 / self.n_speakers
        centre = share + ratio / 2
        margin = math.sqrt(ratio * share * (1 - share) + ratio**2 / 4)
        low, high = (
            lowest + (1 - lowest) * bound / (1 + ratio)
            for bound in (centre - margin, centre + margin)
        )
        return min(low, self.value), max(
            high, self.value
        )  # against rounding errors


def estimate(
    folds: Sequence[RunCounts],
    against: Sequence[RunCounts] | None = None,
    score: str = "uar",
    term: int | None = None,
) -> Estimate:
    """Estimate a mean over folds, or a difference of two, with standard error.

    Folds with different speakers are independent; a speaker of several folds (the
    same target with several sources) is one sampling unit, whose influences are
    added. A difference is paired by speaker, and by trial if both runs have the same
    number of trials. Degrees of freedom of several variance components are combined
    by the formula of Satterthwaite; those of folds with common speakers are the
    lowest of them.

    Arguments
    ---------
    folds : sequence of RunCounts
        One or more.
    against : sequence of RunCounts, optional
        Counts of another run on the same utterances and speakers, whose score
        is subtracted.
    score : str
        One of ``METRICS``, or of those of the kind of counts.
    term : int, optional
        Index of a single term of the score, such as the recall of a class,
        instead of the mean over terms.

    Returns
    -------
    Estimate
        Its standard error is NaN if a fold, or a class of it, has a single
        speaker.

    Source
    ------
    Bell and McCaffrey, Bias Reduction in Standard Errors for Linear Regression
    with Multi-Stage Samples, Survey Methodology 28, 2002.

    Example
    -------
    >>> speakers = [[[3, 1], [1, 3]], [[2, 2], [2, 2]], [[1, 3], [3, 1]]]
    >>> run = RunCounts(["s1", "s2", "s3"], [0], np.array([speakers]))
    >>> found = estimate([run])
    >>> round(found.value, 3), round(found.standard_error, 3), round(found.df)
    (0.5, 0.144, 2)
    >>> estimate([run], against=[run]).interval()
    (0.0, 0.0)
    """
    n_folds = len(folds)
    found = [
        _fold(*pair, score, term)
        for pair in zip(folds, against or [None] * n_folds, strict=True)
    ]
    groups = _with_common_speakers(folds)
    variances, dfs = [], []
    for group in groups:
        speakers = _group_variance([(folds[k], found[k]) for k in group])
        trials = [one for k in group for one in found[k].of_trials]
        # Of the speakers, then of the trials of each fold.
        parts, of_parts = map(np.array, zip(speakers, *trials, strict=True))
        variances.append(parts.sum() / n_folds**2)
        dfs.append(_satterthwaite(parts.sum(), parts, of_parts))
    variance = np.sum(variances)
    n_speakers = sum(
        max(found[k].n_speakers for k in group) for group in groups
    )
    return Estimate(
        float(np.mean([one.value for one in found])),
        float(np.sqrt(variance)),
        float(_satterthwaite(variance, np.array(variances), np.array(dfs))),
        n_speakers,
        is_difference=against is not None,
        is_correlation=against is None and score in CORRELATIONS,
    )


@dataclasses.dataclass(frozen=True, eq=False)
class _Fold:
    """Value of a fold, influences of its speakers, variances between its trials."""

    value: float
    influence: np.ndarray  # (speakers,)
    df: float
    n_speakers: int
    of_trials: list  # pairs of variance and degrees of freedom


def _with_common_speakers(folds):
    """Group the indices of folds that are connected by speakers."""
    groups = []
    for index, fold in enumerate(folds):
        joined = [g for g in groups if not g[1].isdisjoint(fold.speakers)]
        groups = [g for g in groups if g not in joined]
        members = [k for g in joined for k in g[0]]
        names = set(fold.speakers).union(*(g[1] for g in joined))
        groups.append(([*members, index], names))
    return [members for members, _ in groups]


def _group_variance(group):
    """Return the variance between the speakers of folds, and its degrees of freedom."""
    total = {}
    for counts, fold in group:
        for name, value in zip(counts.speakers, fold.influence, strict=True):
            total[name] = total.get(name, 0.0) + value
    variance = np.sum(np.square([*total.values()]))
    return variance, min(fold.df for _, fold in group)


def _satterthwaite(variance, variances, dfs):
    """Compute the degrees of freedom of a sum of variances.

    Without variance they are the minimum.
    """
    if variance < _NO_SPREAD**2:
        return np.min(dfs)
    return variance**2 / np.sum(np.square(variances) / dfs)


def _fold(run, against, score, term):
    """Compute the parts of an estimate for one fold."""
    blocks = [_by_trial(run, score, term)]
    if against is not None:
        values, influence = _by_trial(against, score, term)
        if len(values) == len(blocks[0][0]):
            blocks = [(blocks[0][0] - values, blocks[0][1] - influence)]
        else:
            blocks.append((-values, -influence))
    value = sum(values.mean() for values, _ in blocks)
    total = sum(influence.mean(axis=0) for _, influence in blocks)
    df, n_speakers = _design(run, score, term)
    of_trials = []
    for values, influence in blocks:
        n = len(values)
        if n > 1:
            residual = influence - influence.mean(axis=0)
            interaction = np.sum(residual**2) / (n * (n - 1))
            excess = np.var(values, ddof=1) / n - interaction
            of_trials.append((max(excess, 0.0), n - 1))
    return _Fold(value, total, df, n_speakers, of_trials)


def _terms(run, score, term):
    """Return numerators and denominators, (trainings, speakers, terms)."""
    chosen = slice(None) if term is None else slice(term, term + 1)
    return (one[..., chosen] for one in run.terms(score))


def _by_trial(run, score, term):
    """Return scores, (trials,), and influences of speakers, (trials, speakers)."""
    part, whole = _terms(run, score, term)
    parts, wholes = (x.sum(axis=1, keepdims=True) for x in (part, whole))
    residual = part - metrics.ratio(parts, wholes) * whole
    share = metrics.ratio(whole, wholes)
    # A term of a single speaker has share 1 and no standard error: 0 / 0.
    adjusted = metrics.ratio(residual, wholes * np.sqrt(1 - share))
    is_defined = wholes > 0
    influence = np.where(is_defined, adjusted, 0).sum(axis=2)
    influence = metrics.ratio(influence, is_defined.sum(axis=2))
    values = metrics.mean_ratio(parts[:, 0], wholes[:, 0])
    return tuple(mean_by_trial(x, run.trials) for x in (values, influence))


def _design(run, score, term):
    """Compute the degrees of freedom of Bell and McCaffrey, and count speakers.

    The working model has independent utterances of equal variance.
    """
    _, whole = _terms(run, score, term)
    n = whole.mean(axis=0)
    n = n[:, n.sum(axis=0) > 0]
    total = n.sum(axis=0)
    weight = metrics.ratio(1.0, total * np.sqrt(1 - n / total))
    # The products of the adjusted residuals of two speakers are a matrix
    # diag(a) - b b'; its trace and sum of squares are needed.
    a, b = np.sum(n * weight**2, axis=1), n * weight / np.sqrt(total)
    own = np.sum(b**2, axis=1)
    squares = np.sum(a**2 - 2 * a * own) + np.sum((b.T @ b) ** 2)
    df = metrics.ratio(np.sum(a - own) ** 2, squares)
    return df, np.count_nonzero(n.sum(axis=1))


def intervals(run: RunCounts) -> dict:
    """Compute the intervals of ``METRICS`` and of the recall of each class.

    Arguments
    ---------
    run : RunCounts
        See ``run_counts.speaker_counts``.

    Returns
    -------
    dict
        Names of ``METRICS`` to (low, high), ``"recalls"`` to a list of them.
        All are NaN for a single speaker.

    Example
    -------
    >>> speakers = [[[3, 1], [1, 3]], [[2, 2], [2, 2]], [[1, 3], [3, 1]]]
    >>> run = RunCounts(["s1", "s2", "s3"], [0], np.array([speakers]))
    >>> low, high = intervals(run)["uar"]
    >>> round(low, 3), round(high, 3)
    (0.077, 0.923)
    """
    recalls = [
        estimate([run], term=k).interval()
        for k in range(run.confusion.shape[-1])
    ]
    scores = {name: estimate([run], score=name).interval() for name in METRICS}
    return scores | {"recalls": recalls}
