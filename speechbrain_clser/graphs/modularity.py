"""Modularity of hard and soft partitions, and the quality of communities."""

from speechbrain_clser.graphs.scatter import scatter_sum


def quality(graph, communities):
    """Compute the report entries of the communities of one emotion.

    Arguments
    ---------
    graph : SpeakerGraph
        Of the speakers.
    communities : Communities
        Of the speakers.

    Returns
    -------
    dict
        ``n_speakers``, ``n_edges``, ``n_isolated``, ``n_communities``,
        ``n_found``, ``is_fallback``, ``sizes``; ``modularity``, None without
        edges.

    Example
    -------
    >>> import torch
    >>> from speechbrain_clser.graphs.communities import find_communities
    >>> from speechbrain_clser.graphs.speaker_graph import speaker_graph
    >>> styles = torch.tensor([[0.0, 1.0], [0.1, 1.0], [1.0, 0.0], [1.0, 0.1]])
    >>> language = torch.tensor([0, 1, 0, 1])
    >>> graph = speaker_graph(styles, language, k_across=1)
    >>> found = find_communities(graph, styles, language, "louvain")
    >>> described = quality(graph, found)
    >>> described["sizes"], round(described["modularity"], 2)
    ([2, 2], 0.41)
    """
    labels = communities.labels
    return {
        "n_speakers": len(labels),
        "n_edges": graph.n_edges,
        "n_isolated": int((graph.degree == 0).sum()),
        "n_communities": len(communities.centroids),
        "n_found": communities.n_found,
        "is_fallback": communities.is_fallback,
        "sizes": labels.bincount().tolist(),
        "modularity": modularity(graph, labels) if graph.n_edges else None,
    }


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
    ``1/2m sum_ij [w_ij - r k_i k_j / 2m] [c_i = c_j]``.

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
