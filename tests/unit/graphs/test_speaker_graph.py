import pytest
import torch
from helpers.planted import planted

from speechbrain_clser.graphs import speaker_graph as module
from speechbrain_clser.graphs.speaker_graph import (
    SpeakerGraph,
    canonical_order,
    speaker_graph,
)


def test_language_comes_first_then_the_columns_from_the_left():
    vectors = torch.tensor([[2.0, 1.0], [1.0, 9.0], [2.0, 0.0], [0.0, 0.0]])
    language = torch.tensor([0, 0, 0, 1])
    assert canonical_order(vectors, language).tolist() == [1, 2, 0, 3]


def test_order_of_speakers_does_not_matter():
    vectors, language = torch.randn(20, 3), torch.arange(20) % 3
    moved = torch.randperm(20)
    sorted_once = vectors[canonical_order(vectors, language)]
    vectors, language = vectors[moved], language[moved]
    assert vectors[canonical_order(vectors, language)].equal(sorted_once)


def test_wrong_shapes_raise():
    with pytest.raises(ValueError, match=r"language \(speakers,\), found"):
        canonical_order(torch.zeros(3, 2), torch.zeros(2))


def test_non_finite_value_raises_with_speaker_number():
    vectors = torch.zeros(3, 2)
    vectors[1, 1] = torch.nan
    with pytest.raises(ValueError, match=r"found 1 .* speakers \[1\]"):
        canonical_order(vectors, torch.zeros(3))


def edges_of(graph):
    """Return the edges as a set of pairs in both directions."""
    return set(map(tuple, graph.edge_index.T.tolist()))


def dense_edges(vectors, language, k_within, k_across):
    """Find mutual nearest neighbours in loops over all pairs."""
    unit = torch.nn.functional.normalize(vectors, dim=1)
    cosine, n, near = unit @ unit.T, len(unit), set()
    for i in range(n):
        for k, of_language in ((k_within, True), (k_across, False)):
            others = [
                j
                for j in range(n)
                if j != i and bool(language[j] == language[i]) == of_language
            ]
            others.sort(key=lambda j: -cosine[i, j])
            near |= {(i, j) for j in others[:k] if cosine[i, j] > 0}
    return {(i, j) for i, j in near if (j, i) in near}


@pytest.mark.parametrize("n_languages", [1, 2, 3])
def test_edges_equal_a_loop_over_all_pairs(n_languages):
    styles, _, language = planted(40, 3, spread=2.0, n_languages=n_languages)
    graph = speaker_graph(styles, language, k_within=4, k_across=3)
    assert edges_of(graph) == dense_edges(styles, language, 4, 3)
    assert graph.n_edges * 2 == len(edges_of(graph))


def test_weights_are_cosines():
    styles, _, language = planted(30, 3)
    graph = speaker_graph(styles, language)
    i, j = graph.edge_index
    expected = torch.nn.functional.cosine_similarity(styles[i], styles[j])
    torch.testing.assert_close(graph.weight, expected)


def test_graph_is_symmetric_to_the_last_bit():
    styles, _, language = planted(30, 3)
    graph = speaker_graph(styles, language)
    dense = torch.zeros(30, 30)
    dense[tuple(graph.edge_index)] = graph.weight
    assert dense.equal(dense.T)
    assert not dense.diagonal().any()


def test_languages_are_connected():
    styles, _, language = planted(40, 2)
    i, j = speaker_graph(styles, language).edge_index
    assert (language[i] != language[j]).any()
    i, j = speaker_graph(styles, language, k_across=0).edge_index
    assert len(i) and (language[i] == language[j]).all()


@pytest.mark.parametrize("block_size", [1, 7, 100])
def test_size_of_the_blocks_does_not_matter(block_size):
    styles, _, language = planted(40, 3)
    graph = speaker_graph(styles, language)
    blocked = speaker_graph(styles, language, block_size=block_size)
    assert blocked.edge_index.equal(graph.edge_index)
    torch.testing.assert_close(blocked.weight, graph.weight)


def test_renumbering_speakers_renumbers_nodes_only():
    styles, _, language = planted(50, 4, spread=2.0)
    order = torch.randperm(50)
    renamed = speaker_graph(styles[order], language[order])
    expected = speaker_graph(styles, language).renumbered(order)
    assert renamed.edge_index.equal(expected.edge_index)
    assert renamed.weight.equal(expected.weight)


def test_length_of_a_style_does_not_matter():
    styles, _, language = planted(30, 3)
    graph = speaker_graph(styles, language)
    scaled = speaker_graph(styles * 4, language)
    assert scaled.edge_index.equal(graph.edge_index)


