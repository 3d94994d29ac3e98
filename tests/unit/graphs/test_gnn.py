import pytest
import torch
from helpers.planted import planted
from sklearn.metrics import adjusted_rand_score

from speechbrain_clser.graphs import gnn as module
from speechbrain_clser.graphs.gnn import (
    CommunityNet,
    SageConv,
    dmon_loss,
    gnn,
    merge,
    neighbour_mean,
)
from speechbrain_clser.graphs.modularity import modularity
from speechbrain_clser.graphs.speaker_graph import SpeakerGraph, speaker_graph

# A path of four nodes with weights 1, 2, 1: degrees 1, 3, 3, 1 and 2m = 8.
PATH = SpeakerGraph(
    torch.tensor([[0, 1, 1, 2, 2, 3], [1, 0, 2, 1, 3, 2]]),
    torch.tensor([1.0, 1.0, 2.0, 2.0, 1.0, 1.0]),
    4,
)


def generator():
    return torch.Generator().manual_seed(0)


def dense_mean(values, graph):
    """Average over neighbours by the dense adjacency matrix."""
    is_near = torch.zeros(graph.n_nodes, graph.n_nodes)
    is_near[tuple(graph.edge_index)] = 1
    return is_near @ values / is_near.sum(dim=1, keepdim=True).clamp(min=1)


def test_neighbour_mean_equals_dense_matrix_product():
    styles, _, language = planted(30, 3)
    graph = speaker_graph(styles, language)
    torch.testing.assert_close(
        neighbour_mean(styles, graph), dense_mean(styles, graph)
    )


def test_isolated_node_has_zero_neighbour_mean():
    graph = SpeakerGraph(torch.tensor([[0, 1], [1, 0]]), torch.ones(2), 3)
    assert not neighbour_mean(torch.ones(3, 2), graph)[2].any()


def test_convolution_equals_dense_formula():
    conv, own, near = SageConv(3, 5, generator()), *torch.randn(2, 4, 3)
    conv.bias.data.normal_()
    expected = own @ conv.weight[:3] + near @ conv.weight[3:] + conv.bias
    torch.testing.assert_close(conv(own, near), expected)


def test_network_equals_two_dense_layers():
    net, styles = CommunityNet(3, 4), torch.randn(4, 3)
    hidden = styles
    for conv in (net.first, net.second):
        hidden = conv(hidden, dense_mean(hidden, PATH))
        hidden = torch.nn.functional.selu(hidden)
    expected = (hidden @ net.head).softmax(dim=1)
    found = net(styles, neighbour_mean(styles, PATH), PATH)
    torch.testing.assert_close(found, expected)


def test_every_parameter_gets_a_gradient():
    net, styles = CommunityNet(3, 4), torch.randn(4, 3)
    shares = net(styles, neighbour_mean(styles, PATH), PATH)
    dmon_loss(PATH, shares).backward()
    for name, parameter in net.named_parameters():
        assert parameter.grad is not None and parameter.grad.any(), name


def test_renumbered_nodes_get_the_same_memberships():
    net, styles, order = (
        CommunityNet(3, 4),
        torch.randn(4, 3),
        torch.randperm(4),
    )
    near = neighbour_mean(styles, PATH)
    torch.testing.assert_close(
        net(styles[order], near[order], PATH.renumbered(order)),
        net(styles, near, PATH)[order],
    )


def test_loss_by_hand():
    # Ends against middle: 2 * 2 / 8 of the weight lies within the middle,
    # expected is (2/8)^2 + (6/8)^2; balanced communities have no collapse.
    shares = torch.eye(2)[[0, 1, 1, 0]]
    expected = torch.tensor(-(4 / 8 - 40 / 64))
    torch.testing.assert_close(dmon_loss(PATH, shares), expected)
    # All in one of four: modularity 0, collapse sqrt(4) / 4 * 4 - 1.
    shares = torch.eye(4)[[0, 0, 0, 0]]
    torch.testing.assert_close(dmon_loss(PATH, shares), torch.tensor(1.0))


