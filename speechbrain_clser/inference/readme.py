"""Write the README.md of a model folder: description, usage, provenance.

Results are added when the report is computed; see ``inference.model_results``. The
card of a published model starts with this README and adds facts of the report; see
``contrib.publish.card``.
"""

import json

from speechbrain_clser import URL
from speechbrain_clser.evaluation import formatting, training_data
from speechbrain_clser.evaluation.tables import cell
from speechbrain_clser.inference.blueprint import constructors
from speechbrain_clser.printable import pluralise
from speechbrain_clser.tasks import RATED

RESULTS, LIMITS = "Results", "Limits"  # headings
OWN = {"speechbrain", "speechbrain_clser", "torch"}  # always installed
INSTALL = """\
With Python 3.10 to 3.13:

```
pip install "speechbrain-clser @ git+{url}{commit}"
```

The model was made by version {version}{changes}."""
PENDING = (
    "Not computed when this folder was exported; `clser report RUN` adds them, "
    "where RUN is the folder of the run."
)
LEARNT_FROM = {
    "acted": "All training data is acted speech; spontaneous emotions are "
    "weaker and mixed, and classes may have another meaning.",
    "synthetic": "All training data is synthetic speech. The model is not "
    "suitable for human speech.",
    "natural": "The training data was labelled by listeners: the model predicts "
    "perceived emotions, not what a speaker felt.",
    "unknown": "It is not known whether the training data is acted or natural "
    "speech.",
}
# Placeholder for the path of the model; a card replaces it by the hub id.
FOLDER = "path/of/this/folder"
LOADING = f"""```python
from speechbrain_clser.inference.classifier import EmotionClassifier

classifier = EmotionClassifier.from_hparams("{FOLDER}")
prediction = classifier.classify_file("recording.wav")  # any rate and channels
print(prediction.emotion, prediction.probabilities)
```

If `speechbrain-clser` is installed, SpeechBrain's own class loads it too and gives
the uncalibrated probabilities of the evaluation:

```python
from speechbrain.inference.classifiers import EncoderClassifier

classifier = EncoderClassifier.from_hparams(source="{FOLDER}")
log_probabilities, score, index, labels = classifier.classify_file("recording.wav")
```

Inference on a GPU: give both classes the argument `run_opts={{"device": "cuda"}}`."""

LOADING_RATED = f"""```python
from speechbrain_clser.inference.classifier import EmotionClassifier

classifier = EmotionClassifier.from_hparams("{FOLDER}")
ratings = classifier.classify_file("recording.wav")  # any rate and channels
print(ratings.values)
```

If `speechbrain-clser` is installed, SpeechBrain's own class loads it too:

```python
from speechbrain.inference.classifiers import EncoderClassifier

classifier = EncoderClassifier.from_hparams(source="{FOLDER}")
values, *_ = classifier.classify_file("recording.wav")
```"""

ADAPTING = """The model can be adapted to 20 or more unlabelled recordings, such as \
a new corpus: `clser predict {folder} recordings/ \
--adapt`, or `adapted = classifier.adapt(files)` and `adapted.save(folder)`.{first} \
{source}"""
FIRST = (
    " This model was trained on features normalised by {by}: call "
    "`classifier.normalise_with(files)` before `adapt`; `--adapt` does both."
)
TRANSCRIPTS = (
    "It reads the audio and its transcript: `classifier.classify_file(path, "
    "text=...)`, or `clser predict --texts`. Without a transcript, such as in "
    "SpeechBrain's own class, it uses the audio alone, and adds the note `no_text`."
)

NORMALISED = {
    "none": "Features are normalised by statistics of the training corpora, "
    "which are in the folder.",
    "corpus": "In training and evaluation, features were normalised by the "
    "statistics of each corpus, including the test corpus. A single file does "
    "not provide such statistics: the statistics of the training corpora are "
    "used, and the scores of the report do not apply, until "
    "`classifier.normalise_with(files)` is called with recordings made under "
    "the same conditions.",
    "speaker": "In training and evaluation, features were normalised by the "
    "statistics of each speaker, including test speakers. A single file does "
    "not provide such statistics: the statistics of the training corpora are "
    "used, and the scores of the report do not apply, until "
    "`classifier.normalise_with(files)` is called with recordings of the "
    "speaker in several emotions.",
}


