"""Speaker graph of mutual nearest neighbours within and across languages."""

import dataclasses
import importlib.util
import logging
import math

import numpy as np
import torch

from speechbrain_clser.graphs.scatter import scatter_sum

logger = logging.getLogger(__name__)


# Columns that are compared first.
N_KEYS = 8


def canonical_order(vectors, language):
    """Sort speakers by language, then by the values of their vectors.

    Computations in this order give identical results, to the last bit, for any
    numbering of the speakers. Only speakers of one language with equal vectors
    may be exchanged, which does not change the result.

    Arguments
    ---------
    vectors : torch.Tensor, (speakers, dim)
        Style of each speaker.
    language : torch.Tensor of int, (speakers,)
        Code of each speaker's language.

    Returns
    -------
    torch.Tensor of int64, (speakers,)
        Indices of the speakers in order.

    Raises
    ------
    ValueError
        If the shapes do not fit or a value is not finite.

    Example
    -------
    >>> import torch
    >>> styles = torch.tensor([[0.0, 1.0], [1.0, 0.0], [0.0, -1.0]])
    >>> canonical_order(styles, torch.tensor([1, 0, 1]))
    tensor([1, 2, 0])
    """
    if vectors.dim() != 2 or language.shape != vectors.shape[:1]:
        raise ValueError(
            "expected vectors (speakers, dim) and language (speakers,), found "
            f"{tuple(vectors.shape)} and {tuple(language.shape)}"
        )
    if not vectors.isfinite().all():
        bad = (~vectors.isfinite()).any(dim=1).nonzero().ravel()
        raise ValueError(
            f"expected finite vectors, found {len(bad)} with NaN or infinity, "
            f"of the speakers {bad[:3].tolist()}; check their recordings"
        )
    columns = vectors.detach().cpu().numpy().T
    codes = language.cpu().numpy()
    # lexsort sorts by its last key first. Later columns only matter for ties.
    order = np.lexsort([*columns[N_KEYS - 1 :: -1], codes])
    keys = np.stack([*columns[:N_KEYS], codes])[:, order]
    if (keys[:, 1:] == keys[:, :-1]).all(axis=0).any():
        order = np.lexsort([*np.ascontiguousarray(columns[::-1]), codes])
    return language.new_tensor(order)


# Rows and columns of a block of similarities: 16 MB.
BLOCK_SIZE = 2048
# With more speakers the search is approximate, if faiss is installed.
N_EXACT = 50_000
# The search among the speakers of a language is exact below N_LISTED and else of some
# of the lists of an inverted file: lists per square root of the speakers, searched lists
# (at least, and per square root of the lists), speakers per list and rounds of the
# k-means of the lists; from N_CODED, vectors are compared by 4-bit codes first:
# candidates of the codes per neighbour.
N_LISTED = 2000
LISTS_PER_ROOT = 4
N_PROBED = 64
PROBED_PER_ROOT = 2.4
POINTS_PER_LIST = 40
N_ROUNDS = 10
N_CODED = 20_000
N_CANDIDATES = 20


@dataclasses.dataclass(frozen=True, eq=False)
class SpeakerGraph:
    """Undirected graph; each edge is listed in both directions.

    Arguments
    ---------
    edge_index : torch.Tensor of int64, (2, edges)
        Pairs of nodes, sorted; contains (j, i) for each (i, j).
    weight : torch.Tensor of float, (edges,)
        Above 0, equal in both directions.
    n_nodes : int
        Number of nodes, including isolated ones.

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
        """Sum of edge weights of each node, torch.Tensor, (nodes,)."""
        return scatter_sum(self.weight, self.edge_index[0], self.n_nodes)

    def renumbered(self, order):
        """Renumber the nodes: node ``order[k]`` becomes node ``k``.

        Arguments
        ---------
        order : torch.Tensor of int64, (nodes,)
            A permutation.

        Returns
        -------
        SpeakerGraph
            The renumbered graph.
        """
        place = torch.empty_like(order)
        place[order] = torch.arange(self.n_nodes, device=order.device)
        return _sorted(place[self.edge_index], self.weight, self.n_nodes)


def speaker_graph(
    vectors,
    language,
    k_within=5,
    k_across=5,
    block_size=BLOCK_SIZE,
    is_exact=None,
):
    """Build the graph of mutual nearest neighbours among speakers.

    Two speakers of one language are connected if each is among the other's
    ``k_within`` nearest of that language; two of different languages, if each
    is among the other's ``k_across`` nearest of all other languages. Without
    the second kind the graph would have a component per language.

    Ties are broken by canonical order, so the numbering of the speakers does
    not matter. Similarities are computed block by block, each once for both
    directions; the full matrix is never in memory.

    Arguments
    ---------
    vectors : torch.Tensor, (speakers, dim)
        Style of each speaker; a vector of zeros has no neighbours.
    language : torch.Tensor of int, (speakers,)
        Code of each speaker's language.
    k_within, k_across : int
        Number of nearest neighbours; 0 for none.
    block_size : int
        Rows and columns of a block of similarities.
    is_exact : bool
        False to search with an inverted file of faiss (``faiss-cpu``), whose time grows
        more slowly with the number of speakers. Some neighbours are missed, fewer if
        the speakers form groups, so some edges are missing and a few are wrong:
        ``benchmarks/graphs.py`` measures them. None is False for more than 50,000
        speakers if faiss is installed.

    Returns
    -------
    SpeakerGraph
        Weights are cosines; edges with a cosine of 0 or less are omitted.

    Raises
    ------
    ModuleNotFoundError
        If faiss is wanted and not installed.

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
    k = k_within, k_across
    if is_exact is None:
        is_exact = len(unit) <= N_EXACT or not importlib.util.find_spec("faiss")
    if is_exact:
        pairs = _nearest(unit, language[order], k, block_size)
    else:
        logger.info(
            "approximate nearest neighbours of %s speakers", f"{len(unit):,}"
        )
        pairs = _nearest_approximately(unit, language[order], k, block_size)
    edge_index, weight = _mutual(*pairs, len(unit))
    return _sorted(order[edge_index], weight, len(unit))


