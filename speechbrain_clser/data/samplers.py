"""What a training draws: everything, or every language and class equally often."""

import collections

from speechbrain.dataio.sampler import ReproducibleWeightedRandomSampler

from speechbrain_clser.data.cells import CellBatches

BALANCE = ("none", "class", "language_class", "cells")


def draws(rows, scheme, balance, seed, batch_size, cells=None) -> dict:
    """Say how a data loader shall draw the training utterances.

    Arguments
    ---------
    rows : sequence of Utterance
        Of the training part, in the order of the dataset.
    scheme : Scheme
        Gives the class.
    balance : str
        ``"none"``: each utterance once an epoch; ``"class"``,
        ``"language_class"``: drawn with equal chance for each class, or each
        class of each language; ``"cells"``: batches of the same number of
        utterances from each of several languages and classes.
    seed : int
        Of the draws; the epoch is added.
    batch_size : int
        Utterances; ``"cells"`` has its own.
    cells : dict, optional
        ``languages``, ``classes`` and ``utterances`` in a batch of cells.

    Returns
    -------
    dict
        Keyword arguments of a data loader.

    Raises
    ------
    ValueError
        If ``balance`` is none of these.

    Example
    -------
    >>> draws([], None, "none", seed=1, batch_size=32)
    {'batch_size': 32, 'shuffle': True}
    """
    if balance not in BALANCE:
        raise ValueError(
            f"balance must be one of {', '.join(BALANCE)}, got {balance!r}"
        )
    if balance == "none":
        return {"batch_size": batch_size, "shuffle": True}
    if balance == "cells":
        return {"batch_sampler": CellBatches(rows, scheme, seed, **cells)}
    kinds = [
        (row.language if balance == "language_class" else "",)
        + (scheme.index(row.emotion),)
        for row in rows
    ]
    sizes = collections.Counter(kinds)
    sampler = ReproducibleWeightedRandomSampler(
        [1 / sizes[kind] for kind in kinds],
        num_samples=len(rows),
        replacement=True,
        seed=seed,
    )
    return {"batch_size": batch_size, "sampler": sampler}
