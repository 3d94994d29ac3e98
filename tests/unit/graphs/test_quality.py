import json

import torch
from helpers.planted import planted

from speechbrain_clser.graphs.communities import find_communities
from speechbrain_clser.graphs.modularity import modularity
from speechbrain_clser.graphs.quality import quality
from speechbrain_clser.graphs.speaker_graph import speaker_graph


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
