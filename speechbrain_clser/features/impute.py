"""Standardised columns without holes: the mean of the sources fills them."""

import torch

LIMIT = 6.0  # deviations; what lies further out is cut


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
        n = total = squares = torch.zeros(len(self.mean), dtype=torch.double)
        for one in frames:
            one = one.to(n)
            values, is_defined = one.nan_to_num(nan=0.0), ~one.isnan()
            n = n + is_defined.sum(dim=0)
            total = total + values.sum(dim=0)
            squares = squares + values.square().sum(dim=0)
        if not n.any():
            raise ValueError(
                f"none of the {len(n)} columns has a value in the source "
                "training part; is it silent, or empty?"
            )
        mean = total / n.clamp(min=1)
        deviation = (squares / n.clamp(min=1) - mean.square()).clamp(min=0)
        deviation = deviation.sqrt()
        self.mean.copy_(mean)
        self.deviation.copy_(deviation.where(deviation > 1e-4, 1.0))
        self.is_known.copy_(n > 0)

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
        values = ((frames - self.mean) / self.deviation).clamp(-LIMIT, LIMIT)
        return values.where(self.is_known & ~frames.isnan(), 0.0)


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
        Column to number of utterances that have a NaN in it; columns that
        everybody has are left out.

    Example
    -------
    >>> nan = float("nan")
    >>> frames = [torch.tensor([[1.0, nan]]), torch.tensor([[nan, nan]])]
    >>> count_undefined(frames, ["pitch", "pause"])
    {'pitch': 1, 'pause': 2}
    """
    n_lacking = [0] * len(columns)
    for one in frames:
        for index in one.isnan().any(dim=0).nonzero().flatten().tolist():
            n_lacking[index] += 1
    counts = zip(columns, n_lacking, strict=True)
    return {name: n for name, n in counts if n}
