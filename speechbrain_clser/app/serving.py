"""The page itself: Gradio around what was heard, with nothing fetched."""

import json
import os
from html import escape
from pathlib import Path

from speechbrain_clser.app.analysis import analyse
from speechbrain_clser.app.rendering import complaint, render
from speechbrain_clser.errors import BadAudioError
from speechbrain_clser.evaluation import formatting
from speechbrain_clser.inference.classifier import EmotionClassifier
from speechbrain_clser.inference.source import locate

STYLE = Path(__file__).with_name("page.css")
CALIBRATED = (
    "Its probabilities are calibrated on the languages that it was trained on; "
    "in another they are a guess."
)
SYNTHETIC = (
    "Trained on synthetic speech: of no use on speech of people, and its score "
    "says nothing about it."
)
NO_RESULTS = "Its folder holds no results; see the report of its run."
NORMALISED = (
    " It was trained on features normalised by the statistics of each {by}; "
    "those of the training corpora stand in for them here."
)


def show(classifier, path) -> str:
    """Hear a recording, and draw what was heard; the one thing the page does.

    Arguments
    ---------
    classifier : EmotionClassifier
        Of the page.
    path : str or None
        Of the recording; None when it was taken away.

    Returns
    -------
    str
        HTML, empty without a recording.
    """
    if path is None:
        return ""
    try:
        return render(analyse(classifier, path))
    except BadAudioError as error:
        return complaint(error, path)


def read_results(folder) -> dict | None:
    """Read the score of a model.

    Arguments
    ---------
    folder : Path
        Of the model.

    Returns
    -------
    dict or None
        See ``publish.model_results.summary``; None where no report was made.

    Raises
    ------
    ValueError
        If results.json holds something else.
    """
    path = folder / "results.json"
    if not path.is_file():
        return None
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        scored(found)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"{path}: expected the results of a model, found something else "
            f"({type(error).__name__}: {error}); delete it, or type clser "
            "report RUN"
        ) from error
    return found


def scored(results) -> str:
    """Say how well a model does, on what.

    Arguments
    ---------
    results : dict
        From ``read_results``.

    Returns
    -------
    str
        HTML.
    """
    uar, supervision = results["uar"], escape(results["supervision"])
    over = formatting.trainings(results["trials"], results["seeds"])
    text = (
        f"<b>UAR {formatting.percent(uar['mean'])} %</b> on "
        f"{escape(results['languages'])} · 95 % interval "
        f"{formatting.interval(uar)} · chance "
        f"{formatting.percent(results['chance_uar'])} % · {over} · "
        f"{formatting.pluralise(int(results['speakers']), 'speaker')}. Method "
        f"{escape(results['method'])}, protocol {escape(results['protocol'])}: "
        f"{supervision}."
    )
    if results["synthetic"]:
        text += f" <strong>{SYNTHETIC}</strong>"
    return text


def introduction(classifier, name="", results=None) -> str:
    """Say which model it is, how well it does, and which classes it has.

    Arguments
    ---------
    classifier : EmotionClassifier
        Of the page.
    name : str
        Of the model: its path or hub id.
    results : dict, optional
        From ``read_results``.

    Returns
    -------
    str
        HTML.
    """
    # Words of a model folder, which may be anybody's.
    *others, last = map(escape, classifier.classes)
    by = escape(str(classifier.hparams.normalise_by))
    more = "" if by == "none" else NORMALISED.format(by=by)
    score = scored(results) if results else NO_RESULTS
    return (
        '<div class="about"><h1>Emotion in speech</h1><p>Record a few seconds, '
        f"or give a file. This model tells apart {', '.join(others)} and "
        f"{last}. {CALIBRATED}{more}</p><p>Model: <code>{escape(name)}</code>. "
        f"{score}</p></div>"
    )


def page(classifier, name="", results=None):
    """Build the page.

    Arguments
    ---------
    classifier : EmotionClassifier
        That answers.
    name, results
        As for ``introduction``.

    Returns
    -------
    gradio.Blocks
        To be launched.

    Raises
    ------
    ImportError
        If gradio is missing.
    """
    gradio = _gradio()
    with gradio.Blocks(
        title="Emotion in speech", analytics_enabled=False
    ) as blocks:
        gradio.HTML(introduction(classifier, name, results))
        recording = gradio.Audio(
            sources=["microphone", "upload"],
            type="filepath",
            show_label=False,
            editable=False,
            buttons=[],
        )
        analysis = gradio.HTML()
        recording.change(
            lambda path: show(classifier, path),
            recording,
            analysis,
            api_name="hear",
        )
    return blocks


def serve(model_folder, host="127.0.0.1", port=None, is_open=False):
    """Serve the page until it is interrupted; nothing leaves the machine.

    Arguments
    ---------
    model_folder : str or Path
        As for ``EmotionClassifier.from_hparams``.
    host : str
        Address to listen at; by default nobody else reaches it.
    port : int, optional
        By default the first free one from 7860 on.
    is_open : bool
        Whether to open a browser.

    Raises
    ------
    ImportError
        If gradio is missing.
    """
    gradio = _gradio()
    folder = locate(model_folder)
    results = read_results(folder)
    classifier = EmotionClassifier.from_hparams(folder)
    page(classifier, str(model_folder), results).launch(
        **looks(gradio),
        server_name=host,
        server_port=port,
        inbrowser=is_open,
        share=False,
    )


def looks(gradio) -> dict:
    """Options of ``launch`` that make the page calm, and need no network.

    Arguments
    ---------
    gradio : module
        Wanted for its theme.

    Returns
    -------
    dict
        Theme of fonts that are there already, style, no links.
    """
    theme = gradio.themes.Base(
        primary_hue="slate",
        neutral_hue="slate",
        font=["system-ui", "Segoe UI", "Helvetica Neue", "Arial", "sans-serif"],
        font_mono=["ui-monospace", "Menlo", "Consolas", "monospace"],
    )
    return {"theme": theme, "css": STYLE.read_text(), "footer_links": []}


def _gradio():
    """The library, told before it is loaded to report to nobody."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    try:
        import gradio
    except ImportError as error:
        raise ImportError(
            f"the page needs {error.name}, found none; "
            "pip install -e '.[app]' in the clone of speechbrain-clser"
        ) from error
    return gradio