def test_loss_is_the_dense_formula():
    shares = torch.randn(4, 3).softmax(dim=1)
    adjacency = torch.zeros(4, 4)
    adjacency[tuple(PATH.edge_index)] = PATH.weight
    degree = adjacency.sum(dim=1)
    pairs = adjacency - torch.outer(degree, degree) / 8
    expected = -torch.trace(shares.T @ pairs @ shares) / 8
    expected = expected + 3**0.5 / 4 * shares.sum(dim=0).norm() - 1
    torch.testing.assert_close(dmon_loss(PATH, shares), expected)


def test_evenness_scales_the_second_term_only():
    shares = torch.eye(4)[[0, 0, 0, 0]]
    torch.testing.assert_close(
        dmon_loss(PATH, shares, evenness=0.25), torch.tensor(0.25)
    )


def test_uniform_memberships_have_zero_loss():
    torch.testing.assert_close(
        dmon_loss(PATH, torch.full((4, 2), 0.5)), torch.tensor(0.0)
    )


def test_split_communities_are_merged():
    styles, group, language = planted(60, 3)
    graph = speaker_graph(styles, language)
    split = group + 3 * (torch.rand(60) < 0.5)
    assert modularity(graph, split) < modularity(graph, group)
    assert adjusted_rand_score(merge(graph, split), group) == 1


def test_merging_stops_at_maximum_modularity():
    styles, group, language = planted(60, 3)
    graph = speaker_graph(styles, language)
    assert merge(graph, group).equal(group)


@pytest.mark.parametrize("n, n_groups", [(12, 2), (40, 4), (150, 6)])
def test_planted_communities_are_found(n, n_groups):
    styles, group, language = planted(n, n_groups)
    graph = speaker_graph(styles, language)
    labels, _ = gnn(graph, styles)
    has_neighbour = graph.degree > 0
    assert has_neighbour.float().mean() > 0.9
    found, expected = labels[has_neighbour], group[has_neighbour]
    assert adjusted_rand_score(found, expected) == 1


def test_samples_of_a_large_graph_find_planted_communities(monkeypatch):
    monkeypatch.setattr(module, "N_NODES", 500)
    monkeypatch.setattr(module, "N_SEEDS", 100)
    styles, group, language = planted(600, 4)
    graph = speaker_graph(styles, language)
    nodes, part = module._sample(graph, 100, torch.Generator().manual_seed(0))
    assert len(nodes) == part.n_nodes < 500
    i, j = nodes[part.edge_index]
    is_within = torch.isin(graph.edge_index, nodes).all(dim=0)
    assert torch.stack([i, j]).equal(graph.edge_index[:, is_within])
    assert part.weight.equal(graph.weight[is_within])
    labels, _ = gnn(graph, styles)
    assert adjusted_rand_score(labels, group) > 0.95
    assert labels.equal(gnn(graph, styles)[0])


def test_same_seed_gives_same_labels_and_keeps_global_state():
    styles, _, language = planted(20, 2)
    graph = speaker_graph(styles, language)
    before = torch.get_rng_state()
    labels, state = gnn(graph, styles, n_steps=5, seed=3)
    again, same = gnn(graph, styles, n_steps=5, seed=3)
    _, other = gnn(graph, styles, n_steps=5, seed=4)
    assert torch.get_rng_state().equal(before)
    assert labels.equal(again)
    assert all(state[name].equal(same[name]) for name in state)
    assert not state["head"].equal(other["head"])


def test_training_continues_from_an_earlier_state():
    styles, group, language = planted(40, 4)
    graph = speaker_graph(styles, language)
    labels, state = gnn(graph, styles)
    warm, kept = gnn(graph, styles, n_steps=0, seed=9, state=state)
    assert warm.equal(labels)
    assert all(kept[name].equal(state[name]) for name in state)


def test_continuing_does_not_change_the_given_state():
    styles, _, language = planted(20, 2)
    graph = speaker_graph(styles, language)
    _, state = gnn(graph, styles, n_steps=2)
    before = {name: value.clone() for name, value in state.items()}
    gnn(graph, styles, n_steps=2, state=state)
    assert all(state[name].equal(before[name]) for name in state)


def test_training_works_under_no_grad():
    styles, _, language = planted(20, 2)
    graph = speaker_graph(styles, language)
    expected, _ = gnn(graph, styles)
    with torch.no_grad():
        found, _ = gnn(graph, styles)
    assert found.equal(expected)
