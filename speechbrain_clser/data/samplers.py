"""Samplers that show every language and every class equally often."""

import collections

from speechbrain.dataio.sampler import ReproducibleWeightedRandomSampler

BALANCE = ("none", "class", "language_class")


def sampler(rows, scheme, balance, seed):
    """Draw training utterances so that classes, or cells, come equally often.

    Arguments
    ---------
    rows : list of Utterance
        Of the training part, in the order of the dataset.
    scheme : Scheme
        Gives the class.
    balance : str
        ``"none"``, ``"class"`` or ``"language_class"``: what is drawn with
        equal chance.
    seed : int
        Of the draws; the epoch is added by the sampler.

    Returns
    -------
    ReproducibleWeightedRandomSampler or None
        As many draws as rows; None for ``"none"``.

    Raises
    ------
    ValueError
        If ``balance`` is none of the three.
    """
    if balance not in BALANCE:
        raise ValueError(f"balance must be one of {BALANCE}, got {balance!r}")
    if balance == "none":
        return None
    cells = [
        (row.language if balance == "language_class" else "",)
        + (scheme.index(row.emotion),)
        for row in rows
    ]
    sizes = collections.Counter(cells)
    return ReproducibleWeightedRandomSampler(
        [1 / sizes[cell] for cell in cells],
        num_samples=len(rows),
        replacement=True,
        seed=seed,
    )
