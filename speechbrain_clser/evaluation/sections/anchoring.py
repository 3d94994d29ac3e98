"""Section on the speaker communities and phone anchors of dual anchoring."""

from speechbrain_clser.evaluation import formatting, plots
from speechbrain_clser.evaluation.document import Heading, Items, Table, Text
from speechbrain_clser.evaluation.sections.shared import picture
from speechbrain_clser.printable import pluralise

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


def anchoring(report: dict) -> list:
    """Render communities, anchors and numbers of pseudo-labels.

    Arguments
    ---------
    report : dict
        From ``report.build``.

    Returns
    -------
    list
        Blocks of ``document``; empty without dual anchoring.
    """
    found = report["anchoring"]
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
