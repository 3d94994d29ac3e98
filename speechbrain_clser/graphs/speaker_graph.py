"""Who is alike: mutual nearest neighbours within and across languages."""

import dataclasses

import torch

from speechbrain_clser.graphs.order import canonical_order
from speechbrain_clser.graphs.scatter import scatter_sum

# Speakers held against as many others at once: 16 MB of similarities.
BLOCK_SIZE = 2048


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


def speaker_graph(
    vectors, language, k_within=5, k_across=5, block_size=BLOCK_SIZE
):
    """Join speakers who are among each other's most similar ones.

    Two speakers of one language are joined when each is among the other's
    ``k_within`` nearest of that language; two of different languages, when
    each is among the other's ``k_across`` nearest of all other languages.
    Without the second kind the graph would fall apart by language.

    Of equally similar speakers the first in canonical order counts, so the
    numbers of the speakers do not matter. Similarities are computed a block at
    a time, each once for both directions, and never stand in memory together.

    Arguments
    ---------
    vectors : torch.Tensor, (speakers, dim)
        Style of each speaker; a vector of zeros is nobody's neighbour.
    language : torch.Tensor of int, (speakers,)
        Code of each speaker's language.
    k_within, k_across : int
        Neighbours looked at; fewer where there are fewer. 0 for none.
    block_size : int
        Speakers held against as many others at once.

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
    pairs = _nearest(unit, language[order], (k_within, k_across), block_size)
    edge_index, weight = _mutual(*pairs, len(unit))
    return _sorted(order[edge_index], weight, len(unit))


def _nearest(unit, language, k, block_size):
    """List (i, j, cosine) for each j among the nearest of i; sorted languages."""
    everybody = torch.arange(len(unit), device=unit.device)
    sizes = language.unique_consecutive(return_counts=True)[1].tolist()
    # No block has two languages, so two blocks share theirs or do not.
    blocks = [
        (code, rows)
        for code, speakers in enumerate(everybody.split(sizes))
        for rows in speakers.split(block_size)
    ]
    within, across = (_Highest(len(unit), count, unit) for count in k)
    for place, (code, rows) in enumerate(blocks):
        for other, columns in blocks[place:]:
            best = within if code == other else across
            cosine = unit[rows] @ unit[columns].T
            if rows is columns:
                best.look_at(cosine.fill_diagonal_(-torch.inf), rows, columns)
            else:
                best.look_at(cosine, rows, columns)
                best.look_at(cosine.T.contiguous(), columns, rows)
    pairs = zip(within.pairs(), across.pairs(), strict=True)
    return [torch.cat(column) for column in pairs]


class _Highest:
    """The k highest of each row so far; of equals, those that came first."""

    def __init__(self, n_rows, k, like):
        self.k = k
        self.values = like.new_full((n_rows, k), -torch.inf)
        self.columns = torch.zeros_like(self.values, dtype=torch.long)

    def look_at(self, cosine, rows, columns):
        """Take in a block, (rows, columns); columns come in rising order."""
        if not self.k:
            return
        values, place = _first_highest(cosine, self.k)
        values = torch.cat([self.values[rows], values], dim=1)
        place = torch.cat([self.columns[rows], columns[place]], dim=1)
        values, order = values.sort(dim=1, descending=True, stable=True)
        self.values[rows] = values[:, : self.k]
        self.columns[rows] = place.gather(1, order[:, : self.k])

    def pairs(self):
        """Rows, columns and values above 0."""
        i, place = (self.values > 0).nonzero(as_tuple=True)
        return i, self.columns[i, place], self.values[i, place]


def _first_highest(cosine, k):
    """Values and places of the k highest; of equals, those that stand first."""
    k = min(k, cosine.shape[1])
    values, place = cosine.topk(min(k + 1, cosine.shape[1]))
    if values.shape[1] > 1:
        # topk makes no promise about equals; where there are any, sort.
        is_tied = (values[:, 1:] == values[:, :-1]).any(dim=1)
        ranked = cosine[is_tied].sort(descending=True, stable=True).indices
        place[is_tied] = ranked[:, : place.shape[1]]
    return values[:, :k], place[:, :k]


def _mutual(i, j, cosine, n):
    """Keep the pairs that are listed both ways."""
    is_mutual = torch.isin(i * n + j, j * n + i) & (i < j)
    i, j, weight = i[is_mutual], j[is_mutual], cosine[is_mutual].clamp(max=1)
    both_ways = torch.stack([torch.cat([i, j]), torch.cat([j, i])])
    return both_ways, torch.cat([weight, weight])


def _sorted(edge_index, weight, n):
    order = (edge_index[0] * n + edge_index[1]).argsort()
    return SpeakerGraph(edge_index[:, order], weight[order], n)
