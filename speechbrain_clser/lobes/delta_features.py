"""Standardised features of an utterance and their deltas."""

import torch

from speechbrain_clser.lobes.mask import real_frames


class DeltaFeatures(torch.nn.Module):
    """Standardise columns within each utterance and append their deltas.

    Arguments
    ---------
    columns : list of int
        Indices of the columns; ``columns_of`` finds them by name.

    Example
    -------
    >>> dynamics = DeltaFeatures([1])
    >>> frames = torch.tensor([[[7.0, 1.0], [7.0, 3.0]]])
    >>> dynamics(frames, torch.ones(1))
    tensor([[[-1.,  0.],
             [ 1.,  2.]]])
    >>> dynamics.output_dim
    2
    """

    def __init__(self, columns):
        super().__init__()
        self.columns = list(columns)
        self.output_dim = 2 * len(self.columns)

    def forward(self, frames, lens):
        """Select and standardise the columns; zero in the padding.

        Arguments
        ---------
        frames : torch.Tensor, (batch, frames, dim)
            Output of the extractor, padded at the end.
        lens : torch.Tensor, (batch,)
            Fraction of each row that is real, 0-1.

        Returns
        -------
        torch.Tensor, (batch, frames, output_dim)
            In standard deviations, and standard deviations per frame.
        """
        real = real_frames(lens, frames.shape[1])[..., None]
        chosen = frames[..., self.columns] * real
        n_real = real.sum(dim=1, keepdim=True)
        chosen = (chosen - chosen.sum(dim=1, keepdim=True) / n_real) * real
        spread = chosen.square().sum(dim=1, keepdim=True) / n_real
        chosen = chosen / spread.clamp(min=1e-6).sqrt()
        change = torch.zeros_like(chosen)
        change[:, 1:] = chosen.diff(dim=1)
        return torch.cat([chosen, change * real], dim=-1)


def columns_of(extractor, names):
    """Find columns of an extractor's frames by their names.

    Arguments
    ---------
    extractor : Extractor
        A pretrained encoder has no named columns.
    names : list of str
        Column names.

    Returns
    -------
    list of int
        Indices, in the order of ``names``; all indices of a name that occurs
        several times, as in concatenated encoders. Empty if columns have no
        names.

    Raises
    ------
    ValueError
        If the columns have names, but one of ``names`` is missing.

    Example
    -------
    >>> from types import SimpleNamespace
    >>> columns_of(SimpleNamespace(columns=("pitch", "level")), ["level"])
    [1]
    """
    columns = getattr(extractor, "columns", ())
    if not columns:
        return []
    if unknown := [name for name in names if name not in columns]:
        raise ValueError(
            f"dynamics: expected columns of {type(extractor).__name__} "
            f"({', '.join(columns)}), found {', '.join(unknown)}"
        )
    return [k for name in names for k, own in enumerate(columns) if own == name]
