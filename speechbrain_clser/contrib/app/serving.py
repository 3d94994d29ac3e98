"""Serve the Gradio page without external resources."""

import json
import os
from html import escape
from pathlib import Path

from speechbrain_clser.contrib.app.analysis import analyse
from speechbrain_clser.contrib.app.rendering import complaint, render
from speechbrain_clser.errors import BadAudioError
from speechbrain_clser.evaluation import formatting
from speechbrain_clser.inference.classifier import EmotionClassifier
from speechbrain_clser.inference.source import locate
from speechbrain_clser.printable import pluralise
from speechbrain_clser.tasks import RATED

STYLE = Path(__file__).with_name("page.css")
CALIBRATED = (
    "Its probabilities are calibrated on the training languages; they may not "
    "be calibrated in other languages."
)
SYNTHETIC = (
    "Trained on synthetic speech: not suitable for human speech, and its score "
    "does not apply to it."
)
NO_RESULTS = "Its folder has no results; see the report of its run."
NORMALISED = (
    " It was trained on features normalised by the statistics of each {by}; "
    "here, statistics of the training corpora are used instead."
)


def show(classifier, path) -> str:
    """Analyse a recording and render the result.

    The result is empty without a recording.
    """
    if path is None:
        return ""
    try:
        return render(analyse(classifier, path))
    except BadAudioError as error:
        return complaint(error, path)


def read_results(folder) -> dict | None:
    """Read the scores of a model.

    None without a report; see ``inference.model_results.summary``.
    """
    path = folder / "results.json"
    if not path.is_file():
        return None
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        scores(found)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"{path}: expected the results of a model, found other content "
            f"({type(error).__name__}: {error}); delete this file, or run "
            "clser report RUN"
        ) from error
    return found


def scores(results) -> str:
    """Render the scores of a model and the test data."""
    supervision = escape(results["supervision"])
    over = formatting.trainings(results["trials"], results["seeds"])
    if ccc := results.get("ccc"):
        score = f"Mean CCC {formatting.decimal(ccc['mean'])}"
        interval, chance = formatting.decimal_interval(ccc), ""
    else:
        uar = results["uar"]
        score = f"UAR {formatting.percent(uar['mean'])} %"
        interval = formatting.interval(uar)
        chance = f" · chance {formatting.percent(results['chance_uar'])} %"
    text = (
        f"<b>{score}</b> on {escape(results['languages'])} · 95 % interval "
        f"{interval}{chance} · {over} · "
        f"{pluralise(int(results['speakers']), 'speaker')}. Method "
        f"{escape(results['method'])}, protocol {escape(results['protocol'])}: "
        f"{supervision}."
    )
    if results["synthetic"]:
        text += f" <strong>{SYNTHETIC}</strong>"
    return text


def introduction(classifier, name="", results=None) -> str:
    """Render the name, the classes and the scores of the model."""
    # Escape text from an untrusted model folder.
    names = formatting.enumeration([*map(escape, classifier.classes)])
    outputs = f"The classes are {names}. {CALIBRATED}"
    if classifier.task == RATED:
        outputs = f"The model predicts values of {names} from 0 to 1."
    by = escape(str(classifier.hparams.normalise_by))
    more = "" if by == "none" else NORMALISED.format(by=by)
    score = scores(results) if results else NO_RESULTS
    return (
        '<div class="about"><h1>Emotion in speech</h1><p>Record a few seconds '
        f"or upload a file. {outputs}{more}</p><p>Model: <code>{escape(name)}</code>. "
        f"{score}</p></div>"
    )


def page(classifier, name="", results=None):
    """Build the page."""
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
            api_name="analyse",
        )
    return blocks


def serve(model_folder, host="127.0.0.1", port=None, is_open=False):
    """Serve the page until it is interrupted; no data leaves the machine.

    Arguments
    ---------
    model_folder : str or Path
        As for ``EmotionClassifier.from_hparams``.
    host : str
        Address to listen at; by default only this machine can connect.
    port : int, optional
        By default the first free one from 7860 on.
    is_open : bool
        Whether to open a browser.
    """
    gradio = _gradio()
    folder = locate(model_folder)
    classifier = EmotionClassifier.from_hparams(folder)
    results = read_results(folder)
    page(classifier, str(model_folder), results).launch(
        **looks(gradio),
        server_name=host,
        server_port=port,
        inbrowser=is_open,
        share=False,
    )


def looks(gradio) -> dict:
    """Return options of ``launch`` for a plain page without network access."""
    theme = gradio.themes.Base(
        primary_hue="slate",
        neutral_hue="slate",
        font=["system-ui", "Segoe UI", "Helvetica Neue", "Arial", "sans-serif"],
        font_mono=["ui-monospace", "Menlo", "Consolas", "monospace"],
    )
    return {"theme": theme, "css": STYLE.read_text(), "footer_links": []}


def _gradio():
    """Import gradio with analytics and telemetry switched off."""
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