def test_ties_of_identical_speakers_are_broken_deterministically():
    styles, language = torch.ones(20, 4), torch.arange(20) % 2
    graph = speaker_graph(styles, language, k_within=3, k_across=3)
    assert graph.n_edges
    torch.testing.assert_close(graph.weight, torch.ones_like(graph.weight))
    assert graph.degree.max() <= 6 + 1e-5
    again = speaker_graph(styles, language, k_within=3, k_across=3)
    assert again.edge_index.equal(graph.edge_index)


@pytest.mark.parametrize("block_size", [3, 100])
def test_ties_do_not_depend_on_block_size(block_size):
    # Few values, exact in float32: nearly every speaker has ties.
    styles = torch.randint(-1, 2, (60, 4)).float()
    styles = styles[styles.square().sum(dim=1) == 1]
    language = torch.arange(len(styles)) % 3
    graph = speaker_graph(styles, language, 2, 2)
    blocked = speaker_graph(styles, language, 2, 2, block_size=block_size)
    assert graph.n_edges
    assert blocked.edge_index.equal(graph.edge_index)


def test_ties_are_broken_by_canonical_order():
    # All others are equally similar to speaker 0, and k is 1.
    styles = torch.tensor([[1.0, 0.0], *[[1.0, 1.0]] * 70])
    graph = speaker_graph(styles, torch.zeros(71).long(), 1)
    assert edges_of(graph) == {(1, 2), (2, 1)}


def test_one_speaker_is_a_graph_without_edges():
    graph = speaker_graph(torch.ones(1, 3), torch.zeros(1).long())
    assert graph.n_nodes == 1 and graph.n_edges == 0
    assert graph.edge_index.shape == (2, 0)
    assert graph.degree.tolist() == [0]


def test_one_language_gives_edges_within():
    styles, _, _ = planted(10, 2)
    assert speaker_graph(styles, torch.full((10,), 7)).n_edges


def test_dissimilar_speaker_is_isolated():
    styles = torch.tensor([[1.0, 0.0], [1.0, 0.1], [-1.0, 0.0], [0.0, 0.0]])
    graph = speaker_graph(styles, torch.tensor([0, 1, 0, 1]))
    assert edges_of(graph) == {(0, 1), (1, 0)}
    assert graph.degree[2:].tolist() == [0, 0]


def test_renumbering_can_be_inverted():
    styles, _, language = planted(12, 2)
    graph, order = speaker_graph(styles, language), torch.randperm(12)
    back = graph.renumbered(order).renumbered(order.argsort())
    assert back.edge_index.equal(graph.edge_index)
    assert back.weight.equal(graph.weight)


def test_degree_is_the_sum_of_weights():
    edges = torch.tensor([[0, 0, 1, 2], [1, 2, 0, 0]])
    graph = SpeakerGraph(edges, torch.tensor([0.5, 0.25, 0.5, 0.25]), 4)
    assert graph.degree.tolist() == [0.75, 0.5, 0.25, 0]
    assert graph.n_edges == 2


def test_graph_has_no_gradient():
    styles, _, language = planted(10, 2)
    graph = speaker_graph(styles.requires_grad_(), language)
    assert not graph.weight.requires_grad


@pytest.mark.parametrize("n_coded", [100, 10_000])
def test_approximate_search_finds_nearly_all_edges(
    monkeypatch, caplog, n_coded
):
    styles, _, language = planted(3000, 8)
    exact = edges_of(speaker_graph(styles, language))
    monkeypatch.setattr(module, "N_EXACT", 2999)
    monkeypatch.setattr(module, "N_LISTED", 100)
    monkeypatch.setattr(module, "N_CODED", n_coded)
    caplog.set_level("INFO")
    found = edges_of(speaker_graph(styles, language))
    assert "approximate nearest neighbours of 3,000" in caplog.text
    n_common = len(found & exact)
    assert n_common > 0.97 * max(len(found), len(exact))
    graph = speaker_graph(styles, language, is_exact=True)
    assert graph.n_edges == len(exact) // 2


@pytest.mark.parametrize("k", [(5, 5), (0, 5), (5, 0), (0, 0)])
def test_search_is_exact_within_small_languages(k):
    styles, _, language = planted(300, 3, dim=9, n_languages=40)
    styles[:2] = 0  # no neighbours
    language[-1] = 99  # a single speaker
    approximate = speaker_graph(styles, language, *k, is_exact=False)
    exact = speaker_graph(styles, language, *k)
    assert edges_of(approximate) == edges_of(exact)
    assert (exact.n_edges > 0) == any(k)
