"""An order of speakers that does not depend on how they are numbered."""

import numpy as np


def canonical_order(vectors, language):
    """Sort speakers by language, then by what their vectors say.

    Whatever is computed in this order from the same speakers is the same to
    the last bit, however they came; only speakers of one language with equal
    vectors may change places, and nobody could tell them apart.

    Arguments
    ---------
    vectors : torch.Tensor, (speakers, dim)
        Style of each speaker.
    language : torch.Tensor of int, (speakers,)
        Code of each speaker's language.

    Returns
    -------
    torch.Tensor of int64, (speakers,)
        Speakers, first to last.

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
            f"expected finite vectors, found {len(bad)} speakers with others, "
            f"first {bad[:3].tolist()}; look at their recordings"
        )
    # The last key of lexsort is the first to be sorted by.
    columns = vectors.detach().cpu().numpy().T[::-1]
    order = np.lexsort([*np.ascontiguousarray(columns), language.cpu().numpy()])
    return language.new_tensor(order)
