"""Speaker communities by name, and who belongs to one that cannot found one."""

import dataclasses
import math

import torch

from speechbrain_clser.graphs import partitions
from speechbrain_clser.graphs.gnn import K_MAX, gnn
from speechbrain_clser.graphs.order import canonical_order
from speechbrain_clser.graphs.scatter import scatter_mean

NAMES = ("gnn", "louvain", "leiden", "kmeans", "one", "random")
OF_THE_GRAPH = {"louvain": partitions.louvain, "leiden": partitions.leiden}

MIN_SPEAKERS = 5


@dataclasses.dataclass(frozen=True, eq=False)
class Communities:
    """A community for each speaker of one emotion, and room for more.

    Arguments
    ---------
    labels : torch.Tensor of int64, (speakers,)
        Community of each speaker; 0 had the most founders.
    centroids : torch.Tensor, (communities, dim)
        Mean direction of the founders; those who joined do not move it.
    n_found : int
        Communities before the small and the monolingual were dissolved.
    is_fallback : bool
        Nothing that was found qualified, so all speakers are one community.
    state : dict
        Weights of the network, to start the next build from; empty without.
    """

    labels: torch.Tensor
    centroids: torch.Tensor
    n_found: int
    is_fallback: bool
    state: dict

    def attach(self, styles):
        """Find the community of speakers who were not in the graph.

        Arguments
        ---------
        styles : torch.Tensor, (speakers, dim)
            Late or rarely heard speakers.

        Returns
        -------
        torch.Tensor of int64, (speakers,)
            That of the centroid of highest cosine.
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
    """Part the speakers of one emotion into communities that span languages.

    A community is kept when it has ``min_speakers`` and, where there are
    several languages, more than one of them. The others are dissolved: each of
    their speakers, like each one without a neighbour, joins the kept community
    of nearest centroid. Where none is kept, all speakers are one.

    Speakers are taken in canonical order: however they are numbered, the same
    speakers get the same communities, to the last bit. (On a GPU sums come in
    any order, so there this holds up to rounding.)

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
        Of k-means and random ones, unless given sqrt(speakers / 2), 32 at
        the most; for ``"gnn"`` the most there may be, unless given 32.
    min_speakers : int
        Of a community to be kept; unless given, 5, or a quarter of few
        speakers, yet 2 at least.
    resolution : float
        Of Louvain and Leiden.
    seed : int
        Of whatever the method draws; torch's and numpy's global states are
        left alone.
    state : dict
        Of the last build, for ``"gnn"`` to start from.

    Returns
    -------
    Communities
        One label per speaker.

    Raises
    ------
    ValueError
        If there is no such method or nobody to part.

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
            f"expected as many styles and languages as nodes, and one at "
            f"least, found {len(styles)}, {len(language)} and {graph.n_nodes}"
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
        found = _control(graph, styles, method, n_communities, resolution, seed)
    if method == "gnn" or method in OF_THE_GRAPH:
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


def _control(graph, styles, method, n_communities, resolution, seed):
    """Communities of anything but the network."""
    if method == "random":
        found = partitions.random_parts(len(styles), n_communities, seed)
        return found.to(styles.device)
    if method == "kmeans":
        return partitions.kmeans(styles, n_communities, seed)
    if method == "one" or not graph.n_edges:
        return torch.zeros(len(styles), dtype=torch.long, device=styles.device)
    return OF_THE_GRAPH[method](graph, seed, resolution)


def _kept(found, language, min_speakers):
    """Renumber what qualifies by size, then by first member; -1 for the rest."""
    kept = torch.full_like(found, -1)
    members = (found >= 0).nonzero().ravel()
    _, place, size = found[members].unique(
        return_inverse=True, return_counts=True
    )
    spoken = torch.stack([place, language[members]]).unique(dim=1)[0]
    n_languages = spoken.bincount(minlength=len(size))
    first = members.new_full(size.shape, len(found))
    first = first.scatter_reduce(0, place, members, "amin")
    is_fit = size >= min_speakers
    if len(language.unique()) > 1:
        is_fit &= n_languages > 1
    # By first member, then, keeping that order among equals, by size.
    rank = first.argsort()
    rank = rank[size[rank].argsort(descending=True, stable=True)]
    rank = rank[is_fit[rank]]
    label = torch.full_like(size, -1)
    label[rank] = torch.arange(len(rank), device=size.device)
    kept[members] = label[place]
    return kept


def _centroids(styles, labels):
    """Mean direction of each community; -1 belongs to none."""
    is_founder = labels >= 0
    mean = scatter_mean(
        styles[is_founder], labels[is_founder], int(labels.max()) + 1
    )
    return torch.nn.functional.normalize(mean, dim=1)


def _nearest(styles, centroids):
    """Centroid of highest cosine for each style; the first of equals."""
    return (styles.float() @ centroids.T).argmax(dim=1)
