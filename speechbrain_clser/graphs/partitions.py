"""Baselines of the graph neural network: other partitions of the speakers."""

import numpy as np
import torch


def louvain(graph, seed=0, resolution=1.0):
    """Partition a graph by the Louvain method.

    Uses scikit-network if it is installed, else networkx, a dependency of
    torch. Their random orders differ, so ties may be broken differently.

    Arguments
    ---------
    graph : SpeakerGraph
        With an edge.
    seed : int
        Of the order in which nodes are visited.
    resolution : float
        Higher values favour smaller communities.

    Returns
    -------
    torch.Tensor of int64, (nodes,)
        Community of each node; an isolated node is alone.

    Source
    ------
    Blondel et al., Fast unfolding of communities in large networks, Journal
    of Statistical Mechanics, 2008.

    Example
    -------
    >>> from speechbrain_clser.graphs.speaker_graph import SpeakerGraph
    >>> edges = torch.tensor([[0, 1, 2, 3], [1, 0, 3, 2]])
    >>> louvain(SpeakerGraph(edges, torch.ones(4), 4)).unique().tolist()
    [0, 1]
    """
    try:
        from sknetwork.clustering import Louvain
    except ImportError:
        return _louvain_of_networkx(graph, seed, resolution)
    return _fit(Louvain, graph, seed, resolution)


def leiden(graph, seed=0, resolution=1.0):
    """Partition a graph by the Leiden method.

    Arguments
    ---------
    graph : SpeakerGraph
        With an edge.
    seed : int
        Of the order in which nodes are visited.
    resolution : float
        Higher values favour smaller communities.

    Returns
    -------
    torch.Tensor of int64, (nodes,)
        Community of each node; an isolated node is alone.

    Raises
    ------
    ImportError
        If scikit-network is not installed.

    Source
    ------
    Traag, Waltman and van Eck, From Louvain to Leiden: guaranteeing
    well-connected communities, Scientific Reports 9, 2019.
    """
    try:
        from sknetwork.clustering import Leiden
    except ImportError as error:
        raise ImportError(
            "communities 'leiden' need scikit-network, which is not "
            "installed; pip install -e '.[graph]' in the clone of "
            "speechbrain-clser, or take 'gnn' "
            "or 'louvain'"
        ) from error
    return _fit(Leiden, graph, seed, resolution)


def kmeans(styles, n_communities, seed=0):
    """Partition speakers by k-means of their styles, without a graph.

    Arguments
    ---------
    styles : torch.Tensor, (speakers, dim)
        Style of each speaker.
    n_communities : int
        Fewer are returned if there are fewer distinct styles.
    seed : int
        Of the initial centres.

    Returns
    -------
    torch.Tensor of int64, (speakers,)
        Community of each speaker.

    Example
    -------
    >>> styles = torch.tensor([[0.0], [0.1], [5.0]])
    >>> kmeans(styles, 2).unique(return_counts=True)[1].sort().values
    tensor([1, 2])
    """
    from sklearn.cluster import KMeans

    points = styles.detach().double().cpu().numpy()
    k = min(n_communities, len(np.unique(points, axis=0)))
    labels = KMeans(k, n_init=10, random_state=seed).fit_predict(points)
    return torch.from_numpy(labels).long().to(styles.device)


def random_parts(n_speakers, n_communities, seed=0):
    """Partition speakers at random into communities of nearly equal size.

    Arguments
    ---------
    n_speakers, n_communities : int
        Number of speakers and of communities.
    seed : int
        Of the random partition.

    Returns
    -------
    torch.Tensor of int64, (n_speakers,)
        Community of each speaker.

    Example
    -------
    >>> random_parts(5, 2).bincount()
    tensor([3, 2])
    """
    generator = torch.Generator().manual_seed(seed)
    return torch.randperm(n_speakers, generator=generator) % n_communities


def _fit(algorithm, graph, seed, resolution):
    """Run an algorithm of scikit-network."""
    from scipy.sparse import csr_matrix

    weight = graph.weight.double().cpu().numpy()
    adjacency = csr_matrix(
        (weight, tuple(graph.edge_index.cpu().numpy())),
        shape=(graph.n_nodes, graph.n_nodes),
    )
    found = algorithm(resolution, shuffle_nodes=True, random_state=seed)
    labels = found.fit_predict(adjacency).tolist()
    # Renumbered by first occurrence: the order of communities of equal size
    # varies between runs of Leiden.
    numbers = {label: i for i, label in enumerate(dict.fromkeys(labels))}
    return torch.tensor(
        [numbers[label] for label in labels], device=graph.weight.device
    )


def _louvain_of_networkx(graph, seed, resolution):
    import networkx

    copy = networkx.Graph()
    copy.add_nodes_from(range(graph.n_nodes))
    edges = graph.edge_index.T.tolist()
    for (i, j), weight in zip(edges, graph.weight.tolist(), strict=True):
        copy.add_edge(i, j, weight=weight)
    labels = torch.empty(graph.n_nodes, dtype=torch.long)
    found = networkx.community.louvain_communities(
        copy, resolution=resolution, seed=seed
    )
    for community, members in enumerate(found):
        labels[list(members)] = community
    return labels.to(graph.weight.device)
