import random

import numpy as np
import pytest
import torch
from helpers.planted import planted
from sklearn.metrics import adjusted_rand_score

from speechbrain_clser.graphs.communities import NAMES, find_communities
from speechbrain_clser.graphs.speaker_graph import speaker_graph


def build(n=40, n_groups=4, method="louvain", n_languages=2, **more):
    styles, group, language = planted(n, n_groups, n_languages=n_languages)
    graph = speaker_graph(styles, language)
    found = find_communities(graph, styles, language, method, **more)
    return found, styles, group, language, graph


@pytest.mark.parametrize("method", ["gnn", "louvain", "leiden", "kmeans"])
@pytest.mark.parametrize("n, n_groups", [(12, 2), (40, 4), (120, 6)])
def test_planted_communities_are_found(method, n, n_groups):
    k = n_groups if method == "kmeans" else None
    found, _, group, _, _ = build(n, n_groups, method, n_communities=k)
    assert adjusted_rand_score(found.labels, group) == 1
    assert len(found.centroids) == n_groups
    assert not found.is_fallback


@pytest.mark.parametrize("method", NAMES)
def test_renumbering_speakers_permutes_labels_only(method):
    styles, _, language = planted(40, 4, spread=2.0)
    order = torch.randperm(40)
    found, renamed = (
        find_communities(speaker_graph(x, code), x, code, method)
        for x, code in ((styles, language), (styles[order], language[order]))
    )
    assert renamed.labels.equal(found.labels[order])
    assert renamed.centroids.equal(found.centroids)
    assert renamed.n_found == found.n_found


@pytest.mark.parametrize("method", NAMES)
def test_same_seed_gives_same_labels(method):
    assert build(method=method)[0].labels.equal(build(method=method)[0].labels)


@pytest.mark.parametrize("method", NAMES)
def test_global_random_states_are_unchanged(method):
    build(method=method)  # imports may use random numbers
    states = torch.get_rng_state(), np.random.get_state()[1], random.getstate()
    build(method=method)
    assert torch.get_rng_state().equal(states[0])
    assert (np.random.get_state()[1] == states[1]).all()
    assert random.getstate() == states[2]


@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize("method", NAMES)
def test_few_speakers_are_one_community(method, n):
    found, *_ = build(n, 1, method)
    assert found.labels.tolist() == [0] * n


@pytest.mark.parametrize("method", NAMES)
def test_identical_speakers_are_one_community(method):
    styles, language = torch.ones(12, 3), torch.arange(12) % 2
    graph = speaker_graph(styles, language)
    found = find_communities(graph, styles, language, method, min_speakers=7)
    assert found.labels.tolist() == [0] * 12


@pytest.mark.parametrize("method", NAMES)
def test_all_speakers_get_an_existing_community(method):
    found, *_ = build(method=method)
    assert found.labels.shape == (40,)
    assert set(found.labels.tolist()) == set(range(len(found.centroids)))


def test_method_one_gives_one_community():
    found, *_ = build(method="one")
    assert found.labels.tolist() == [0] * 40
    assert not found.is_fallback


def test_random_communities_are_even():
    found, *_ = build(method="random", n_communities=4)
    assert found.labels.bincount().tolist() == [10] * 4


def test_largest_community_comes_first():
    styles, group, language = planted(40, 4)
    is_left = (group != 1) | (torch.arange(40) < 20)
    styles, language = styles[is_left], language[is_left]
    graph = speaker_graph(styles, language)
    found = find_communities(graph, styles, language, "louvain", min_speakers=3)
    assert found.labels.bincount().tolist() == [10, 10, 10, 5]


def test_small_community_joins_the_nearest_kept_one():
    angle = torch.tensor([*range(0, 10, 1), *range(90, 100), 60, 61, 62])
    angle = angle.double().deg2rad()
    styles = torch.stack([angle.cos(), angle.sin()], dim=1).float()
    language = torch.arange(23) % 2
    graph = speaker_graph(styles, language)
    found = find_communities(
        graph, styles, language, "kmeans", n_communities=3, min_speakers=5
    )
    assert found.n_found == 3 and len(found.centroids) == 2
    assert (found.labels[20:] == found.labels[15]).all()
    assert found.labels[0] != found.labels[15]


def test_community_of_one_language_is_dissolved():
    # Groups 0 and 1 speak both languages, group 2 the first one only.
    styles, group, language = planted(60, 3)
    language[group == 2] = 0
    graph = speaker_graph(styles, language)
    found = find_communities(graph, styles, language, "louvain")
    assert found.n_found >= 3
    assert len(found.centroids) == 2
    assert adjusted_rand_score(found.labels[group != 2], group[group != 2]) == 1


def test_communities_of_one_language_are_kept_without_others():
    found, _, group, _, _ = build(40, 4, "louvain", n_languages=1)
    assert adjusted_rand_score(found.labels, group) == 1


def test_communities_that_are_languages_fall_back_to_one():
    styles, group, _ = planted(40, 2)
    graph = speaker_graph(styles, group)
    found = find_communities(graph, styles, group, "kmeans", 2)
    assert found.is_fallback and found.n_found == 2
    assert found.labels.tolist() == [0] * 40
    torch.testing.assert_close(
        found.centroids[0],
        torch.nn.functional.normalize(styles.mean(dim=0), dim=0),
    )


def test_minimum_size_is_lower_for_few_speakers():
    found, _, group, _, _ = build(8, 2, "louvain")
    assert adjusted_rand_score(found.labels, group) == 1
    assert build(8, 2, "louvain", min_speakers=5)[0].is_fallback


def test_further_speakers_join_the_nearest_centroid():
    found, styles, _, _, _ = build()
    assert found.attach(styles).equal(found.labels)
    assert found.attach(3 * found.centroids).tolist() == [0, 1, 2, 3]


def test_isolated_speaker_joins_the_nearest_centroid():
    styles, group, language = planted(40, 2)
    styles[0] = -styles[0]
    graph = speaker_graph(styles, language)
    assert graph.degree[0] == 0
    found = find_communities(graph, styles, language, "gnn")
    assert found.labels[0] == found.attach(styles[:1])[0]
    core = found.labels == found.labels[0]
    core[0] = False
    expected = styles[core & (graph.degree > 0)].mean(dim=0)
    torch.testing.assert_close(
        found.centroids[found.labels[0]],
        torch.nn.functional.normalize(expected, dim=0),
    )


def test_network_starts_from_its_last_state():
    found, styles, _, language, graph = build(method="gnn")
    assert found.state
    warm = find_communities(graph, styles, language, seed=7, state=found.state)
    assert warm.labels.equal(found.labels)
    assert build(method="louvain")[0].state == {}


def test_unknown_method_raises():
    with pytest.raises(ValueError, match="one of gnn, louvain.*got 'walktrap'"):
        build(method="walktrap")


def test_lengths_must_agree():
    styles, _, language = planted(4, 2)
    graph = speaker_graph(styles, language)
    with pytest.raises(ValueError, match="found 3, 3 and 4"):
        find_communities(graph, styles[:3], language[:3])


def test_no_speakers_raises():
    empty = torch.empty(0, 2), torch.empty(0, dtype=torch.long)
    with pytest.raises(ValueError, match="at least one node"):
        find_communities(speaker_graph(*empty), *empty)
