"""What dual anchoring found: communities of speakers, and phones as anchors."""

from speechbrain_clser.evaluation import formatting, plots
from speechbrain_clser.evaluation.document import Heading, Items, Table, Text
from speechbrain_clser.evaluation.sections.shared import picture

NOBODY = (
    "No speaker was heard often enough in any emotion, so there are no "
    "communities."
)
NOTHING = (
    "No phone was heard often enough, and voiced an emotion more alike than "
    "others, in both languages: nothing was anchored in phone space."
)
MEASURES = {
    "modularity": "modularity",
    "NMI language": "nmi_language",
    "NMI gender": "nmi_gender",
    "NMI corpus": "nmi_corpus",
    "ARI": "ari_seeds",
}


def anchoring(report: dict) -> list:
    """Show the communities, the anchors, and the guesses they rest on.

    Arguments
    ---------
    report : dict
        From ``report.build``.

    Returns
    -------
    list
        Blocks of ``document``; none where nothing was anchored.
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
            "Speakers who voice an emotion alike, and the phones that voice it "
            f"alike in the languages; seed {found['seed']}, at the end of "
            "training.",
            role="lead",
        ),
        *(_communities(report, emotions) if emotions else [Text(NOBODY)]),
        Text(_styles(found["styles"])),
        *([Table(["emotion", "anchors (weight)"], anchors)] if anchors else []),
        *([] if any(e["anchors"] for e in emotions) else [Text(NOTHING)]),
        *_believed(report),
    ]


def _communities(report, emotions):
    """Graphs, their numbers, and what is wrong with them."""
    warnings = [(e["class"], text) for e in emotions for text in e["warnings"]]
    return [
        picture(
            report,
            plots.speaker_graphs,
            "Each mark is a speaker, joined to those most alike; its colour is "
            "the community, within one emotion only. Of large graphs a part "
            "is shown.",
        ),
        _numbers(emotions),
        Text(
            "Attached speakers were heard too rarely to found a community. NMI "
            "is the information that communities share with the language, the "
            "gender or the corpus of the speakers, 0 to 1: near 1 they are "
            "that, and no styles. ARI tells how far the seeds agree: 1 is the same, 0 is "
            "chance.",
            role="lead",
        ),
        *([Items(warnings)] if warnings else []),
    ]


def _numbers(emotions):
    """A row per emotion; measures that nobody could take are left out."""
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
    """A sentence on what styles were measured from, and what was left out."""
    freed = [
        f"{counts[key]} {words}"
        for key, words in (
            ("own_neutral", "from the speaker's own neutral speech"),
            ("language_mean", "from the mean of the language"),
            ("nothing", "as they are"),
        )
        if counts[key]
    ]
    left_out = [
        f"{formatting.pluralise(counts[key], 'utterance')} of unknown {name}"
        for key, name in (
            ("unknown_speaker", "speaker"),
            ("unknown_emotion", "emotion"),
        )
        if counts[key]
    ]
    said = f"Styles measured: {formatting.enumeration(freed)}." if freed else ""
    if left_out:
        said += f" Left out: {formatting.enumeration(left_out)}."
    return said


def _phones(anchors):
    """Anchors of an emotion on one line, the weightiest first."""
    listed = [f"{one['phone']} ({one['weight']:.2f})" for one in anchors]
    return ", ".join(listed) or "none"


def _believed(report):
    """How many guesses about utterances without label were believed."""
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
            plots.believed_guesses,
            "Guesses about utterances without label that were sure enough to "
            "be believed; a line per seed.",
        ),
        Text(f"Guesses believed at the end: {formatting.enumeration(at_end)}."),
    ]
