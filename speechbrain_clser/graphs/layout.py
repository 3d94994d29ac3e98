"""Force-directed layout of small graphs."""

from collections.abc import Sequence

import numpy as np

N_STEPS = 200
# Keeps isolated nodes within the figure.
PULL_TO_CENTRE = 2.0


def spring_layout(n_nodes: int, edges: Sequence) -> np.ndarray:
    """Compute a force-directed layout with a weak force towards the centre.

    Arguments
    ---------
    n_nodes : int
        Dozens; all pairs of nodes are computed.
    edges : sequence of (int, int)
        Pairs of nodes, without repetition.

    Returns
    -------
    numpy.ndarray, (nodes, 2)
        Deterministic; centred at 0.

    Source
    ------
    Fruchterman and Reingold, Graph Drawing by Force-directed Placement,
    Software: Practice and Experience 21, 1991, with the force to the centre.

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
    rest_length = 1 / np.sqrt(max(n_nodes, 1))  # of an edge_length
    for step in range(N_STEPS):
        apart = places[:, None] - places[None]
        distance = np.linalg.norm(apart, axis=-1, keepdims=True).clip(1e-3)
        pull = is_joined[..., None] * distance / rest_length
        force = (apart * ((rest_length / distance) ** 2 - pull)).sum(axis=1)
        force -= PULL_TO_CENTRE * places
        length = np.linalg.norm(force, axis=1, keepdims=True).clip(1e-9)
        # The maximum step decreases to 0.
        limit = 0.2 * (1 - step / N_STEPS)
        places += force / length * np.minimum(length, limit)
    return places - places.mean(axis=0) if n_nodes else places
