"""Communities, anchors and pseudo-labels of a run for its report.

Codes of speakers and languages are replaced by names, the last epoch is
selected, and a layout of each speaker graph is computed for the plots.
"""

import itertools

from speechbrain_clser.graphs.layout import spring_layout
from speechbrain_clser.methods.dual_anchor.confounds import (
    ATTRIBUTES,
    community_confounds,
    warnings,
)

# Columns that training encodes as numbers, in alphabetical order of their values.
CODES = ("speaker", "language")
# Maximum nodes and edges of a plotted speaker graph.
N_NODES, N_EDGES = 60, 300
QUALITY = (
    *("n_speakers", "n_edges", "n_communities", "n_found", "is_fallback"),
    *("modularity", "n_attached"),
)


def anchoring(run) -> dict | None:
    """Collect the last communities and anchors, and the pseudo-label counts.

    Arguments
    ---------
    run : evaluation.run.Run
        Of any method.

    Returns
    -------
    dict or None
        None without communities. ``pseudo_labels``: for each ``seed`` the number of
        pseudo-labels, ``n_pseudo_labels``, at each epoch with communities, of
        ``n_unlabelled`` utterances. Of the first seed, after its last epoch:
        ``seed``, ``styles`` (see ``graphs.style``) and ``emotions``, each with
        its ``class``, the values of ``graphs.modularity.quality``, the confounds,
        ``warnings``, ``ari_seeds``: mean adjusted Rand index (ARI) over pairs
        of seeds, None for one seed; ``anchors``; and ``graph``: speakers,
        languages, communities, coordinates and edges. ``right_pseudo_labels``:
        see ``_right_pseudo_labels``; empty in runs of version 0.1.
    """
    found = [
        (seed.number, history)
        for seed in run.first_trial
        if (history := seed.notes.get("anchoring"))
    ]
    if not found:
        return None
    number, history = found[0]
    last = history[-1]
    training_rows = _training_rows(
        run.rows, bool(last["n_unlabelled"]), bool(run.ledger["target_labels"])
    )
    names = [sorted({row[key] for row in training_rows}) for key in CODES]
    tables = [h[-1]["communities"]["emotions"] for _, h in found]
    return {
        "seed": number,
        "styles": last["communities"]["styles"],
        "pseudo_labels": [
            {
                "seed": seed,
                "n_pseudo_labels": [
                    epoch["n_pseudo_labels"] for epoch in epochs
                ],
                "n_unlabelled": epochs[-1]["n_unlabelled"],
            }
            for seed, epochs in found
        ],
        "right_pseudo_labels": _right_pseudo_labels(run, number),
        "emotions": [
            {
                "class": name,
                **{key: facts[key] for key in QUALITY},
                **_confounds(facts, names[0], training_rows),
                "ari_seeds": _agreement([of.get(str(k)) for of in tables]),
                "anchors": last["anchors"][str(k)],
                "graph": _graph(facts, *names),
            }
            for k, name in enumerate(run.protocol["classes"])
            if (facts := tables[0].get(str(k)))
        ],
    }


def _right_pseudo_labels(run, number):
    """Count the pseudo-labels of a seed by class, and the right ones.

    Training does not have the true labels. They are known of test utterances:
    ``n_known`` of the ``n`` of a class, of which ``n_right`` are right.
    """
    (seed,) = [seed for seed in run.first_trial if seed.number == number]
    table = seed.notes.get("pseudo_labels", {})
    test = seed.predictions.get("test")
    true = {}
    if test is not None:
        true = dict(zip(test.id.tolist(), test.target.tolist(), strict=True))
    counts = []
    for k, name in enumerate(run.protocol["classes"]):
        ids = [utterance for utterance, label in table.items() if label == k]
        known = [true[utterance] for utterance in ids if utterance in true]
        counts.append(
            {
                "class": name,
                "n": len(ids),
                "n_known": len(known),
                "n_right": known.count(k),
            }
        )
    return counts if table else []


def _training_rows(rows, with_unlabelled, with_shots):
    """Return the lines of parts.csv of the training set."""
    parts = {"train"}
    parts |= {"unlabelled"} if with_unlabelled else set()
    parts |= {"target_labelled"} if with_shots else set()
    return [row for row in rows if row["part"] in parts]


def _confounds(facts, speakers, training_rows):
    """Compute the confounds of the communities of an emotion, and warnings."""
    attributes = {
        row["speaker"]: {key: row.get(key, "") for key in ATTRIBUTES}
        for row in training_rows
    }
    members = [attributes[speakers[code]] for code in facts["speakers"]]
    found = {
        **community_confounds(facts["labels"], members),
        "n_languages": len({speaker["language"] for speaker in members}),
    }
    return {**found, "warnings": warnings({**facts, **found})}


def _agreement(facts):
    """Compute the mean ARI of all pairs of seeds, over their common speakers."""
    from sklearn.metrics import adjusted_rand_score

    partitions = [
        dict(zip(one["speakers"], one["labels"], strict=True))
        for one in facts
        if one
    ]
    scores = []
    for first, second in itertools.combinations(partitions, 2):
        both = sorted(first.keys() & second.keys())
        if both:
            labels = [[one[s] for s in both] for one in (first, second)]
            scores.append(float(adjusted_rand_score(*labels)))
    return sum(scores) / len(scores) if scores else None


def _graph(facts, speakers, languages):
    """Return a speaker graph with coordinates, subsampled if it is large."""
    labels, codes = facts["labels"], facts["languages"]
    order = sorted(range(len(labels)), key=lambda i: (labels[i], codes[i], i))
    shown = _subsample(order, N_NODES)
    place = {node: k for k, node in enumerate(shown)}
    edges = [
        [place[i], place[j]]
        for i, j in facts["edges"]
        if i < j and i in place and j in place
    ]
    coordinates = spring_layout(len(shown), edges)
    return {
        "speaker": [speakers[facts["speakers"][i]] for i in shown],
        "language": [languages[codes[i]] for i in shown],
        "community": [labels[i] for i in shown],
        "x": coordinates[:, 0].round(3).tolist(),
        "y": coordinates[:, 1].round(3).tolist(),
        "edges": _subsample(edges, N_EDGES),
    }


def _subsample(items, n):
    """Return at most ``n`` evenly spaced items."""
    step = max(1.0, len(items) / n)
    return [items[int(k * step)] for k in range(min(n, len(items)))]
