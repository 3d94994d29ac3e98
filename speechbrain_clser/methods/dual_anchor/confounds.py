"""Confounds of speaker communities: language, gender and corpus."""

# Above this normalised mutual information a warning is given.
NMI_LIMIT = 0.5
ATTRIBUTES = {
    "language": "languages",
    "gender": "sexes of the speakers",
    "corpus": "corpora",
}


def community_confounds(labels, speakers) -> dict:
    """Compute the mutual information of communities and speaker attributes.

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
        values are equal.

    Example
    -------
    >>> ann = {"language": "deu", "gender": "female", "corpus": "emodb"}
    >>> bob = {"language": "deu", "gender": "male", "corpus": "emodb"}
    >>> community_confounds([0, 1], [ann, bob])
    {'nmi_language': None, 'nmi_gender': 1.0, 'nmi_corpus': None}
    """
    return {
        f"nmi_{key}": _nmi(labels, [speaker[key] for speaker in speakers])
        for key in ATTRIBUTES
    }


def _nmi(labels, values):
    """Compute the normalised mutual information; None for fewer than two values."""
    from sklearn.metrics import normalized_mutual_info_score

    pairs = [pair for pair in zip(values, labels, strict=True) if pair[0]]
    if len({value for value, _ in pairs}) < 2:
        return None
    return float(normalized_mutual_info_score(*zip(*pairs, strict=True)))


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
