"""Communities and anchors that dual anchoring found, as the report tells them.

Training writes what it found in codes. Here speakers and languages get their
names back, the last epoch is singled out, and each speaker graph gets a layout:
so plots have only to draw it.
"""

import itertools
from collections.abc import Sequence

from speechbrain_clser.evaluation.layout import spring_layout
from speechbrain_clser.evaluation.run import Seed
from speechbrain_clser.evaluation.styles import (
    KNOWN,
    community_confounds,
    warnings,
)

# What training knows by numbers: those heard, in alphabetical order.
CODES = ("speaker", "language")
# What of a speaker graph fits into a small picture.
N_NODES, N_EDGES = 60, 300
QUALITY = (
    *("n_speakers", "n_edges", "n_communities", "n_found", "is_fallback"),
    *("modularity", "n_attached"),
)


def anchoring(
    seeds: Sequence[Seed], rows: list, classes: Sequence, n_shots: int = 0
) -> dict | None:
    """Tell what was found last, and how the guesses that led there grew.

    Arguments
    ---------
    seeds : sequence of Seed
        Of one run.
    rows : list of dict
        Lines of parts.csv.
    classes : sequence of str
        In the order of the logits.
    n_shots : int
        Labelled target utterances that training heard.

    Returns
    -------
    dict or None
        None where nothing was anchored. ``believed``: for each ``seed`` the
        guesses believed, ``n_believed``, at each epoch that found
        communities, of ``n_unlabelled``. Of the first seed, at its end:
        ``seed``, ``styles`` (see ``graphs.style``) and ``emotions``, each
        with its ``class``, what ``graphs.quality`` gave, how far communities
        are something else (see ``styles``), ``warnings``, ``ari_seeds``: mean
        adjusted Rand index (ARI) over pairs of seeds, None for one seed;
        ``anchors``; and ``graph``: names of speakers, their languages,
        communities and places, and pairs of them that are joined.
    """
    found = [(s.number, s.notes["anchoring"]) for s in seeds if _is_told(s)]
    if not found:
        return None
    number, history = found[0]
    last = history[-1]
    training_rows = _heard(rows, bool(last["n_unlabelled"]), bool(n_shots))
    names = [sorted({row[key] for row in training_rows}) for key in CODES]
    tables = [h[-1]["communities"]["emotions"] for _, h in found]
    return {
        "seed": number,
        "styles": last["communities"]["styles"],
        "believed": [
            {
                "seed": seed,
                "n_believed": [epoch["n_believed"] for epoch in epochs],
                "n_unlabelled": epochs[-1]["n_unlabelled"],
            }
            for seed, epochs in found
        ],
        "emotions": [
            {
                "class": name,
                **{key: facts[key] for key in QUALITY},
                **_beside(facts, names[0], training_rows),
                "ari_seeds": _agreement([of.get(str(k)) for of in tables]),
                "anchors": last["anchors"][str(k)],
                "graph": _graph(facts, *names),
            }
            for k, name in enumerate(classes)
            if (facts := tables[0].get(str(k)))
        ],
    }


def _is_told(seed):
    """Whether a seed has found communities at all."""
    return bool(seed.notes.get("anchoring"))


def _heard(rows, with_unlabelled, with_shots):
    """Lines of parts.csv that training heard."""
    parts = {"train"}
    parts |= {"unlabelled"} if with_unlabelled else set()
    parts |= {"shots"} if with_shots else set()
    return [row for row in rows if row["part"] in parts]


def _beside(facts, speakers, training_rows):
    """What the communities of an emotion are besides, and what that means."""
    known = {
        row["speaker"]: {key: row.get(key, "") for key in KNOWN}
        for row in training_rows
    }
    parted = [known[speakers[code]] for code in facts["speakers"]]
    found = {
        **community_confounds(facts["labels"], parted),
        "n_languages": len({speaker["language"] for speaker in parted}),
    }
    return {**found, "warnings": warnings({**facts, **found})}


def _agreement(facts):
    """Mean ARI of all pairs of seeds, over the speakers that both parted."""
    from sklearn.metrics import adjusted_rand_score

    parted = [
        dict(zip(one["speakers"], one["labels"], strict=True))
        for one in facts
        if one
    ]
    scores = []
    for first, second in itertools.combinations(parted, 2):
        both = sorted(first.keys() & second.keys())
        if both:
            labels = [[one[s] for s in both] for one in (first, second)]
            scores.append(float(adjusted_rand_score(*labels)))
    return sum(scores) / len(scores) if scores else None


def _graph(facts, speakers, languages):
    """A speaker graph with places, thinned out evenly where it is large."""
    labels, spoken = facts["labels"], facts["languages"]
    order = sorted(range(len(labels)), key=lambda i: (labels[i], spoken[i], i))
    shown = _thinned(order, N_NODES)
    place = {node: k for k, node in enumerate(shown)}
    edges = [
        [place[i], place[j]]
        for i, j in facts["edges"]
        if i < j and i in place and j in place
    ]
    where = spring_layout(len(shown), edges)
    return {
        "speaker": [speakers[facts["speakers"][i]] for i in shown],
        "language": [languages[spoken[i]] for i in shown],
        "community": [labels[i] for i in shown],
        "x": where[:, 0].round(3).tolist(),
        "y": where[:, 1].round(3).tolist(),
        "edges": _thinned(edges, N_EDGES),
    }


def _thinned(items, n):
    """So many of a list at most, evenly spread."""
    step = max(1.0, len(items) / n)
    return [items[int(k * step)] for k in range(min(n, len(items)))]
