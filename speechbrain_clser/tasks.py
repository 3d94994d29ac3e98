"""Tasks: what a model predicts of an utterance.

A task decides which utterances have a label, the target of a batch, the number of
outputs and their decoding, the columns of predictions, and the scores of an epoch.
``Protocol.scheme`` is the task of a protocol: ``Classes``, ``Soft`` with ``--task soft``,
or ``Dimensions`` with ``--task dimensions``.
"""

import collections
import dataclasses

import numpy as np

from speechbrain_clser.evaluation import regression
from speechbrain_clser.evaluation.metrics import jensen_shannon, uar
from speechbrain_clser.labels import Scheme, canonical_or_own, format_votes

CLASSES, SOFT = "classes", "soft"
# Name of the task, and key of its targets in a batch.
RATED = "dimensions"
# Ratings, in the order of columns and of the outputs of a model.
DIMENSIONS = ("arousal", "valence", "dominance")
UNKNOWN = -1


class Classes(Scheme):
    """Predict one of several classes of emotion, with probabilities.

    Arguments
    ---------
    classes, merge_classes : list, dict
        As for ``Scheme``.

    Example
    -------
    >>> from speechbrain_clser.data.utterance import Utterance
    >>> row = Utterance("1", "1.wav", "W", "ann", "deu", emotion="anger")
    >>> task = Classes(["anger", "fear"])
    >>> task.of(row), len(task), task.key
    (0, 2, 'emotion')
    """

    name, key = CLASSES, "emotion"
    select_by = "source_valid_uar"  # which of several trainings is exported

    def of(self, row):
        """Return the class index of an utterance, or None if it has no class."""
        return self.index(row.emotion)

    label = of  # two equal labels are no contradiction
    columns_of_tables = "`emotion`"

    @property
    def names(self):
        """Names of the outputs."""
        return self.classes

    @property
    def wanted(self):
        """Phrase of messages: what labelled utterances are."""
        return f"of a class in {self.classes}"

    def shown(self, row):
        """Return the label of an utterance as text."""
        return row.emotion

    def why_unlabelled(self, row):
        """Return the reason for which an utterance has no class."""
        return f"{row.emotion} is not a class" if row.emotion else "no label"

    def target(self, row):
        """Return the target of an utterance in a batch; -1 if ``row`` is None."""
        return UNKNOWN if row is None else self.of(row)

    def decode(self, logits):
        """Return the outputs of a model, (..., classes), as probabilities."""
        return logits.softmax(dim=-1)

    def scores(self, target, predicted) -> dict:
        """Score targets and probabilities, (utterances, classes), by UAR."""
        predicted = np.argmax(predicted, axis=-1).tolist()
        return {"uar": uar(target, predicted, range(len(self)))}

    def columns(self, row, probabilities) -> dict:
        """Return the columns of a predictions file for an utterance."""
        best = max(range(len(self)), key=probabilities.__getitem__)
        return {
            "target": self.classes[self.of(row)],
            "predicted": self.classes[best],
            **{
                f"p_{name}": probability
                for name, probability in zip(
                    self.classes, probabilities, strict=True
                )
            },
        }


class Soft(Classes):
    """Predict the shares of raters' votes for several classes of emotion.

    An utterance belongs to the class with most votes: ``labelled`` makes this its
    emotion. If another emotion has most votes, or several have, it has no class. Votes
    for other emotions are left out of the shares.

    Arguments
    ---------
    classes, merge_classes : list, dict
        As for ``Scheme``.

    Example
    -------
    >>> from speechbrain_clser.data.utterance import Utterance
    >>> votes = (("angry", 3.0), ("fear", 1.0), ("other", 2.0))
    >>> row = Utterance("1", "1.wav", "W", "ann", "deu", votes=votes)
    >>> task = Soft(["anger", "fear"])
    >>> row = task.labelled(row)
    >>> row.emotion, task.target(row)
    ('anger', [0.75, 0.25])
    """

    name, key = SOFT, "votes"
    columns_of_tables = "`votes`"

    @property
    def wanted(self):
        """Phrase of messages: what labelled utterances are."""
        return f"with most votes for a class in {self.classes}"

    def labelled(self, row, names=None):
        """Return an utterance with emotions as votes, and the most voted of them.

        Arguments
        ---------
        row : Utterance
            As read.
        names : dict, optional
            Label to the emotion or class that a protocol gives it.

        Returns
        -------
        Utterance
            Its emotion is blank if several emotions have most votes, or it has none.
        """
        votes = collections.Counter()
        for label, n in row.votes:
            name = (names or {}).get(label) or canonical_or_own(label)
            name = self.merged(row.corpus, name)
            votes[self.merge_classes.get(name, name)] += n
        most = [name for name in votes if votes[name] == max(votes.values())]
        return dataclasses.replace(
            row,
            votes=tuple(votes.items()),
            emotion=most[0] if len(most) == 1 else "",
        )

    def shown(self, row):
        """Return the votes of an utterance as text."""
        return format_votes(row.votes)

    def why_unlabelled(self, row):
        """Return the reason for which an utterance has no class."""
        if row.votes and not row.emotion:
            return "several emotions have most votes"
        return super().why_unlabelled(row) if row.votes else "no votes"

    def target(self, row):
        """Return the shares of the classes in the votes; NaN if ``row`` is None."""
        if row is None:
            return [float("nan")] * len(self)
        votes = dict(row.votes)
        shares = np.array([votes.get(name, 0.0) for name in self.classes])
        return (shares / shares.sum()).tolist()

    def scores(self, target, predicted) -> dict:
        """Score shares and probabilities, (utterances, classes), by UAR and JSD."""
        target, predicted = np.array(target), np.array(predicted)
        distance = jensen_shannon(target, predicted).mean()
        target = np.argmax(target, axis=-1).tolist()
        return {**super().scores(target, predicted), "jsd": float(distance)}

    def columns(self, row, probabilities) -> dict:
        """Return the columns of a predictions file for an utterance."""
        shares = zip(self.classes, self.target(row), strict=True)
        return super().columns(row, probabilities) | {
            f"votes_{name}": share for name, share in shares
        }


