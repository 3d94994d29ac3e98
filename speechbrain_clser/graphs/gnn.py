"""Community detection by a graph neural network that maximises modularity."""

import math

import torch

from speechbrain_clser.graphs.modularity import soft_modularity
from speechbrain_clser.graphs.scatter import scatter_mean, scatter_sum

# More than are expected: split communities are merged later.
K_MAX = 32
N_STEPS = 200
N_MORE_STEPS = 50
DIM = 32
LEARNING_RATE = 0.01
# A larger graph is sampled: edges whose nodes a sample starts from.
N_NODES = 20_000
N_SEEDS = 4096
# Dimensions that are averaged at once: more need more memory.
N_AT_ONCE = 32


def neighbour_mean(values, graph):
    """Average over the neighbours of each node.

    Arguments
    ---------
    values : torch.Tensor, (nodes, dim)
        Of the nodes.
    graph : SpeakerGraph
        Its edges; weights are ignored.

    Returns
    -------
    torch.Tensor, (nodes, dim)
        0 for an isolated node.

    Example
    -------
    >>> from speechbrain_clser.graphs.speaker_graph import SpeakerGraph
    >>> edges = torch.tensor([[0, 1, 1, 2], [1, 0, 2, 1]])
    >>> path = SpeakerGraph(edges, torch.ones(4), 3)
    >>> neighbour_mean(torch.tensor([[1.0], [2.0], [5.0]]), path)
    tensor([[2.],
            [3.],
            [2.]])
    """
    i, j = graph.edge_index
    parts = [
        scatter_mean(part.index_select(0, j), i, graph.n_nodes)
        for part in values.split(N_AT_ONCE, dim=1)
    ]
    return torch.cat(parts, dim=1)


class SageConv(torch.nn.Module):
    """Linear layer on the vector of a node and the mean of its neighbours.

    Arguments
    ---------
    input_dim, output_dim : int
        Of the vectors.
    generator : torch.Generator
        Of the initial weights; torch's global state is not changed.

    Source
    ------
    Hamilton, Ying and Leskovec, Inductive Representation Learning on Large
    Graphs, NeurIPS 2017, algorithm 1 with the mean aggregator, without
    nonlinearity and normalisation.

    Example
    -------
    >>> conv = SageConv(2, 3, torch.Generator().manual_seed(0))
    >>> conv(torch.ones(4, 2), torch.zeros(4, 2)).shape
    torch.Size([4, 3])
    """

    def __init__(self, input_dim, output_dim, generator):
        super().__init__()
        weight = torch.empty(2 * input_dim, output_dim)
        torch.nn.init.xavier_uniform_(weight, generator=generator)
        self.weight = torch.nn.Parameter(weight)
        self.bias = torch.nn.Parameter(torch.zeros(output_dim))

    def forward(self, own, near):
        """Apply the layer.

        Arguments
        ---------
        own : torch.Tensor, (nodes, input_dim)
            Of the nodes.
        near : torch.Tensor, (nodes, input_dim)
            From ``neighbour_mean``.

        Returns
        -------
        torch.Tensor, (nodes, output_dim)
            Before the nonlinearity.
        """
        return torch.cat([own, near], dim=1) @ self.weight + self.bias


class CommunityNet(torch.nn.Module):
    """Two GraphSAGE layers and a softmax over communities.

    Arguments
    ---------
    input_dim : int
        Of the style vectors.
    k_max : int
        Maximum number of communities.
    seed : int
        Of the initial weights.

    Example
    -------
    >>> from speechbrain_clser.graphs.speaker_graph import SpeakerGraph
    >>> edges = torch.tensor([[0, 1], [1, 0]])
    >>> pair, styles = SpeakerGraph(edges, torch.ones(2), 2), torch.eye(2)
    >>> net = CommunityNet(2, 3)
    >>> net(styles, neighbour_mean(styles, pair), pair).shape
    torch.Size([2, 3])
    """

    def __init__(self, input_dim, k_max=K_MAX, seed=0):
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        self.first = SageConv(input_dim, DIM, generator)
        self.second = SageConv(DIM, DIM, generator)
        head = torch.empty(DIM, k_max)
        torch.nn.init.xavier_uniform_(head, generator=generator)
        self.head = torch.nn.Parameter(head)

    def forward(self, styles, near, graph):
        """Compute the community memberships of each node.

        Arguments
        ---------
        styles, near : torch.Tensor, (nodes, input_dim)
            Style vectors and their ``neighbour_mean``, which does not change
            between the steps of training.
        graph : SpeakerGraph
            Of the nodes.

        Returns
        -------
        torch.Tensor, (nodes, k_max)
            Rows sum to 1.
        """
        hidden = torch.nn.functional.selu(self.first(styles, near))
        near = neighbour_mean(hidden, graph)
        hidden = torch.nn.functional.selu(self.second(hidden, near))
        return (hidden @ self.head).softmax(dim=1)


