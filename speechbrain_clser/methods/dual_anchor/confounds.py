"""Confounds of speaker communities: language, gender and corpus."""

from collections import Counter

# Above this normalised mutual information a warning is given.
NMI_LIMIT = 0.5
ATTRIBUTES = {
    "language": "languages",
    "gender": "sexes of the speakers",
    "corpus": "corpora",
}


def community_confounds(labels, speakers) -> dict:
    """Compute mutual information and purity of communities by speaker attributes.

    Arguments
    ---------
    labels : sequence of int
        Community of each speaker.
    speakers : sequence of Mapping
        Values of ``ATTRIBUTES`` for each; empty where unknown.

    Returns
    -------
    dict
        ``nmi_language``, ``nmi_gender``, ``nmi_corpus``: normalised mutual
        information, 0-1, over the speakers with a known value; None if all
        values are equal. ``purity_language`` and so on: fraction of these
        speakers with the most frequent value of their community, 0-1.

    Example
    -------
    >>> ann = {"language": "deu", "gender": "female", "corpus": "emodb"}
    >>> bob = {"language": "deu", "gender": "male", "corpus": "emodb"}
    >>> found = community_confounds([0, 1], [ann, bob])
    >>> found["nmi_gender"], found["purity_gender"], found["nmi_language"]
    (1.0, 1.0, None)
    """
    found = {}
    for key in ATTRIBUTES:
        values = [speaker[key] for speaker in speakers]
        pairs = [pair for pair in zip(values, labels, strict=True) if pair[0]]
        is_varied = len({value for value, _ in pairs}) > 1
        found[f"nmi_{key}"] = _nmi(pairs) if is_varied else None
        found[f"purity_{key}"] = _purity(pairs) if is_varied else None
    return found


def _nmi(pairs):
    """Compute the normalised mutual information of values and communities."""
    from sklearn.metrics import normalized_mutual_info_score

    return float(normalized_mutual_info_score(*zip(*pairs, strict=True)))


def _purity(pairs):
    """Compute the fraction of speakers with the majority value of their community."""
    counts = Counter(pairs)
    majority = {}
    for (_, community), n in counts.items():
        majority[community] = max(n, majority.get(community, 0))
    return sum(majority.values()) / len(pairs)


def warnings(facts) -> list:
    """List warnings about the communities of one emotion.

    Example
    -------
    >>> nmi = {"nmi_language": 0.1, "nmi_gender": None, "nmi_corpus": 0.1}
    >>> warnings(
    ...     {
    ...         **{"n_languages": 2, "n_found": 2, "n_communities": 1},
    ...         **{"is_fallback": True, **nmi},
    ...     }
    ... )[0]
    'No community was large enough and cross-lingual (2 were found): ...
    """
    texts = [
        f"Communities coincide with the {name} (NMI {nmi:.2f}): they do "
        "not represent speaking styles."
        for key, name in ATTRIBUTES.items()
        if (nmi := facts[f"nmi_{key}"]) is not None and nmi > NMI_LIMIT
    ]
    if facts["n_languages"] == 1:
        texts.append(
            "All speakers with enough utterances have one language: no "
            "community is cross-lingual."
        )
    n_found = facts["n_found"]
    if facts["is_fallback"]:
        texts.append(
            "No community was large enough and cross-lingual "
            f"({n_found} were found): all speakers form one community."
        )
    elif facts["n_communities"] == 1 < n_found:
        texts.append(
            f"Only one of the {n_found} communities found was large enough "
            "and cross-lingual: all speakers form one community."
        )
    return texts
