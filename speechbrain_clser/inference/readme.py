"""The README.md of a model folder: what it is, how to load it, where from.

The results follow when the report is computed; see ``publish.model_results``. A
model that is published has it as the first half of its card, which adds what
else the report knows; see ``publish.card``.
"""

import json

from speechbrain_clser.evaluation import formatting
from speechbrain_clser.evaluation.tables import cell
from speechbrain_clser.inference.blueprint import New
from speechbrain_clser.publish import training_data

RESULTS, LIMITS = "Results", "Limits"  # headings
INSTALL = """\
`speechbrain-clser` is not on PyPI. With Python 3.10 to 3.13, install it in a \
clone of its repository:

```
git checkout {commit}
pip install .
```

The model was made by version {version}{changes}."""
PENDING = (
    "Not computed when this folder was exported; `clser report RUN` adds them, "
    "RUN being the folder of the run."
)
LEARNT_FROM = {
    "acted": "All speech that it was trained on was acted; emotions of daily "
    "life are weaker, mixed, and mean other things.",
    "synthetic": "All speech that it was trained on was made by a speech "
    "synthesiser. It is of no use on speech of people.",
    "natural": "What it was trained on was labelled by listeners: it gives the "
    "emotion that they perceived, not what a speaker felt.",
    "unknown": "Whether what it was trained on was acted or felt is not known.",
}
# Stands for where the model lies; a card puts its hub id there.
FOLDER = "path/of/this/folder"
LOADING = f"""```python
from speechbrain_clser.inference.classifier import EmotionClassifier

classifier = EmotionClassifier.from_hparams("{FOLDER}")
answer = classifier.classify_file("recording.wav")  # any rate and channels
print(answer.emotion, answer.probabilities)
```

SpeechBrain's own class loads it too, wherever `speechbrain-clser` is installed,
and gives the probabilities of the evaluation, uncalibrated:

```python
from speechbrain.inference.classifiers import EncoderClassifier

classifier = EncoderClassifier.from_hparams(source="{FOLDER}")
log_probabilities, score, index, labels = classifier.classify_file("recording.wav")
```"""

ADAPTING = """To a set of recordings without labels, such as a new corpus, the \
model can be adapted, from 20 recordings on: `clser predict {folder} recordings/ \
--adapt`, or `adapted = classifier.adapt(files)` and `adapted.save(folder)`.{first} \
{source}"""
FIRST = (
    " This model was trained on features normalised by {by}: call "
    "`classifier.normalise_with(files)` before `adapt`; `--adapt` does both."
)

NORMALISED = {
    "none": "Features are normalised by statistics of the training corpora, "
    "which are in the folder.",
    "corpus": "It was trained and scored on features normalised by the "
    "statistics of each corpus, those of the scored one included. A file alone "
    "tells no such statistics: until `classifier.normalise_with(files)` is "
    "given recordings made under the same conditions, those of the training "
    "corpora stand in, and the scores of the report do not apply.",
    "speaker": "It was trained and scored on features normalised by the "
    "statistics of each speaker, of the scored corpus too. A file alone tells "
    "no such statistics: until `classifier.normalise_with(files)` is given "
    "recordings of the speaker in several emotions, those of the training "
    "corpora stand in, and the scores of the report do not apply.",
}


