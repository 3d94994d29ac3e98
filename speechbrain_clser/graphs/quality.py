"""Quality measures of the communities of one emotion."""

from speechbrain_clser.graphs.modularity import modularity


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
