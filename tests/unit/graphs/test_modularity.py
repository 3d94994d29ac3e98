import json

import networkx
import pytest
import torch
from helpers.planted import planted

from speechbrain_clser.graphs.communities import find_communities
from speechbrain_clser.graphs.modularity import (
    modularity,
    quality,
    soft_modularity,
)
from speechbrain_clser.graphs.speaker_graph import SpeakerGraph, speaker_graph


def test_quality_of_separated_groups():
    styles, _, language = planted(40, 4)
    graph = speaker_graph(styles, language)
    communities = find_communities(graph, styles, language, "louvain")
    described = quality(graph, communities)
    assert described["n_speakers"] == 40
    assert described["n_communities"] == 4
    assert described["sizes"] == [10, 10, 10, 10]
    assert described["modularity"] == modularity(graph, communities.labels)
    assert described["modularity"] > 0.7
    assert not described["is_fallback"]
    assert json.loads(json.dumps(described)) == described


def test_quality_of_fallback():
    styles, group, _ = planted(40, 2)
    graph = speaker_graph(styles, group)
    communities = find_communities(graph, styles, group, "kmeans", 2)
    described = quality(graph, communities)
    assert described["is_fallback"]
    assert (described["n_found"], described["n_communities"]) == (2, 1)


def test_graph_without_edges_has_no_modularity():
    styles, language = torch.zeros(3, 2), torch.zeros(3).long()
    graph = speaker_graph(styles, language)
    communities = find_communities(graph, styles, language)
    described = quality(graph, communities)
    assert described["modularity"] is None
    assert described["n_isolated"] == 3


# A path of four nodes with weights 1, 2, 1: degrees 1, 3, 3, 1 and 2m = 8.
PATH = SpeakerGraph(
    torch.tensor([[0, 1, 1, 2, 2, 3], [1, 0, 2, 1, 3, 2]]),
    torch.tensor([1.0, 1.0, 2.0, 2.0, 1.0, 1.0]),
    4,
)


def test_modularity_by_hand():
    # Halves: 4 of 8 lie within; expected is 2 (4/8)^2 = 1/2.
    assert modularity(PATH, torch.tensor([0, 0, 1, 1])) == pytest.approx(0)
    # The middle by itself: 4/8 - (1/64 + 36/64 + 1/64).
    assert modularity(PATH, torch.tensor([0, 1, 1, 2])) == pytest.approx(
        -3 / 32
    )


def test_single_community_has_zero_modularity():
    assert modularity(PATH, torch.zeros(4).long()) == pytest.approx(0)


@pytest.mark.parametrize("resolution", [0.5, 1.0, 2.0])
def test_modularity_is_that_of_networkx(resolution):
    styles, group, language = planted(60, 4, spread=2.0)
    graph = speaker_graph(styles, language)
    theirs = networkx.Graph()
    theirs.add_nodes_from(range(60))
    i, j = graph.edge_index.tolist()
    for edge in zip(i, j, graph.weight.tolist(), strict=True):
        theirs.add_weighted_edges_from([edge])
    for labels in (group, torch.randint(7, (60,))):
        parts = [(labels == k).nonzero().ravel().tolist() for k in range(7)]
        expected = networkx.community.modularity(
            theirs, parts, resolution=resolution
        )
        found = modularity(graph, labels, resolution)
        assert found == pytest.approx(expected, abs=1e-6)


def test_soft_modularity_of_hard_memberships_is_modularity():
    styles, _, language = planted(60, 4)
    graph, labels = speaker_graph(styles, language), torch.randint(5, (60,))
    found = soft_modularity(graph, torch.eye(5)[labels])
    assert float(found) == pytest.approx(modularity(graph, labels), abs=1e-6)


def test_soft_modularity_is_the_trace_over_all_pairs():
    shares = torch.randn(4, 3).softmax(dim=1)
    adjacency = torch.zeros(4, 4)
    adjacency[tuple(PATH.edge_index)] = PATH.weight
    degree = adjacency.sum(dim=1)
    pairs = adjacency - torch.outer(degree, degree) / 8
    expected = torch.trace(shares.T @ pairs @ shares) / 8
    torch.testing.assert_close(soft_modularity(PATH, shares), expected)


def test_gradient_passes_gradcheck():
    graph = SpeakerGraph(PATH.edge_index, PATH.weight.double(), 4)
    shares = torch.rand(4, 3, dtype=torch.double, requires_grad=True)
    assert torch.autograd.gradcheck(
        lambda shares: soft_modularity(graph, shares), shares
    )


def test_modularity_without_edges_is_nan():
    empty = torch.empty(2, 0, dtype=torch.long)
    graph = SpeakerGraph(empty, torch.empty(0), 3)
    assert modularity(graph, torch.arange(3)) != modularity(
        graph, torch.arange(3)
    )
