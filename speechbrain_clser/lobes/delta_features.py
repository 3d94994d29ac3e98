"""How the voice moves within an utterance."""

import torch

from speechbrain_clser.lobes.mask import real_frames


class DeltaFeatures(torch.nn.Module):
    """Some columns of the frames, freed from the utterance's own level.

    Each column is standardised within the utterance, and its change from frame
    to frame stands beside it: what is left is how it moves.

    Arguments
    ---------
    columns : list of int
        Which columns of the frames; ``columns_of`` finds them by name.

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
        """Pick and standardise the columns; zero in the padding.

        Arguments
        ---------
        frames : torch.Tensor, (batch, frames, dim)
            As they come from the extractor, padded at the end.
        lens : torch.Tensor, (batch,)
            Share of each row that is real, 0-1.

        Returns
        -------
        torch.Tensor, (batch, frames, output_dim)
            In standard deviations, and those per frame.
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
        One without named columns, such as a pretrained encoder, has none of
        them.
    names : list of str
        Wanted.

    Returns
    -------
    list of int
        Places, in the order of ``names``, and of one name all: encoders side by
        side have it several times. Empty if columns have no names.

    Raises
    ------
    ValueError
        If the columns have names, but not one of these.

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
            f"dynamics: {', '.join(unknown)} is no column of "
            f"{type(extractor).__name__}; it has {', '.join(columns)}"
        )
    return [k for name in names for k, own in enumerate(columns) if own == name]
