import json

import pytest
import torch
from helpers.planted import planted

from speechbrain_clser.graphs.communities import find_communities
from speechbrain_clser.graphs.modularity import modularity
from speechbrain_clser.graphs.quality import quality, stability
from speechbrain_clser.graphs.speaker_graph import speaker_graph


@pytest.fixture
def found():
    """Graph, communities, languages and groups of 40 speakers."""
    styles, group, language = planted(40, 4)
    graph = speaker_graph(styles, language)
    communities = find_communities(graph, styles, language, "louvain")
    return graph, communities, language, group


def test_good_communities_are_described_without_a_warning(found):
    graph, communities, language, group = found
    described = quality(graph, communities, language, gender=language)
    assert described["n_speakers"] == 40
    assert described["n_communities"] == 4
    assert described["sizes"] == [10, 10, 10, 10]
    assert described["modularity"] == modularity(graph, communities.labels)
    assert described["modularity"] > 0.7
    assert described["nmi_language"] < 0.05
    assert described["nmi_corpus"] is None
    assert described["stability"] is None
    assert described["warnings"] == []


def test_description_is_plain_enough_for_json(found):
    graph, communities, language, _ = found
    described = quality(graph, communities, language, repeats=[communities])
    assert json.loads(json.dumps(described)) == described


@pytest.mark.parametrize(
    "kind, words",
    [("language", "languages"), ("gender", "sexes"), ("corpus", "corpora")],
)
def test_communities_of_something_else_are_warned_of(found, kind, words):
    graph, communities, language, group = found
    codes = {"language": language, kind: group}
    described = quality(graph, communities, **codes)
    assert described[f"nmi_{kind}"] == pytest.approx(1)
    (text,) = described["warnings"]
    assert words in text and "NMI 1.00" in text


def test_unknown_gender_is_left_out(found):
    graph, communities, language, group = found
    gender = torch.where(torch.arange(40) < 20, group, -1)
    described = quality(graph, communities, language, gender=gender)
    assert described["nmi_gender"] == pytest.approx(1)


def test_what_is_alike_for_all_shares_no_information(found):
    graph, communities, language, _ = found
    alike = torch.zeros(40).long()
    described = quality(graph, communities, alike, gender=alike - 1)
    assert described["nmi_language"] is None
    assert described["nmi_gender"] is None
    assert described["warnings"] == []


def test_fallback_is_said():
    styles, group, _ = planted(40, 2)
    graph = speaker_graph(styles, group)
    communities = find_communities(graph, styles, group, "kmeans", 2)
    described = quality(graph, communities, group)
    (text,) = described["warnings"]
    assert "(2 were found): all speakers are one" in text
    assert described["is_fallback"]


def test_single_survivor_is_said():
    styles, group, language = planted(40, 2)
    language[group == 1] = 0
    graph = speaker_graph(styles, language, k_across=0)
    communities = find_communities(graph, styles, language, "kmeans", 2)
    described = quality(graph, communities, language)
    (text,) = described["warnings"]
    assert "Only one of the 2 communities" in text


def test_graph_without_edges_has_no_modularity():
    styles, language = torch.zeros(3, 2), torch.zeros(3).long()
    graph = speaker_graph(styles, language)
    communities = find_communities(graph, styles, language)
    described = quality(graph, communities, language)
    assert described["modularity"] is None
    assert described["n_isolated"] == 3


def test_stability_is_the_mean_over_pairs_of_seeds():
    # ARI of {0,0,1,1} and {0,1,0,1} is -1/2, by the formula of Hubert, Arabie.
    one, other = torch.tensor([0, 0, 1, 1]), torch.tensor([0, 1, 0, 1])
    assert stability([one, other]) == pytest.approx(-0.5)
    assert stability([one, 1 - one, other]) == pytest.approx(0)
    assert stability([one]) is None


def test_stability_over_seeds_of_well_apart_groups_is_perfect(found):
    graph, communities, language, _ = found
    styles, _, _ = planted(40, 4)
    repeats = [
        find_communities(graph, styles, language, "gnn", seed=seed)
        for seed in (1, 2)
    ]
    described = quality(graph, communities, language, repeats=repeats)
    assert described["stability"] == 1
