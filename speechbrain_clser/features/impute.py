"""Standardised columns without holes: the mean of the sources fills them."""

import torch

from speechbrain_clser.features.normalisation import Moments, standardise


class Imputer(torch.nn.Module):
    """Standardise columns by the sources, and put their mean where NaN is.

    Statistics are taken once, of the source training part, and travel with
    the model in its state. After standardising, that mean is 0. A column that
    the sources never defined is 0 for everybody: no weight learned from it.

    Arguments
    ---------
    dim : int
        Number of columns.

    Example
    -------
    >>> imputer = Imputer(2)
    >>> imputer.fit([torch.tensor([[1.0, 5.0], [3.0, float("nan")]])])
    >>> imputer(torch.tensor([[4.0, float("nan")]]))
    tensor([[2., 0.]])
    """

    def __init__(self, dim):
        super().__init__()
        self.register_buffer("mean", torch.zeros(dim))
        self.register_buffer("deviation", torch.ones(dim))
        # Whether anything defined the column, and whether fit was called.
        self.register_buffer("is_known", torch.zeros(dim, dtype=torch.bool))

    def fit(self, frames):
        """Take the statistics of what is defined.

        Arguments
        ---------
        frames : iterable of torch.Tensor, (frames, dim)
            Of the source training part, one utterance after the other.

        Raises
        ------
        ValueError
            If no value at all is defined.
        """
        moments = Moments()
        for one in frames:
            moments.add(one)
        mean, deviation = moments.statistics()
        if mean.isnan().all():
            raise ValueError(
                f"none of the {len(self.mean)} columns has a value in the "
                "source training part; is it silent, or empty?"
            )
        self.is_known.copy_(~mean.isnan())
        self.mean.copy_(mean.where(self.is_known, 0.0))
        self.deviation.copy_(deviation.where(self.is_known, 1.0))

    def forward(self, frames):
        """Standardise; fill in what is undefined.

        Arguments
        ---------
        frames : torch.Tensor, (..., dim)
            With NaN where undefined.

        Returns
        -------
        torch.Tensor, (..., dim)
            In deviations of the sources, at most 6; finite.

        Raises
        ------
        ValueError
            If the statistics were neither taken nor loaded.
        """
        if not self.is_known.any():
            raise ValueError(
                "the imputer has no statistics; call fit on the source "
                "training part, or load the state of a trained model"
            )
        values = standardise(frames, self.mean, self.deviation)
        return values.where(self.is_known, 0.0)


def count_undefined(frames, columns) -> dict:
    """Count, for the report, the utterances that lack a column.

    Arguments
    ---------
    frames : iterable of torch.Tensor, (frames, dim)
        One utterance after the other.
    columns : sequence of str
        Names of the columns.

    Returns
    -------
    dict
        Column to number of utterances that have no value in it, in none of
        their frames; columns that everybody has are left out.

    Example
    -------
    >>> nan = float("nan")
    >>> frames = [torch.tensor([[1.0, nan]]), torch.tensor([[nan, nan]])]
    >>> count_undefined(frames, ["pitch", "pause"])
    {'pitch': 1, 'pause': 2}
    """
    n_lacking = [0] * len(columns)
    for one in frames:
        for index in one.isnan().all(dim=0).nonzero().flatten().tolist():
            n_lacking[index] += 1
    counts = zip(columns, n_lacking, strict=True)
    return {name: n for name, n in counts if n}
