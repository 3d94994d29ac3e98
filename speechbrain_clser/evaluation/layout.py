"""Places for the nodes of a small graph, so that neighbours lie together."""

from collections.abc import Sequence

import numpy as np

N_STEPS = 200
# Keeps nodes without neighbours from drifting out of the picture.
PULL_TO_CENTRE = 2.0


def spring_layout(n_nodes: int, edges: Sequence) -> np.ndarray:
    """Place nodes: all push each other away, edges pull, the centre a little.

    Arguments
    ---------
    n_nodes : int
        Dozens; every node is held against every other.
    edges : sequence of (int, int)
        Pairs of nodes, each pair once.

    Returns
    -------
    numpy.ndarray, (nodes, 2)
        The same for the same graph; around 0.

    Source
    ------
    Fruchterman and Reingold, Graph Drawing by Force-directed Placement,
    Software: Practice and Experience 21, 1991, with the pull to the centre.

    Example
    -------
    >>> a, b, c, d = spring_layout(4, [(0, 1), (2, 3)])
    >>> bool(np.hypot(*(a - b)) < np.hypot(*(a - c)))
    True
    """
    places = np.random.default_rng(0).uniform(-1, 1, (n_nodes, 2))
    is_joined = np.zeros((n_nodes, n_nodes))
    for i, j in edges:
        is_joined[i, j] = is_joined[j, i] = 1
    rest = 1 / np.sqrt(max(n_nodes, 1))  # at which two joined nodes are at rest
    for step in range(N_STEPS):
        apart = places[:, None] - places[None]
        distance = np.linalg.norm(apart, axis=-1, keepdims=True).clip(1e-3)
        pull = is_joined[..., None] * distance / rest
        force = (apart * ((rest / distance) ** 2 - pull)).sum(axis=1)
        force -= PULL_TO_CENTRE * places
        length = np.linalg.norm(force, axis=1, keepdims=True).clip(1e-9)
        # No node moves further than a limit that falls to nothing.
        limit = 0.2 * (1 - step / N_STEPS)
        places += force / length * np.minimum(length, limit)
    return places - places.mean(axis=0) if n_nodes else places
