"""Communities, anchors and pseudo-labels of a run for its report.

Codes of speakers and languages are replaced by names, the last epoch is
selected, and a layout of each speaker graph is computed for the plots.
"""

import itertools

from speechbrain_clser.evaluation import formatting
from speechbrain_clser.evaluation.document import Heading, Items, Table, Text
from speechbrain_clser.evaluation.plots.style import picture
from speechbrain_clser.graphs.layout import spring_layout
from speechbrain_clser.methods.dual_anchor import plots
from speechbrain_clser.methods.dual_anchor.confounds import (
    ATTRIBUTES,
    community_confounds,
    warnings,
)
from speechbrain_clser.printable import pluralise

# Columns that training encodes as numbers, in alphabetical order of their values.
CODES = ("speaker", "language")
# Maximum nodes and edges of a plotted speaker graph.
N_NODES, N_EDGES = 60, 300
QUALITY = (
    *("n_speakers", "n_edges", "n_communities", "n_found", "is_fallback"),
    *("modularity", "n_attached"),
)

NO_COMMUNITIES = (
    "No speaker has enough utterances of any emotion, so there are no "
    "communities."
)
NO_ANCHORS = (
    "No phone has enough segments and positive reliability in both languages: "
    "there are no phone anchors."
)
MEASURES = {
    "modularity": "modularity",
    "NMI language": "nmi_language",
    "NMI gender": "nmi_gender",
    "NMI corpus": "nmi_corpus",
    "ARI": "ari_seeds",
}


def anchoring(run) -> dict | None:
    """Collect the last communities and anchors, and the pseudo-label counts.

    Arguments
    ---------
    run : evaluation.run.Run
        Of any method.

    Returns
    -------
    dict or None
        None without communities. ``believed``: for each ``seed`` the number of
        pseudo-labels, ``n_believed``, at each epoch with communities, of
        ``n_unlabelled`` utterances. Of the first seed, after its last epoch:
        ``seed``, ``styles`` (see ``graphs.style``) and ``emotions``, each with
        its ``class``, the values of ``graphs.quality``, the confounds,
        ``warnings``, ``ari_seeds``: mean adjusted Rand index (ARI) over pairs
        of seeds, None for one seed; ``anchors``; and ``graph``: speakers,
        languages, communities, coordinates and edges.
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
                **_confounds(facts, names[0], training_rows),
                "ari_seeds": _agreement([of.get(str(k)) for of in tables]),
                "anchors": last["anchors"][str(k)],
                "graph": _graph(facts, *names),
            }
            for k, name in enumerate(run.protocol["classes"])
            if (facts := tables[0].get(str(k)))
        ],
    }


def _training_rows(rows, with_unlabelled, with_shots):
    """Return the lines of parts.csv of the training set."""
    parts = {"train"}
    parts |= {"unlabelled"} if with_unlabelled else set()
    parts |= {"shots"} if with_shots else set()
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


def sections(report) -> list:
    """Render communities, anchors and numbers of pseudo-labels."""
    found = report.get("anchoring")
    if found is None:
        return []
    emotions = found["emotions"]
    anchors = [
        [emotion["class"], _phones(emotion["anchors"])] for emotion in emotions
    ]
    return [
        Heading("Communities and anchors"),
        Text(
            "Communities of speakers with a similar style of an emotion, and "
            f"phones that are similar across languages; seed {found['seed']}, "
            "at the end of training.",
            role="lead",
        ),
        *(
            _communities(report, emotions)
            if emotions
            else [Text(NO_COMMUNITIES)]
        ),
        Text(_styles(found["styles"])),
        *([Table(["emotion", "anchors (weight)"], anchors)] if anchors else []),
        *([] if any(e["anchors"] for e in emotions) else [Text(NO_ANCHORS)]),
        *_pseudo_labels(report),
    ]


def _communities(report, emotions):
    """Render graphs, quality measures and warnings."""
    warnings = [(e["class"], text) for e in emotions for text in e["warnings"]]
    return [
        picture(
            report,
            plots.speaker_graphs,
            "Each mark is a speaker, connected to the most similar speakers; "
            "its colour is the community within this emotion. Large graphs are "
            "subsampled.",
        ),
        _numbers(emotions),
        Text(
            "Attached speakers have too few utterances to be nodes of the graph. "
            "NMI is the normalised mutual information of the communities and "
            "the language, gender or corpus of the speakers, 0 to 1; near 1 the "
            "communities are not speaking styles. ARI is the adjusted Rand index "
            "between seeds: 1 is identical, 0 is chance.",
            role="lead",
        ),
        *([Items(warnings)] if warnings else []),
    ]


def _numbers(emotions):
    """Build the table of quality measures; columns without values are omitted."""
    measures = {
        title: key
        for title, key in MEASURES.items()
        if any(emotion[key] is not None for emotion in emotions)
    }
    return Table(
        ["emotion", "speakers", "attached", "communities", *measures],
        [
            [
                emotion["class"],
                emotion["n_speakers"],
                emotion["n_attached"],
                emotion["n_communities"],
                *(
                    None if emotion[key] is None else f"{emotion[key]:.2f}"
                    for key in measures.values()
                ),
            ]
            for emotion in emotions
        ],
    )


def _styles(counts):
    """Describe the references of the styles and the omitted utterances."""
    references = [
        f"{counts[key]} {words}"
        for key, words in (
            ("own_neutral", "minus neutral speech of the same speaker"),
            ("language_mean", "minus the mean of the language"),
            ("nothing", "without subtraction"),
        )
        if counts[key]
    ]
    left_out = [
        f"{pluralise(counts[key], 'utterance')} of unknown {name}"
        for key, name in (
            ("unknown_speaker", "speaker"),
            ("unknown_emotion", "emotion"),
        )
        if counts[key]
    ]
    text = (
        f"Style vectors: {formatting.enumeration(references)}."
        if references
        else ""
    )
    if left_out:
        text += f" Omitted: {formatting.enumeration(left_out)}."
    return text


def _phones(anchors):
    """List the anchors of an emotion by descending weight."""
    listed = [f"{one['phone']} ({one['weight']:.2f})" for one in anchors]
    return ", ".join(listed) or "none"


def _pseudo_labels(report):
    """Render the numbers of pseudo-labels."""
    lines = report["anchoring"]["believed"]
    if not lines[0]["n_unlabelled"]:
        return []
    at_end = [
        f"{line['n_believed'][-1]} of {line['n_unlabelled']} (seed "
        f"{line['seed']})"
        for line in lines
    ]
    return [
        picture(
            report,
            plots.pseudo_labels,
            "Fraction of unlabelled utterances with a pseudo-label; one line "
            "per seed.",
        ),
        Text(
            "Pseudo-labels at the end of training: "
            f"{formatting.enumeration(at_end)}."
        ),
    ]
