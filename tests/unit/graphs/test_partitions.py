import sys

import pytest
import torch
from helpers.planted import planted
from sklearn.metrics import adjusted_rand_score

from speechbrain_clser.graphs import partitions
from speechbrain_clser.graphs.partitions import (
    kmeans,
    leiden,
    louvain,
    random_parts,
)
from speechbrain_clser.graphs.speaker_graph import SpeakerGraph, speaker_graph

# Two triangles joined by a light edge.
ENDS = [(0, 1), (0, 2), (1, 2), (3, 4), (3, 5), (4, 5), (2, 3)]
TRIANGLES = SpeakerGraph(
    torch.tensor([*ENDS, *[(j, i) for i, j in ENDS]]).T,
    torch.tensor([*[1.0] * 6, 0.1] * 2),
    6,
)


def without(monkeypatch, library):
    """Make the import of a library fail."""
    monkeypatch.setitem(sys.modules, library, None)


@pytest.mark.parametrize("method", [louvain, leiden])
def test_two_triangles_are_two_communities(method):
    labels = method(TRIANGLES)
    assert adjusted_rand_score(labels, [0, 0, 0, 1, 1, 1]) == 1
    assert labels.dtype == torch.long


def test_louvain_falls_back_on_networkx(monkeypatch):
    without(monkeypatch, "sknetwork.clustering")
    labels = louvain(TRIANGLES)
    assert adjusted_rand_score(labels, [0, 0, 0, 1, 1, 1]) == 1


def test_both_louvains_agree_on_planted_communities():
    styles, _, language = planted(60, 3)
    graph = speaker_graph(styles, language)
    ours = partitions._louvain_of_networkx(graph, 0, 1.0)
    assert adjusted_rand_score(louvain(graph), ours) == 1


def test_leiden_without_its_library_names_the_extra(monkeypatch):
    without(monkeypatch, "sknetwork.clustering")
    with pytest.raises(ImportError, match=r"-e '.\[graph\]'"):
        leiden(TRIANGLES)


@pytest.mark.parametrize("method", [louvain, leiden])
def test_same_seed_gives_same_partition(method):
    styles, _, language = planted(60, 3, spread=3.0)
    graph = speaker_graph(styles, language)
    once, again = (method(graph, seed=5) for _ in range(2))
    assert once.equal(again)
    firsts = [once.tolist().index(label) for label in once.unique()]
    assert firsts == sorted(firsts)  # numbered by first occurrence


@pytest.mark.parametrize("method", [louvain, leiden])
def test_higher_resolution_gives_smaller_communities(method):
    assert len(method(TRIANGLES, resolution=0.01).unique()) == 1
    assert len(method(TRIANGLES, resolution=5.0).unique()) > 2


@pytest.mark.parametrize("method", [louvain, leiden])
def test_isolated_node_is_alone(method):
    graph = SpeakerGraph(TRIANGLES.edge_index, TRIANGLES.weight, 7)
    labels = method(graph)
    assert (labels == labels[6]).sum() == 1


def test_kmeans_finds_planted_communities():
    styles, group, _ = planted(60, 3)
    assert adjusted_rand_score(kmeans(styles, 3), group) == 1


def test_kmeans_returns_at_most_the_distinct_styles():
    assert kmeans(torch.ones(5, 2), 3).tolist() == [0] * 5


def test_random_partition_is_balanced_and_reproducible():
    labels = random_parts(10, 4, seed=1)
    assert labels.bincount().tolist() == [3, 3, 2, 2]
    assert labels.equal(random_parts(10, 4, seed=1))
    assert not labels.equal(random_parts(10, 4, seed=2))


def test_random_partition_keeps_global_state():
    before = torch.get_rng_state()
    random_parts(10, 4)
    assert torch.get_rng_state().equal(before)