def readme(training, values, how, adapting) -> str:
    """Write the README of a model."""
    run = training.parent
    ledger, protocol, data, environment = (
        json.loads((run / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("ledger", "protocol", "data", "environment")
    )
    used = {"data": data, "ledger": ledger}
    method = values["method"].path.split(".")[-2]
    is_rated = values.get("task") == RATED
    names = cell(", ".join(values["classes"]))
    outputs = f"Classes, in the order of the probabilities: {names}."
    temperature = (
        "`EmotionClassifier` divides the logits by a temperature of "
        f"{values['temperature']:.2f}, fitted on validation utterances of the "
        "training languages; probabilities may not be calibrated in other "
        "languages."
    )
    if is_rated:
        outputs = (
            f"It predicts values from 0 to 1, in this order: {names}. Ratings "
            "of the training corpora were mapped from their scales to 0-1."
        )
    encoders = [*_encoders(values)]
    reads_text = any(new.path.endswith(".TextEncoder") for new in encoders)
    is_adaptable = not (is_rated or reads_text)
    return (
        "\n\n".join(
            [
                f"# Speech emotion recogniser: {method}",
                *_warning(training_data.synthetic(used)),
                outputs,
                *([TRANSCRIPTS] if reads_text else []),
                "## Install",
                _install(environment) + _packages(values),
                "## Use",
                LOADING_RATED if is_rated else LOADING,
                *(["## Adaptation"] if is_adaptable else []),
                *(
                    [_adapting(values["normalise_by"], adapting)]
                    if is_adaptable
                    else []
                ),
                f"## {RESULTS}",
                PENDING,
                f"## {LIMITS}",
                "\n".join(
                    f"- {limit}"
                    for limit in limits(
                        used, [*map(cell, values["classes"])], is_rated
                    )
                ),
                "## How it was made",
                f"Supervision: {cell(ledger['sentence'])}. Protocol "
                f"{cell(protocol['name'])} ({protocol['digest']}). {how}",
                f"{NORMALISED[values['normalise_by']]} {_encoder(values, encoders)}"
                f"{_longest(values)}",
                *([] if is_rated else [temperature]),
            ]
        )
        + "\n"
    )


def limits(report: dict, classes: list, is_rated: bool = False) -> list:
    """List the limits of a model: its outputs and its training data."""
    kinds = {card["elicitation"] for card in training_data.cards(report)}
    train = report["data"]["parts"]["train"]
    outputs = formatting.enumeration(classes)
    return [
        f"It predicts {outputs} for any input, also without speech."
        if is_rated
        else f"It predicts one of {outputs} for any input; with "
        "`min_confidence`, EmotionClassifier predicts `unknown` below a "
        "probability.",
        f"It was trained on {pluralise(train['speakers'], 'speaker')} and "
        f"{train['minutes']} minutes of labelled speech.",
        *([LEARNT_FROM[kind] for kind in kinds] if len(kinds) == 1 else []),
    ]


def _warning(titles):
    """Return the warning of a model that was trained on synthetic speech."""
    if not titles:
        return []
    return [
        f"**Warning: trained on synthetic speech ({cell(', '.join(titles))}). Do not "
        "use this model on human speech; its scores do not apply to it.**"
    ]


def _adapting(by, source):
    """Return the section on adaptation and the normalisation it needs."""
    first = "" if by == "none" else FIRST.format(by=by)
    return ADAPTING.format(folder=FOLDER, first=first, source=source)


def _install(environment):
    """Return how to install the version that exported the model."""
    commit, _, changes = environment.get("commit", "").partition("-")
    return INSTALL.format(
        url=URL,
        commit=f"@{commit}" if commit else "",
        version=environment["packages"]["speechbrain-clser"],
        changes=", with local changes" if changes else "",
    )


def _packages(values):
    """Return which packages of other authors have to be installed too."""
    found = {new.path.partition(".")[0] for new in constructors(values)} - OWN
    return "".join(
        f" It contains parts of the package `{name}`: install that too."
        for name in sorted(found)
    )


def _encoders(values):
    """Yield the constructors of pretrained encoders that are downloaded."""
    for new in constructors(values["extractor"]):
        if new.arguments.get("source"):
            yield new


def _encoder(values, downloaded):
    """Return where the weights of the pretrained encoders are loaded from."""
    found = []
    if "encoder" in values:
        revision = values["encoder"].arguments["config"].arguments["revision"]
        found.append(
            f"The pretrained encoder (revision `{revision}`) is in the folder "
            "and is not downloaded; its own licence applies to it."
        )
    for new in downloaded:
        source = new.arguments["source"]
        revision = new.arguments["config"].arguments["revision"]
        found.append(
            f"The pretrained encoder [{source}](https://huggingface.co/"
            f"{source}) is downloaded at revision `{revision}` when the "
            "model is loaded for the first time."
        )
    return " ".join(found) or "The model needs no other files."


def _longest(values):
    """Return the maximum input length, if there is one."""
    longest_s = values["recogniser"].arguments["longest_s"]
    if longest_s is None:
        return ""
    return (
        f" It was trained and scored on the first {longest_s:g} s of a "
        "recording and ignores the rest; `classifier.classify_long` classifies "
        "longer recordings in windows."
    )
