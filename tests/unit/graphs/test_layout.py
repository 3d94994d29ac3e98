"""Force-directed layout."""

import numpy as np
import pytest

from speechbrain_clser.graphs.layout import spring_layout

CLIQUES = [
    (i + start, j + start)
    for start in (0, 8)
    for i in range(8)
    for j in range(i + 1, 8)
]


def distances(places):
    """Return the distances of all pairs of nodes."""
    return np.linalg.norm(places[:, None] - places[None], axis=-1)


def test_connected_nodes_are_nearer_than_others():
    distance = distances(spring_layout(16, CLIQUES))
    assert distance[:8, :8].max() < distance[:8, 8:].min()


def test_layout_is_deterministic():
    assert (spring_layout(16, CLIQUES) == spring_layout(16, CLIQUES)).all()


def test_isolated_node_stays_within_the_figure():
    radius = np.linalg.norm(spring_layout(17, CLIQUES), axis=1)
    assert radius[16] < 2 * radius[:16].max()


def test_nodes_have_different_coordinates():
    distance = distances(spring_layout(60, []))
    assert distance[~np.eye(60, dtype=bool)].min() > 0.01


@pytest.mark.parametrize("n_nodes", [0, 1])
def test_tiny_graphs_have_a_layout(n_nodes):
    places = spring_layout(n_nodes, [])
    assert places.shape == (n_nodes, 2)
    assert np.isfinite(places).all()
