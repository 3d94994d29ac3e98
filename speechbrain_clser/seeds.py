"""Derive one seed per purpose, so that random choices are independent."""

import hashlib


def seed_for(base: int, purpose: str) -> int:
    """Derive the seed of one random choice from the seed of the run.

    Arguments
    ---------
    base : int
        Seed of the run.
    purpose : str
        Purpose of the choice, such as ``"valid speakers of emodb"``.

    Returns
    -------
    int
        0 to 2**32 - 1.

    Source
    ------
    As in DomainBed: Gulrajani and Lopez-Paz, In Search of Lost Domain
    Generalization, ICLR 2021 (its code also hashes seed and purpose).

    Example
    -------
    >>> seed_for(1001, "shots") == seed_for(1001, "shots")
    True
    >>> seed_for(1001, "shots") == seed_for(1001, "folds")
    False
    """
    digest = hashlib.sha256(f"{base}/{purpose}".encode()).digest()
    return int.from_bytes(digest[:4], "big")