def dmon_loss(graph, shares, evenness=1.0):
    """Compute the DMoN objective of memberships.

    Arguments
    ---------
    graph : SpeakerGraph
        With an edge.
    shares : torch.Tensor, (nodes, communities)
        Rows sum to 1.
    evenness : float
        Weight of the second term; 1 in the paper.

    Returns
    -------
    torch.Tensor, ()
        Negative modularity plus collapse penalty: 0 for balanced communities,
        sqrt(communities) - 1 if one has all nodes.

    Source
    ------
    Tsitsulin et al., Graph Clustering with Graph Neural Networks, JMLR 2023:
    -Tr(S^T B S) / 2m + sqrt(k) / n ||sum_i S_i||_F - 1.

    Example
    -------
    >>> from speechbrain_clser.graphs.speaker_graph import SpeakerGraph
    >>> edges = torch.tensor([[0, 1, 2, 3], [1, 0, 3, 2]])
    >>> two_pairs = SpeakerGraph(edges, torch.ones(4), 4)
    >>> dmon_loss(two_pairs, torch.eye(2)[[0, 0, 1, 1]])
    tensor(-0.5000)
    """
    n, k = shares.shape
    collapse = math.sqrt(k) / n * shares.sum(dim=0).norm() - 1
    return evenness * collapse - soft_modularity(graph, shares)


def merge(graph, labels):
    """Merge communities as long as modularity increases.

    The network has more communities than are expected and an objective that
    prefers to use all of them; merging corrects this.

    Arguments
    ---------
    graph : SpeakerGraph
        With an edge.
    labels : torch.Tensor of int64, (nodes,)
        Community of each node, from 0.

    Returns
    -------
    torch.Tensor of int64, (nodes,)
        A subset of the codes.

    Source
    ------
    Newman, Fast algorithm for detecting community structure in networks,
    Physical Review E 69, 2004: merging a and b gains 2 (e_ab - a_a a_b).

    Example
    -------
    >>> from speechbrain_clser.graphs.speaker_graph import SpeakerGraph
    >>> edges = torch.tensor([[0, 1, 2, 3], [1, 0, 3, 2]])
    >>> two_pairs = SpeakerGraph(edges, torch.ones(4), 4)
    >>> merge(two_pairs, torch.tensor([0, 1, 2, 2]))
    tensor([0, 0, 2, 2])
    """
    k = int(labels.max()) + 1
    i, j = labels[graph.edge_index]
    between = scatter_sum(graph.weight.double(), i * k + j, k * k).view(k, k)
    between = between / between.sum()
    name = torch.arange(k, device=labels.device)
    while True:
        share = between.sum(dim=1)
        gain = (between - torch.outer(share, share)).triu(diagonal=1)
        best = int(gain.argmax())
        a, b = divmod(best, k)
        if gain[a, b] <= 0:
            return name[labels]
        name[name == b] = a
        between[a] += between[b]
        between[:, a] += between[:, b]
        between[b] = between[:, b] = 0


