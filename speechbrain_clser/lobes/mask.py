"""Mask of real frames in a padded batch."""

import torch


def real_frames(lens, n_frames):
    """Return a mask of the real frames of each row.

    Arguments
    ---------
    lens : torch.Tensor, (batch,)
        Fraction of each row that is real, 0-1.
    n_frames : int
        Width of the batch.

    Returns
    -------
    torch.Tensor of bool, (batch, n_frames)
        At least one frame of a row is real.

    Raises
    ------
    ValueError
        If a length lies outside 0-1.

    Example
    -------
    >>> real_frames(torch.tensor([1.0, 0.5]), 4)
    tensor([[ True,  True,  True,  True],
            [ True,  True, False, False]])
    """
    is_exported = torch.compiler.is_exporting()  # its graph cannot raise
    if not is_exported and ((lens < 0) | (lens > 1)).any():
        raise ValueError(
            f"expected lens from 0 to 1, found {lens.tolist()}; divide the "
            "lengths by the longest of the batch"
        )
    # float32 on purpose: in half precision 0.998 of 500 frames is 500.
    n_real = (lens.float() * n_frames).round().clamp(min=1)
    return torch.arange(n_frames, device=lens.device) < n_real[:, None]
