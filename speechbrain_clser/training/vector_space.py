"""Vectors of utterances, and an adaptation with constants selected for them."""

import dataclasses

import numpy as np

from speechbrain_clser import adaptation
from speechbrain_clser.adaptation.base import check_vectors
from speechbrain_clser.adaptation.selection import choose_for_rows
from speechbrain_clser.errors import AdaptationError


class VectorSpace:
    """Vectors of utterances, with what adapts posteriors by them.

    Arguments
    ---------
    plan : TargetAdaptation
        Name and constants of the adaptation.
    material : PreparedData
        Gives the labelled source utterances and the classes.
    vectors : dict of str to numpy.ndarray, (dim,)
        By id, of source and target utterances.
    """

    def __init__(self, plan, material, vectors):
        self.vectors, self.refusal, self.candidates = vectors, None, ()
        self.origin = "sources"
        if plan.constants is not None:
            self.origin = "given"
        elif not adaptation.ADAPTATIONS[plan.name].grid:
            self.origin = "default"  # there is nothing to choose
        self.adaptation = None
        scheme = material.protocol.scheme
        rows = [row for row in material.parts.train if row.id in vectors]
        found = np.stack([vectors[row.id] for row in rows])
        labels = [scheme.index(row.emotion) for row in rows]
        try:
            check_vectors("source", found)
            if self.origin != "sources":
                constants = plan.constants or {}
                self.adaptation = adaptation.build(plan.name, **constants)
            else:
                choice = choose_for_rows(plan.name, found, rows, scheme)
                self.adaptation = choice.adaptation
                self.candidates = choice.candidates
            self.source = self.adaptation.summarise(
                found, labels, len(scheme), [row.corpus for row in rows]
            )
        except AdaptationError as error:
            self.refusal = error

    def adapted(self, folds, posteriors):
        """Adapt posteriors of target utterances.

        Arguments
        ---------
        folds : sequence of tuple
            Pairs of utterances to fit to and to predict; those without
            posteriors are left out, since a debug run predicts only some.
        posteriors : dict of str to numpy.ndarray, (classes,)
            Unadapted, by id.

        Returns
        -------
        dict of str to numpy.ndarray, (classes,)
            Of the utterances to predict, by id.

        Raises
        ------
        AdaptationError
            If constants cannot be chosen, or the target cannot be fitted to.
        """
        if self.refusal:
            raise self.refusal
        found = {}
        for fold in folds:
            fit, predict = (
                [row.id for row in rows if row.id in posteriors]
                for rows in fold
            )
            fitted = self.adaptation.fit(
                self.source, *self._arrays(fit, posteriors)
            )
            if predict:
                new = fitted.predict(*self._arrays(predict, posteriors))
                found |= zip(predict, new, strict=True)
        return found

    def _arrays(self, ids, posteriors):
        n_columns = len(next(iter(self.vectors.values())))
        vectors = [self.vectors[one] for one in ids]
        n_classes = int(self.source["shape"][1])
        return (
            np.reshape(vectors, (len(ids), n_columns)),
            np.reshape([posteriors[one] for one in ids], (len(ids), n_classes)),
        )

    def to_json(self):
        """Return the constants, and the scores within the sources they are selected by."""
        return {
            "constants": self.adaptation
            and dataclasses.asdict(self.adaptation),
            "constants_from": self.origin,
            "candidates": [
                {"constants": one.constants, "mean": one.mean, "uar": one.uar}
                for one in self.candidates
            ],
        }
