"""Canonical order of speakers, independent of their numbering."""

import numpy as np


def canonical_order(vectors, language):
    """Sort speakers by language, then by the values of their vectors.

    Computations in this order give identical results, to the last bit, for any
    numbering of the speakers. Only speakers of one language with equal vectors
    may be exchanged, which does not change the result.

    Arguments
    ---------
    vectors : torch.Tensor, (speakers, dim)
        Style of each speaker.
    language : torch.Tensor of int, (speakers,)
        Code of each speaker's language.

    Returns
    -------
    torch.Tensor of int64, (speakers,)
        Indices of the speakers in order.

    Raises
    ------
    ValueError
        If the shapes do not fit or a value is not finite.

    Example
    -------
    >>> import torch
    >>> styles = torch.tensor([[0.0, 1.0], [1.0, 0.0], [0.0, -1.0]])
    >>> canonical_order(styles, torch.tensor([1, 0, 1]))
    tensor([1, 2, 0])
    """
    if vectors.dim() != 2 or language.shape != vectors.shape[:1]:
        raise ValueError(
            "expected vectors (speakers, dim) and language (speakers,), found "
            f"{tuple(vectors.shape)} and {tuple(language.shape)}"
        )
    if not vectors.isfinite().all():
        bad = (~vectors.isfinite()).any(dim=1).nonzero().ravel()
        raise ValueError(
            f"expected finite vectors, found {len(bad)} with NaN or infinity, "
            f"of the speakers {bad[:3].tolist()}; check their recordings"
        )
    # lexsort sorts by its last key first.
    columns = vectors.detach().cpu().numpy().T[::-1]
    order = np.lexsort([*np.ascontiguousarray(columns), language.cpu().numpy()])
    return language.new_tensor(order)
