"""Are the communities good ones, and are they communities of style at all?"""

import itertools

from speechbrain_clser.graphs.modularity import modularity

# Above this share of information, communities are that other thing.
NMI_LIMIT = 0.5


def quality(graph, communities, language, gender=None, corpus=None, repeats=()):
    """Describe the communities of one emotion, for the report.

    Arguments
    ---------
    graph : SpeakerGraph
        Of the speakers.
    communities : Communities
        Of the speakers.
    language, gender, corpus : torch.Tensor of int, (speakers,)
        Codes; -1 where unknown. The last two may be left out.
    repeats : sequence of Communities
        The same build under other seeds.

    Returns
    -------
    dict
        ``n_speakers``, ``n_edges``, ``n_isolated``, ``n_communities``,
        ``n_found``, ``is_fallback``, ``sizes``; ``modularity``, None without
        edges; ``nmi_language``, ``nmi_gender``, ``nmi_corpus``: normalised
        mutual information, 0-1, None where all are alike or unknown;
        ``stability``: mean adjusted Rand index between all pairs of seeds,
        None for one seed; ``warnings``, sentences.

    Example
    -------
    >>> import torch
    >>> from speechbrain_clser.graphs.communities import find_communities
    >>> from speechbrain_clser.graphs.speaker_graph import speaker_graph
    >>> styles = torch.tensor([[0.0, 1.0], [0.1, 1.0], [1.0, 0.0], [1.0, 0.1]])
    >>> language, gender = (
    ...     torch.tensor([0, 1, 0, 1]),
    ...     torch.tensor([0, 0, 1, 1]),
    ... )
    >>> graph = speaker_graph(styles, language, k_across=1)
    >>> found = find_communities(graph, styles, language, "louvain")
    >>> described = quality(graph, found, language, gender)
    >>> described["nmi_gender"], described["nmi_language"]
    (1.0, 0.0)
    >>> print(described["warnings"][0])
    Communities are largely the sexes of the speakers (NMI 1.00): ...
    """
    labels = communities.labels
    codes = {"language": language, "gender": gender, "corpus": corpus}
    nmi = {f"nmi_{k}": _nmi(labels, v) for k, v in codes.items()}
    described = {
        "n_speakers": len(labels),
        "n_edges": graph.n_edges,
        "n_isolated": int((graph.degree == 0).sum()),
        "n_communities": len(communities.centroids),
        "n_found": communities.n_found,
        "is_fallback": communities.is_fallback,
        "sizes": labels.bincount().tolist(),
        "modularity": modularity(graph, labels) if graph.n_edges else None,
        **nmi,
        "stability": stability([labels, *(r.labels for r in repeats)]),
    }
    return {**described, "warnings": _warnings(described)}


def stability(labels):
    """Measure how far partitions under several seeds agree.

    Arguments
    ---------
    labels : sequence of torch.Tensor of int, (speakers,)
        One partition per seed, of the same speakers.

    Returns
    -------
    float or None
        Mean adjusted Rand index (ARI) over pairs; 1 for equal partitions,
        about 0 for unrelated ones. None with fewer than two.

    Example
    -------
    >>> import torch
    >>> stability([torch.tensor([0, 0, 1, 1]), torch.tensor([1, 1, 0, 0])])
    1.0
    """
    from sklearn.metrics import adjusted_rand_score

    pairs = itertools.combinations([one.cpu().numpy() for one in labels], 2)
    scores = [adjusted_rand_score(a, b) for a, b in pairs]
    return float(sum(scores) / len(scores)) if scores else None


def _nmi(labels, codes):
    """Information that communities and codes share; None if there is none to share."""
    from sklearn.metrics import normalized_mutual_info_score

    if codes is None:
        return None
    is_known = codes >= 0
    if len(codes[is_known].unique()) < 2:
        return None
    nmi = normalized_mutual_info_score(
        codes[is_known].cpu().numpy(), labels[is_known].cpu().numpy()
    )
    return float(nmi)


def _warnings(described):
    """Say in plain words what the numbers mean, where it is bad news."""
    texts = []
    names = {
        "language": "languages",
        "gender": "sexes of the speakers",
        "corpus": "corpora",
    }
    for key, name in names.items():
        nmi = described[f"nmi_{key}"]
        if nmi is not None and nmi > NMI_LIMIT:
            texts.append(
                f"Communities are largely the {name} (NMI {nmi:.2f}): they "
                "do not stand for styles of speaking."
            )
    n_found = described["n_found"]
    if described["is_fallback"]:
        texts.append(
            "No community was large enough and spanned languages "
            f"({n_found} were found): all speakers are one."
        )
    elif described["n_communities"] == 1 < n_found:
        texts.append(
            f"Only one of the {n_found} communities found was large enough "
            "and spanned languages: all speakers are one."
        )
    return texts