def _nearest(unit, language, k, block_size):
    """Return (i, j, cosine) for each j among the nearest of i; sorted languages."""
    speakers = torch.arange(len(unit), device=unit.device)
    sizes = language.unique_consecutive(return_counts=True)[1].tolist()
    # A block has one language, so a pair of blocks is within or across languages.
    blocks = [
        (code, rows)
        for code, of_language in enumerate(speakers.split(sizes))
        for rows in of_language.split(block_size)
    ]
    within, across = (_TopK(len(unit), count, unit) for count in k)
    for place, (code, rows) in enumerate(blocks):
        for other, columns in blocks[place:]:
            best = within if code == other else across
            cosine = unit[rows] @ unit[columns].T
            if rows is columns:
                best.update(cosine.fill_diagonal_(-torch.inf), rows, columns)
            else:
                best.update(cosine, rows, columns)
                best.update(cosine.T.contiguous(), columns, rows)
    pairs = zip(within.pairs(), across.pairs(), strict=True)
    return [torch.cat(column) for column in pairs]


def _nearest_approximately(unit, language, k, block_size):
    """Return what ``_nearest`` does, by an inverted file for each language."""
    import faiss

    sizes = language.unique_consecutive(return_counts=True)[1].tolist()
    of_language = torch.arange(len(unit), device=unit.device).split(sizes)
    best = [_TopK(len(unit), count, unit) for count in k]
    values = unit.cpu().numpy()
    for columns in of_language:
        n, dim = len(columns), unit.shape[1]
        n_lists = round(LISTS_PER_ROOT * math.sqrt(n))
        kind = "Flat"
        if n >= N_LISTED:
            code = f"PQ{dim}x4fs,RFlat" if n >= N_CODED else "Flat"
            kind = f"IVF{n_lists},{code}"
        index = faiss.index_factory(dim, kind, faiss.METRIC_INNER_PRODUCT)
        if n >= N_LISTED:
            lists = faiss.extract_index_ivf(index)
            lists.cp.max_points_per_centroid = POINTS_PER_LIST
            lists.cp.min_points_per_centroid = 1
            lists.cp.niter = N_ROUNDS
            n_probed = math.ceil(PROBED_PER_ROOT * math.sqrt(n_lists))
            lists.nprobe = max(N_PROBED, n_probed)
        if n >= N_CODED:
            index.k_factor = N_CANDIDATES
        own = values[columns.cpu().numpy()]
        index.train(own)
        index.add(own)
        for other in of_language:
            is_within = other is columns
            top = best[not is_within]
            # Large requests are slower.
            for rows in other.split(block_size) if top.k else ():
                cosine, place = index.search(
                    values[rows.cpu().numpy()], top.k + is_within
                )
                cosine, place = unit.new_tensor(cosine), rows.new_tensor(place)
                cosine[place < 0] = -torch.inf  # fewer candidates than wanted
                place = columns[place.clamp(min=0)]
                cosine[place == rows[:, None]] = -torch.inf
                top.merge(cosine, place, rows)
    pairs = zip(*(top.pairs() for top in best), strict=True)
    return [torch.cat(column) for column in pairs]


class _TopK:
    """Running top k of each row; ties keep the first."""

    def __init__(self, n_rows, k, like):
        self.k = k
        self.values = like.new_full((n_rows, k), -torch.inf)
        self.columns = torch.zeros_like(self.values, dtype=torch.long)

    def update(self, cosine, rows, columns):
        """Add a block, (rows, columns); columns must come in ascending order."""
        if not self.k:
            return
        values, place = _stable_topk(cosine, self.k)
        self.merge(values, columns[place], rows)

    def merge(self, values, columns, rows):
        """Add candidates of some rows, (rows, candidates)."""
        values = torch.cat([self.values[rows], values], dim=1)
        place = torch.cat([self.columns[rows], columns], dim=1)
        values, order = values.sort(dim=1, descending=True, stable=True)
        self.values[rows] = values[:, : self.k]
        self.columns[rows] = place.gather(1, order[:, : self.k])

    def pairs(self):
        """Return rows, columns and values above 0."""
        i, place = (self.values > 0).nonzero(as_tuple=True)
        return i, self.columns[i, place], self.values[i, place]


def _stable_topk(cosine, k):
    """Return values and indices of the k highest; ties keep the first."""
    k = min(k, cosine.shape[1])
    values, place = cosine.topk(min(k + 1, cosine.shape[1]))
    if values.shape[1] > 1:
        # topk does not define the order of ties; sort rows with ties.
        is_tied = (values[:, 1:] == values[:, :-1]).any(dim=1)
        ranked = cosine[is_tied].sort(descending=True, stable=True).indices
        place[is_tied] = ranked[:, : place.shape[1]]
    return values[:, :k], place[:, :k]


def _mutual(i, j, cosine, n):
    """Keep the pairs that occur in both directions."""
    is_mutual = torch.isin(i * n + j, j * n + i) & (i < j)
    i, j, weight = i[is_mutual], j[is_mutual], cosine[is_mutual].clamp(max=1)
    both_ways = torch.stack([torch.cat([i, j]), torch.cat([j, i])])
    return both_ways, torch.cat([weight, weight])


def _sorted(edge_index, weight, n):
    order = (edge_index[0] * n + edge_index[1]).argsort()
    return SpeakerGraph(edge_index[:, order], weight[order], n)
