"""Community detection by name, and assignment of further speakers."""

import dataclasses
import math

import torch

from speechbrain_clser.graphs import partitions
from speechbrain_clser.graphs.gnn import K_MAX, gnn
from speechbrain_clser.graphs.scatter import scatter_mean
from speechbrain_clser.graphs.speaker_graph import canonical_order

NAMES = ("gnn", "louvain", "leiden", "kmeans", "one", "random")
GRAPH_METHODS = {"louvain": partitions.louvain, "leiden": partitions.leiden}

MIN_SPEAKERS = 5


@dataclasses.dataclass(frozen=True, eq=False)
class Communities:
    """Communities of the speakers of one emotion.

    Arguments
    ---------
    labels : torch.Tensor of int64, (speakers,)
        Community of each speaker, by descending number of core speakers.
    centroids : torch.Tensor, (communities, dim)
        Mean direction of the core speakers; attached speakers do not change it.
    n_found : int
        Number of communities before small and monolingual ones were dissolved.
    is_fallback : bool
        Whether no community qualified, so that all speakers are in one.
    state : dict
        Network weights for the next build; empty without a network.
    """

    labels: torch.Tensor
    centroids: torch.Tensor
    n_found: int
    is_fallback: bool
    state: dict

    def attach(self, styles):
        """Assign speakers outside the graph to the community of nearest centroid.

        Arguments
        ---------
        styles : torch.Tensor, (speakers, dim)
            Style of each speaker.

        Returns
        -------
        torch.Tensor of int64, (speakers,)
            Community whose centroid has the highest cosine.
        """
        return _nearest(styles, self.centroids)


def find_communities(
    graph,
    styles,
    language,
    method="gnn",
    n_communities=None,
    min_speakers=None,
    resolution=1.0,
    seed=0,
    state=None,
):
    """Partition the speakers of one emotion into cross-lingual communities.

    A community is kept if it has at least ``min_speakers`` and, with several
    languages, more than one of them. Other communities are dissolved: their
    speakers, and isolated speakers, join the kept community of nearest
    centroid. If none is kept, all speakers form one community.

    Speakers are processed in canonical order, so the result does not depend on
    their numbering, to the last bit. (On a GPU up to rounding, since the order
    of sums varies.)

    Arguments
    ---------
    graph : SpeakerGraph
        Of the speakers.
    styles : torch.Tensor, (speakers, dim)
        Style of each speaker.
    language : torch.Tensor of int, (speakers,)
        Code of each speaker's language.
    method : str
        ``"gnn"``, or a control: ``"louvain"``, ``"leiden"``, ``"kmeans"``,
        ``"one"``, ``"random"``.
    n_communities : int
        Number of communities of k-means and random partitions; by default
        sqrt(speakers / 2), at most 32. For ``"gnn"`` the maximum number; by
        default 32.
    min_speakers : int
        Minimum size of a community; by default 5, or a quarter of the speakers
        if that is less, and at least 2.
    resolution : float
        Of Louvain and Leiden.
    seed : int
        Of the method; the global states of torch and numpy are not changed.
    state : dict
        ``Communities.state`` of an earlier build, the start of ``"gnn"``.

    Returns
    -------
    Communities
        One label per speaker.

    Raises
    ------
    ValueError
        If the method is unknown or there are no speakers.

    Source
    ------
    Our reconstruction of the communities of arXiv 2509.20373.

    Example
    -------
    >>> from speechbrain_clser.graphs.speaker_graph import speaker_graph
    >>> styles = torch.tensor([[0.0, 1.0], [0.1, 1.0], [1.0, 0.0], [1.0, 0.1]])
    >>> language = torch.tensor([0, 1, 0, 1])
    >>> graph = speaker_graph(styles, language, k_across=1)
    >>> find_communities(graph, styles, language, "louvain").labels
    tensor([0, 0, 1, 1])
    """
    if method not in NAMES:
        raise ValueError(
            f"communities must be one of {', '.join(NAMES)}, got {method!r}"
        )
    if not len(styles) == len(language) == graph.n_nodes > 0:
        raise ValueError(
            f"expected one style and one language per node, and at least one "
            f"node, found {len(styles)}, {len(language)} and {graph.n_nodes}"
        )
    order = canonical_order(styles, language)
    graph, language = graph.renumbered(order), language[order]
    styles = styles.detach().float()[order]
    if n_communities is None:
        k = K_MAX if method == "gnn" else round(math.sqrt(len(styles) / 2))
        n_communities = min(max(1, k), K_MAX)
    if method == "gnn" and graph.n_edges:
        found, state = gnn(graph, styles, n_communities, seed=seed, state=state)
    else:
        found = _partition(
            graph, styles, method, n_communities, resolution, seed
        )
    if method == "gnn" or method in GRAPH_METHODS:
        found = torch.where(graph.degree > 0, found, -1)
    if min_speakers is None:
        min_speakers = max(2, min(MIN_SPEAKERS, len(styles) // 4))
    kept = _kept(found, language, 1 if method == "one" else min_speakers)
    is_fallback = not (kept >= 0).any()
    if is_fallback:
        kept = torch.zeros_like(kept)
    centroids = _centroids(styles, kept)
    labels = torch.empty_like(kept)
    labels[order] = torch.where(kept >= 0, kept, _nearest(styles, centroids))
    n_found = len(found[found >= 0].unique())
    return Communities(labels, centroids, n_found, is_fallback, state or {})


def _partition(graph, styles, method, n_communities, resolution, seed):
    """Find communities without the graph neural network."""
    if method == "random":
        found = partitions.random_parts(len(styles), n_communities, seed)
        return found.to(styles.device)
    if method == "kmeans":
        return partitions.kmeans(styles, n_communities, seed)
    if method == "one" or not graph.n_edges:
        return torch.zeros(len(styles), dtype=torch.long, device=styles.device)
    return GRAPH_METHODS[method](graph, seed, resolution)


def _kept(found, language, min_speakers):
    """Renumber qualifying communities by size, then first member; -1 for others."""
    kept = torch.full_like(found, -1)
    members = (found >= 0).nonzero().ravel()
    _, place, size = found[members].unique(
        return_inverse=True, return_counts=True
    )
    pairs = torch.stack([place, language[members]]).unique(dim=1)[0]
    n_languages = pairs.bincount(minlength=len(size))
    first = members.new_full(size.shape, len(found))
    first = first.scatter_reduce(0, place, members, "amin")
    is_fit = size >= min_speakers
    if len(language.unique()) > 1:
        is_fit &= n_languages > 1
    # By first member, then by size with a stable sort.
    rank = first.argsort()
    rank = rank[size[rank].argsort(descending=True, stable=True)]
    rank = rank[is_fit[rank]]
    label = torch.full_like(size, -1)
    label[rank] = torch.arange(len(rank), device=size.device)
    kept[members] = label[place]
    return kept


def _centroids(styles, labels):
    """Compute the mean direction of each community; -1 is no community."""
    is_core = labels >= 0
    mean = scatter_mean(styles[is_core], labels[is_core], int(labels.max()) + 1)
    return torch.nn.functional.normalize(mean, dim=1)


def _nearest(styles, centroids):
    """Return the centroid of highest cosine for each style; the first if tied."""
    return (styles.float() @ centroids.T).argmax(dim=1)
