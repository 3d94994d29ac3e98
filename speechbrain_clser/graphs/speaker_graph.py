"""Who is alike: mutual nearest neighbours within and across languages."""

import dataclasses

import torch

from speechbrain_clser.graphs.order import canonical_order
from speechbrain_clser.graphs.scatter import scatter_sum

# Similarities held at once: 64 MB of them, whatever the number of speakers.
CELLS = 2**24


@dataclasses.dataclass(frozen=True, eq=False)
class SpeakerGraph:
    """Undirected graph; each edge is listed in both directions.

    Arguments
    ---------
    edge_index : torch.Tensor of int64, (2, edges)
        Pairs of nodes, sorted; with every (i, j) stands its (j, i).
    weight : torch.Tensor of float, (edges,)
        Above 0, the same both ways.
    n_nodes : int
        Isolated ones included.

    Example
    -------
    >>> edges = torch.tensor([[0, 1, 1, 2], [1, 0, 2, 1]])
    >>> graph = SpeakerGraph(edges, torch.tensor([1.0, 1.0, 0.5, 0.5]), 4)
    >>> graph.degree
    tensor([1.0000, 1.5000, 0.5000, 0.0000])
    """

    edge_index: torch.Tensor
    weight: torch.Tensor
    n_nodes: int

    @property
    def n_edges(self):
        """Number of undirected edges."""
        return len(self.weight) // 2

    @property
    def degree(self):
        """Weight at each node, torch.Tensor, (nodes,)."""
        return scatter_sum(self.weight, self.edge_index[0], self.n_nodes)

    def renumbered(self, order):
        """Give node ``order[k]`` the number ``k``.

        Arguments
        ---------
        order : torch.Tensor of int64, (nodes,)
            A permutation.

        Returns
        -------
        SpeakerGraph
            The same graph under other numbers.
        """
        place = torch.empty_like(order)
        place[order] = torch.arange(self.n_nodes, device=order.device)
        return _sorted(place[self.edge_index], self.weight, self.n_nodes)


def speaker_graph(vectors, language, k_within=5, k_across=5, n_cells=CELLS):
    """Join speakers who are among each other's most similar ones.

    Two speakers of one language are joined when each is among the other's
    ``k_within`` nearest of that language; two of different languages, when
    each is among the other's ``k_across`` nearest of all other languages.
    Without the second kind the graph would fall apart by language.

    Of equally similar speakers the first in canonical order counts, so the
    numbers of the speakers do not matter. Similarities are computed a block of
    rows at a time and never stand in memory together.

    Arguments
    ---------
    vectors : torch.Tensor, (speakers, dim)
        Style of each speaker; a vector of zeros is nobody's neighbour.
    language : torch.Tensor of int, (speakers,)
        Code of each speaker's language.
    k_within, k_across : int
        Neighbours looked at; fewer where there are fewer. 0 for none.
    n_cells : int
        Similarities held at once.

    Returns
    -------
    SpeakerGraph
        Weights are cosines, those of 0 and below left out.

    Source
    ------
    Our reconstruction of the speaker graph of arXiv 2509.20373, whose full
    text was not available to us.

    Example
    -------
    >>> styles = torch.tensor([[1.0, 0.0], [0.8, 0.6], [0.6, 0.8], [0.0, -1.0]])
    >>> graph = speaker_graph(styles, torch.tensor([0, 0, 1, 1]), 1, 1)
    >>> graph.edge_index
    tensor([[0, 1, 1, 2],
            [1, 0, 2, 1]])
    >>> graph.weight
    tensor([0.8000, 0.8000, 0.9600, 0.9600])
    """
    order = canonical_order(vectors, language)
    unit = torch.nn.functional.normalize(vectors.detach().float()[order], dim=1)
    pairs = _nearest(unit, language[order], (k_within, k_across), n_cells)
    edge_index, weight = _mutual(*pairs, len(unit))
    return _sorted(order[edge_index], weight, len(unit))


def _nearest(unit, language, k, n_cells):
    """List (i, j, cosine) for each j among the nearest of i; sorted languages."""
    n, first = len(unit), 0
    block = max(1, n_cells // max(1, n))
    everybody = torch.arange(n, device=unit.device)
    pairs = [(everybody[:0], everybody[:0], unit.new_empty(0))]
    for size in language.unique_consecutive(return_counts=True)[1].tolist():
        end = first + size
        for rows in everybody[first:end].split(block):
            cosine = unit[rows] @ unit.T
            cosine[rows - rows[0], rows] = -torch.inf
            i, j, values = _highest(cosine[:, first:end], k[0])
            pairs.append((rows[i], first + j, values))
            cosine[:, first:end] = -torch.inf
            i, j, values = _highest(cosine, k[1])
            pairs.append((rows[i], j, values))
        first = end
    return [torch.cat(column) for column in zip(*pairs, strict=True)]


def _highest(cosine, k):
    """Find the ``k`` highest of each row; of equals, those that stand first."""
    k = min(k, cosine.shape[1])
    values, columns = cosine.topk(min(k + 1, cosine.shape[1]))
    if 0 < k < values.shape[1]:
        # topk makes no promise about equals; where the last place is
        # contested, sort the row.
        is_tied = values[:, k - 1] == values[:, k]
        ranked = cosine[is_tied].sort(descending=True, stable=True).indices
        columns[is_tied] = ranked[:, : k + 1]
    values, columns = values[:, :k], columns[:, :k]
    i, place = (values > 0).nonzero(as_tuple=True)
    return i, columns[i, place], values[i, place]


def _mutual(i, j, cosine, n):
    """Keep the pairs that are listed both ways."""
    is_mutual = torch.isin(i * n + j, j * n + i) & (i < j)
    i, j, weight = i[is_mutual], j[is_mutual], cosine[is_mutual].clamp(max=1)
    both_ways = torch.stack([torch.cat([i, j]), torch.cat([j, i])])
    return both_ways, torch.cat([weight, weight])


def _sorted(edge_index, weight, n):
    order = (edge_index[0] * n + edge_index[1]).argsort()
    return SpeakerGraph(edge_index[:, order], weight[order], n)
