"""Modularity of hard and soft partitions."""

from speechbrain_clser.graphs.scatter import scatter_sum


def modularity(graph, labels, resolution=1.0):
    """Compute the modularity of a partition.

    Arguments
    ---------
    graph : SpeakerGraph
        Weighted, undirected.
    labels : torch.Tensor of int64, (nodes,)
        Community of each node, from 0.
    resolution : float
        Weight of the expected edges; higher values favour smaller communities.

    Returns
    -------
    float
        Below 1; about 0 for random communities, NaN without edges.

    Source
    ------
    Newman, Analysis of weighted networks, Physical Review E 70, 2004:
    1/2m sum_ij [w_ij - r k_i k_j / 2m] [c_i = c_j].

    Example
    -------
    >>> import torch
    >>> from speechbrain_clser.graphs.speaker_graph import SpeakerGraph
    >>> edges = torch.tensor([[0, 1, 2, 3], [1, 0, 3, 2]])
    >>> two_pairs = SpeakerGraph(edges, torch.ones(4), 4)
    >>> modularity(two_pairs, torch.tensor([0, 0, 1, 1]))
    0.5
    """
    i, j = graph.edge_index
    weight = graph.weight.double()
    twice_m = weight.sum()
    within = weight[labels[i] == labels[j]].sum() / twice_m
    n_labels = int(labels.max()) + 1 if len(labels) else 0
    share = scatter_sum(weight, labels[i], n_labels) / twice_m
    return float(within - resolution * share.square().sum())


def soft_modularity(graph, shares):
    """Compute the modularity of soft memberships.

    The matrix B of all pairs of nodes is not built: the trace needs only edges
    and degrees.

    Arguments
    ---------
    graph : SpeakerGraph
        Weighted, undirected, with an edge.
    shares : torch.Tensor, (nodes, communities)
        Membership of each node; rows sum to 1.

    Returns
    -------
    torch.Tensor, ()
        Tr(S^T B S) / 2m, differentiable.

    Source
    ------
    Tsitsulin et al., Graph Clustering with Graph Neural Networks, JMLR 2023,
    first term of the DMoN objective, with opposite sign.

    Example
    -------
    >>> import torch
    >>> from speechbrain_clser.graphs.speaker_graph import SpeakerGraph
    >>> edges = torch.tensor([[0, 1, 2, 3], [1, 0, 3, 2]])
    >>> two_pairs = SpeakerGraph(edges, torch.ones(4), 4)
    >>> soft_modularity(two_pairs, torch.full((4, 2), 0.5))
    tensor(0.)
    """
    i, j = graph.edge_index
    twice_m = graph.weight.sum()
    agreement = (shares.index_select(0, i) * shares.index_select(0, j)).sum(1)
    expected = (graph.degree @ shares).square().sum() / twice_m.square()
    return (graph.weight * agreement).sum() / twice_m - expected
