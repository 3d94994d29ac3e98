"""Places: neighbours near, strangers not lost, always the same."""

import numpy as np
import pytest

from speechbrain_clser.evaluation.layout import spring_layout

CLIQUES = [
    (i + start, j + start)
    for start in (0, 8)
    for i in range(8)
    for j in range(i + 1, 8)
]


def distances(places):
    """From every node to every other."""
    return np.linalg.norm(places[:, None] - places[None], axis=-1)


def test_joined_nodes_lie_nearer_than_others():
    distance = distances(spring_layout(16, CLIQUES))
    assert distance[:8, :8].max() < distance[:8, 8:].min()


def test_layout_is_the_same_every_time():
    assert (spring_layout(16, CLIQUES) == spring_layout(16, CLIQUES)).all()


def test_node_without_neighbours_stays_in_the_picture():
    radius = np.linalg.norm(spring_layout(17, CLIQUES), axis=1)
    assert radius[16] < 2 * radius[:16].max()


def test_no_two_nodes_lie_on_each_other():
    distance = distances(spring_layout(60, []))
    assert distance[~np.eye(60, dtype=bool)].min() > 0.01


@pytest.mark.parametrize("n_nodes", [0, 1])
def test_next_to_nothing_is_placed_too(n_nodes):
    places = spring_layout(n_nodes, [])
    assert places.shape == (n_nodes, 2)
    assert np.isfinite(places).all()
