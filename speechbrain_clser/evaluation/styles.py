"""Whether communities of speakers are styles, or something we knew before."""

# Above this share of information, communities are that other thing.
NMI_LIMIT = 0.5
KNOWN = {
    "language": "languages",
    "gender": "sexes of the speakers",
    "corpus": "corpora",
}


def community_confounds(labels, speakers) -> dict:
    """Measure how far communities are languages, sexes or corpora.

    Arguments
    ---------
    labels : sequence of int
        Community of each speaker.
    speakers : sequence of Mapping
        Values of ``KNOWN`` for each; empty where unknown.

    Returns
    -------
    dict
        ``nmi_language``, ``nmi_gender``, ``nmi_corpus``: normalised mutual
        information, 0-1, of the speakers of whom it is known; None where these
        are all alike.

    Example
    -------
    >>> ann = {"language": "deu", "gender": "female", "corpus": "emodb"}
    >>> bob = {"language": "deu", "gender": "male", "corpus": "emodb"}
    >>> coincidence([0, 1], [ann, bob])
    {'nmi_language': None, 'nmi_gender': 1.0, 'nmi_corpus': None}
    """
    return {
        f"nmi_{key}": _nmi(labels, [speaker[key] for speaker in speakers])
        for key in KNOWN
    }


def _nmi(labels, names):
    """Information that communities and names share; None if there is none."""
    from sklearn.metrics import normalized_mutual_info_score

    known = [pair for pair in zip(names, labels, strict=True) if pair[0]]
    if len({name for name, _ in known}) < 2:
        return None
    return float(normalized_mutual_info_score(*zip(*known, strict=True)))


def warnings(facts) -> list:
    """Say in plain words what the numbers mean, where it is bad news.

    Arguments
    ---------
    facts : Mapping
        Of one emotion: what ``graphs.quality`` and ``community_confounds`` gave, and
        ``n_languages`` of the speakers.

    Returns
    -------
    list of str
        Sentences.

    Example
    -------
    >>> nmi = {"nmi_language": 0.1, "nmi_gender": None, "nmi_corpus": 0.1}
    >>> warnings(
    ...     {
    ...         **{"n_languages": 2, "n_found": 2, "n_communities": 1},
    ...         **{"is_fallback": True, **nmi},
    ...     }
    ... )[0]
    'No community was large enough and spanned languages (2 were found): ...
    """
    texts = [
        f"Communities are largely the {name} (NMI {nmi:.2f}): they do not "
        "stand for styles of speaking."
        for key, name in KNOWN.items()
        if (nmi := facts[f"nmi_{key}"]) is not None and nmi > NMI_LIMIT
    ]
    if facts["n_languages"] == 1:
        texts.append(
            "All speakers who were heard often enough speak one language: no "
            "community spans two."
        )
    n_found = facts["n_found"]
    if facts["is_fallback"]:
        texts.append(
            "No community was large enough and spanned languages "
            f"({n_found} were found): all speakers are one."
        )
    elif facts["n_communities"] == 1 < n_found:
        texts.append(
            f"Only one of the {n_found} communities found was large enough "
            "and spanned languages: all speakers are one."
        )
    return texts