def neighbourhood(graph, seeds):
    """Select some nodes and their neighbours, with all edges among them.

    Arguments
    ---------
    graph : SpeakerGraph
        To select from; its edges are sorted, as those of ``speaker_graph``.
    seeds : torch.Tensor of int64, (seeds,)
        Nodes; repeated ones count once.

    Returns
    -------
    tuple of (torch.Tensor of int64, SpeakerGraph)
        The nodes, ascending, and the graph in which they have the numbers from 0.

    Example
    -------
    >>> from speechbrain_clser.graphs.speaker_graph import SpeakerGraph
    >>> edges = torch.tensor([[0, 1, 1, 2, 2, 3], [1, 0, 2, 1, 3, 2]])
    >>> path = SpeakerGraph(edges, torch.ones(6), 4)
    >>> nodes, part = neighbourhood(path, torch.tensor([3]))
    >>> nodes, part.edge_index
    (tensor([2, 3]), tensor([[0, 1],
            [1, 0]]))
    """
    _, near, _ = _edges_of(graph, seeds.unique())
    nodes = torch.cat([seeds, near]).unique()
    i, j, edge = _edges_of(graph, nodes)
    place = torch.searchsorted(nodes, j).clamp(max=len(nodes) - 1)
    is_kept = nodes[place] == j
    edges = torch.stack([i, place])[:, is_kept]
    return nodes, type(graph)(edges, graph.weight[edge[is_kept]], len(nodes))


def _edges_of(graph, nodes):
    """Return the edges of nodes: index of the node in ``nodes``, neighbour, index."""
    i, j = graph.edge_index
    start = torch.searchsorted(i, nodes)
    size = torch.searchsorted(i, nodes, right=True) - start
    place = torch.repeat_interleave(size)
    shift = start - size.cumsum(0) + size
    edge = torch.arange(len(place), device=i.device) + shift[place]
    return place, j[edge], edge


def _sample(graph, n_edges, generator):
    """Return the neighbourhood of the nodes of random edges."""
    nodes = graph.edge_index[0]
    drawn = torch.randint(len(nodes), (n_edges,), generator=generator)
    return neighbourhood(graph, nodes[drawn.to(nodes.device)])


def gnn(graph, styles, k_max=K_MAX, n_steps=None, seed=0, state=None):
    """Find communities by a graph neural network trained on the graph.

    Arguments
    ---------
    graph : SpeakerGraph
        With an edge.
    styles : torch.Tensor, (nodes, dim)
        Style of each node.
    k_max : int
        Maximum number of communities.
    n_steps : int
        Steps of Adam; by default 200, or 50 with a ``state``. A step is over the
        whole graph, or, with more than 20,000 nodes, over a sample of it: nodes of
        4,096 edges, their neighbours, and all edges among them.
    seed : int
        Of the initial weights, without a ``state``.
    state : dict
        Initial weights, returned by an earlier call.

    Returns
    -------
    tuple of (torch.Tensor of int64 (nodes,), dict)
        Community of each node, and the weights.

    Source
    ------
    Our reconstruction of the communities of arXiv 2509.20373: GraphSAGE with
    the objective of DMoN, whose second term decays to 0 here, then merging by
    modularity. DMoN itself uses graph convolutions and dropout.

    Example
    -------
    >>> from speechbrain_clser.graphs.speaker_graph import SpeakerGraph
    >>> edges = torch.tensor([[0, 1, 2, 3], [1, 0, 3, 2]])
    >>> two_pairs = SpeakerGraph(edges, torch.ones(4), 4)
    >>> styles = torch.tensor(
    ...     [[1.0, 0.0], [1.0, 0.1], [-1.0, 0.0], [-1.0, 0.1]]
    ... )
    >>> labels, state = gnn(two_pairs, styles)
    >>> bool(labels[0] == labels[1]), bool(labels[0] == labels[2])
    (True, False)
    """
    styles = styles.detach().float()
    net = CommunityNet(styles.shape[1], k_max, seed).to(styles.device)
    if state is not None:
        net.load_state_dict(state)
    if n_steps is None:
        n_steps = N_STEPS if state is None else N_MORE_STEPS
    optimiser = torch.optim.Adam(net.parameters(), LEARNING_RATE)
    near = neighbour_mean(styles, graph)
    generator = torch.Generator().manual_seed(seed)
    nodes, part = slice(None), graph
    with torch.enable_grad():
        for step in range(n_steps):
            if graph.n_nodes > N_NODES:
                nodes, part = _sample(graph, N_SEEDS, generator)
            optimiser.zero_grad()
            shares = net(styles[nodes], near[nodes], part)
            # Balanced communities at first, against collapse; at the end
            # only the modularity counts.
            dmon_loss(part, shares, 1 - step / n_steps).backward()
            optimiser.step()
    with torch.no_grad():
        labels = net(styles, near, graph).argmax(dim=1)
    state = {name: value.cpu() for name, value in net.state_dict().items()}
    return merge(graph, labels), state