class Dimensions:
    """Predict values of 0-1, such as arousal and valence.

    The interface is that of ``Classes``. Code that divides utterances by class, such
    as splits and samplers, finds one class that all rated utterances belong to.

    Arguments
    ---------
    names : sequence of str
        Of ``DIMENSIONS``. An utterance is labelled if it has all of them.

    Raises
    ------
    ValueError
        If a name is unknown or repeated, or there is none.

    Example
    -------
    >>> from speechbrain_clser.data.utterance import Utterance
    >>> row = Utterance("1", "1.wav", "W", "ann", "deu", arousal=0.7)
    >>> Dimensions(["arousal"]).target(row), Dimensions(["valence"]).of(row)
    ([0.7], None)
    """

    name = key = RATED
    select_by = "source_valid_ccc"
    classes, merge_classes, by_corpus = (), {}, {}

    def __init__(self, names=DIMENSIONS):
        self.names = tuple(names)
        if not self.names or len({*self.names} & {*DIMENSIONS}) < len(names):
            raise ValueError(
                f"task: expected {CLASSES}, {SOFT}, {RATED}, or some of "
                f"{'+'.join(DIMENSIONS)}, each once, found "
                f"{'+'.join(self.names) or 'nothing'}"
            )

    def __len__(self):
        return len(self.names)

    def of(self, row):
        """Return 0 for an utterance with all values, else None."""
        return None if self.label(row) is None else 0

    def label(self, row):
        """Return the values of an utterance, or None if one is missing."""
        values = tuple(getattr(row, name) for name in self.names)
        return None if None in values else values

    @property
    def columns_of_tables(self):
        """Phrase of messages: columns that label utterances of own tables."""
        return ", ".join(f"`{name}`" for name in self.names)

    @property
    def wanted(self):
        """Phrase of messages: what labelled utterances are."""
        return f"with values of {', '.join(self.names)}"

    def shown(self, row):
        """Return the label of an utterance as text."""
        return " ".join(f"{n} {getattr(row, n):g}" for n in self.names)

    def why_unlabelled(self, row):
        """Return the reason for which an utterance is not labelled."""
        missing = [n for n in self.names if getattr(row, n) is None]
        return f"no value of {', '.join(missing)}"

    def merged(self, corpus, emotion):
        """Return the emotion, as classes are not merged."""
        return emotion

    def target(self, row):
        """Return the target of an utterance in a batch; NaN if ``row`` is None."""
        if row is None:
            return [float("nan")] * len(self)
        return [*self.label(row)]

    def decode(self, logits):
        """Return the outputs of a model, (..., dimensions), as values of 0-1."""
        return logits.sigmoid()

    def scores(self, target, predicted) -> dict:
        """Score targets and values, (utterances, dimensions), by CCC and RMSE."""
        sums = regression.sums(np.array(target), np.array(predicted))
        return {
            name: float(np.mean(regression.METRICS[name](sums)))
            for name in ("ccc", "rmse")
        }

    def columns(self, row, values) -> dict:
        """Return the columns of a predictions file for an utterance."""
        pairs = zip(self.names, values, strict=True)
        return {
            f"target_{name}": value
            for name, value in zip(self.names, self.label(row), strict=True)
        } | {f"predicted_{name}": value for name, value in pairs}


def named(task: str, classes=(), merge_classes=None):
    """Build the task of a name.

    Arguments
    ---------
    task : str
        ``"classes"``; ``"soft"``; ``"dimensions"``, all three; or some, as
        ``"arousal+valence"``.
    classes, merge_classes : list, dict
        Of the tasks ``classes`` and ``soft``.

    Returns
    -------
    Classes, Soft or Dimensions
        See there.

    Raises
    ------
    ValueError
        If there is no such task.

    Example
    -------
    >>> named("arousal+valence").names
    ('arousal', 'valence')
    >>> named("pleasure")
    Traceback (most recent call last):
    ValueError: task: expected classes, soft, dimensions, or some of arousal+valence+...
    """
    if task in (CLASSES, SOFT):
        return {CLASSES: Classes, SOFT: Soft}[task](classes, merge_classes)
    return Dimensions(DIMENSIONS if task == RATED else task.split("+"))


def to_unit(value, low: float, high: float) -> float:
    """Map a rating from the scale of its corpus to 0-1.

    Ratings outside of the scale, as a few of IEMOCAP are, stay outside.

    Example
    -------
    >>> to_unit("5.5", 1, 7)
    0.75
    """
    return round((float(value) - low) / (high - low), 6)
