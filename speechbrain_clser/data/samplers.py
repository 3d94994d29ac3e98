"""Select the batch sampler of training: plain, balanced or hierarchical."""

import collections

from speechbrain.dataio.sampler import (
    ReproducibleRandomSampler,
    ReproducibleWeightedRandomSampler,
)
from torch.utils.data import BatchSampler

from speechbrain_clser.data.hierarchical_sampler import HierarchicalBatchSampler
from speechbrain_clser.data.semi_supervised_sampler import (
    SemiSupervisedBatchSampler,
)

BALANCE = ("none", "class", "language_class", "cells")


def loader_options(
    rows,
    scheme,
    balance,
    seed,
    batch_size,
    cells=None,
    others=(),
    n_others=0,
    n_passes=1,
) -> dict:
    """Return the data-loader options that sample the training utterances.

    Arguments
    ---------
    rows : sequence of Utterance
        Training rows, in the order of the dataset.
    scheme : Scheme
        Maps emotions to classes.
    balance : str
        ``"none"``: each utterance once per epoch; ``"class"``,
        ``"language_class"``: equal sampling probability of each class, or of
        each class of each language; ``"cells"``: hierarchical batches with the
        same number of utterances of several languages and classes.
    seed : int
        Sampling seed; the epoch is added.
    batch_size : int
        Number of training utterances; ignored by ``"cells"``.
    cells : dict, optional
        ``languages``, ``classes`` and ``utterances`` per hierarchical batch.
    others : sequence of int
        Indices of additional utterances in the dataset, such as unlabelled ones.
    n_others : int
        Number of additional utterances per batch.
    n_passes : int
        Passes through the training utterances per epoch.

    Returns
    -------
    dict
        Keyword arguments of a data loader.

    Raises
    ------
    ValueError
        If ``balance`` is unknown.

    Example
    -------
    >>> loader_options(["row"] * 3, None, "none", seed=1, batch_size=32)[
    ...     "batch_size"
    ... ]
    32
    """
    if balance not in BALANCE:
        raise ValueError(
            f"balance must be one of {', '.join(BALANCE)}, got {balance!r}"
        )
    is_plain = not others and n_passes == 1
    if balance == "cells":
        batches = HierarchicalBatchSampler(rows, scheme, seed, **cells)
        if is_plain:
            return {"batch_sampler": batches}
    else:
        sampler = _sampler(rows, scheme, balance, seed)
        if is_plain:
            return {"batch_size": batch_size, "sampler": sampler}
        batches = BatchSampler(sampler, batch_size, drop_last=False)
    mixed = SemiSupervisedBatchSampler(
        batches, others, n_others, seed, n_passes
    )
    return {"batch_sampler": mixed}


def _sampler(rows, scheme, balance, seed):
    if balance == "none":
        return ReproducibleRandomSampler(rows, seed=seed)
    kinds = [
        (row.language if balance == "language_class" else "",)
        + (scheme.index(row.emotion),)
        for row in rows
    ]
    sizes = collections.Counter(kinds)
    return ReproducibleWeightedRandomSampler(
        [1 / sizes[kind] for kind in kinds],
        num_samples=len(rows),
        replacement=True,
        seed=seed,
    )