def readme(training, values, how, adapting) -> str:
    """Write the README of a model.

    Arguments
    ---------
    training : Path
        Folder of the training; what its run wrote down lies beside it.
    values : dict
        Top-level keys of the model's YAML.
    how : str
        The training was chosen.
    adapting : str
        What the model holds for adaptation; see ``source_summary.write``.

    Returns
    -------
    str
        Markdown.
    """
    run = training.parent
    ledger, protocol, data, environment = (
        json.loads((run / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("ledger", "protocol", "data", "environment")
    )
    used = {"data": data, "ledger": ledger}
    method = values["method"].path.split(".")[-2]
    return "\n\n".join(
        [
            f"# Speech emotion recogniser: {method}",
            *_warning(training_data.synthetic(used)),
            f"Classes, in the order of the probabilities: "
            f"{cell(', '.join(values['classes']))}.",
            "## Install",
            _install(environment),
            "## Use",
            LOADING,
            "## Adaptation",
            _adapting(values["normalise_by"], adapting),
            f"## {RESULTS}",
            PENDING,
            f"## {LIMITS}",
            "\n".join(
                f"- {limit}"
                for limit in limits(used, [*map(cell, values["classes"])])
            ),
            "## How it was made",
            f"Supervision: {cell(ledger['sentence'])}. Protocol "
            f"{cell(protocol['name'])} ({protocol['digest']}). {how}",
            f"{NORMALISED[values['normalise_by']]} {_encoder(values)}"
            f"{_longest(values)}",
            f"`EmotionClassifier` divides the logits by a temperature of "
            f"{values['temperature']:.2f}, found on validation utterances of "
            "the training languages; how sure the model should be in another "
            "language, that does not tell.\n",
        ]
    )


def limits(report: dict, classes: list) -> list:
    """Say where a model ends: its classes, and what it was trained on.

    Arguments
    ---------
    report : dict
        ``data`` and ``ledger`` of a run.
    classes : list of str
        Of the model.

    Returns
    -------
    list of str
        Sentences.
    """
    kinds = {card["elicitation"] for card in training_data.cards(report)}
    train = report["data"]["parts"]["train"]
    return [
        f"It answers with one of {formatting.enumeration(classes)} whatever is "
        "said; EmotionClassifier can answer `unknown` below a probability.",
        f"It was trained on {formatting.pluralise(train['speakers'], 'speaker')} and "
        f"{train['minutes']} minutes of labelled speech.",
        *([LEARNT_FROM[kind] for kind in kinds] if len(kinds) == 1 else []),
    ]


def _warning(titles):
    """What a user of a model of synthetic speech has to read first."""
    if not titles:
        return []
    return [
        f"**Warning: trained on synthetic speech ({cell(', '.join(titles))}). Do not "
        "use this model on speech of people; its scores say nothing about it.**"
    ]


def _adapting(by, source):
    """How to adapt the model, and what to normalise first."""
    first = "" if by == "none" else FIRST.format(by=by)
    return ADAPTING.format(folder=FOLDER, first=first, source=source)


def _install(environment):
    """How to install the version that made the model."""
    commit, _, changes = environment.get("commit", "").partition("-")
    text = INSTALL.format(
        commit=commit,
        version=environment["packages"]["speechbrain-clser"],
        changes=", with local changes" if changes else "",
    )
    return text if commit else text.replace("git checkout \n", "")


def _encoder(values):
    """Where the frames come from, and what loading needs for that."""
    if "encoder" in values:
        revision = values["encoder"].arguments["config"].arguments["revision"]
        return (
            f"The pretrained encoder (revision `{revision}`) is in the folder "
            "and asks no hub; its own licence holds for it."
        )
    for found in _inside(values["extractor"]):
        if source := found.get("source"):
            revision = found["config"].arguments["revision"]
            return (
                f"The pretrained encoder [{source}](https://huggingface.co/"
                f"{source}) is fetched at revision `{revision}` when the "
                "model is loaded for the first time."
            )
    return "Nothing else is needed."


def _longest(values):
    """What of a recording is heard, if it is not all."""
    longest_s = values["recogniser"].arguments["longest_s"]
    if longest_s is None:
        return ""
    return (
        f" It was trained and scored on the first {longest_s:g} s of a "
        "recording, and hears no more of one; `classifier.classify_long` hears "
        "longer ones in windows."
    )


def _inside(value):
    """Arguments of every constructor in a blueprint."""
    if isinstance(value, New):
        yield value.arguments
        for inner in value.arguments.values():
            yield from _inside(inner)
