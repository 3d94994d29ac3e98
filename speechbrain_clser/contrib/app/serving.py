"""Serve the Gradio page without external resources."""

import contextlib
import json
import logging
import os
import threading
from html import escape
from pathlib import Path

from speechbrain_clser.contrib import publish
from speechbrain_clser.contrib.app.analysis import analyse
from speechbrain_clser.contrib.app.live import LiveTimeline
from speechbrain_clser.contrib.app.rendering import complaint, render
from speechbrain_clser.errors import BadAudioError
from speechbrain_clser.evaluation import formatting
from speechbrain_clser.inference.classifier import EmotionClassifier
from speechbrain_clser.inference.source import locate
from speechbrain_clser.printable import pluralise
from speechbrain_clser.tasks import RATED

logger = logging.getLogger(__name__)

STYLE = Path(__file__).with_name("page.css")
EXAMPLE = Path(publish.__file__).with_name("example.wav")
# Processing for calls changes the loudness, which carries emotion.
UNPROCESSED = """<script>
if (navigator.mediaDevices) { // missing at an insecure address
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  const off = { autoGainControl: false, echoCancellation: false, noiseSuppression: false };
  navigator.mediaDevices.getUserMedia = ({ audio, ...more }) =>
    open({ ...more, audio: audio && { ...(audio === true ? {} : audio), ...off } });
}
</script>"""
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


def follow(classifier, path, timeline=None) -> tuple:
    """Add a chunk of a live recording; return the HTML and the timeline."""
    timeline = timeline or LiveTimeline(classifier)
    try:
        return timeline.feed(path), timeline
    except BadAudioError as error:
        return complaint(error, path), timeline


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
    live = ", or follow the microphone live"
    if classifier.task == RATED:
        live = ""
        outputs = f"The model predicts values of {names} from 0 to 1."
    by = escape(str(classifier.hparams.normalise_by))
    more = "" if by == "none" else NORMALISED.format(by=by)
    score = scores(results) if results else NO_RESULTS
    return (
        '<div class="about"><h1>Emotion in speech</h1><p>Upload or record speech'
        f"{live}. {outputs}{more}</p><p>Model: <code>{escape(name)}</code>. "
        f"{score}</p></div>"
    )


def page(classifier, name="", results=None):
    """Build the page."""
    gradio = _gradio()
    with gradio.Blocks(
        title="Emotion in speech", analytics_enabled=False
    ) as blocks:
        gradio.HTML(introduction(classifier, name, results))
        with gradio.Tab("Recording"):
            _add_recording(gradio, classifier)
        if classifier.task != RATED:  # a stream has classes
            with gradio.Tab("Live"):
                _add_live(gradio, classifier)
    return blocks


def _add_recording(gradio, classifier):
    """Add the analysis of a file or a finished recording."""
    recording = gradio.Audio(
        sources=["upload", "microphone"],
        type="filepath",
        show_label=False,
        editable=False,
        buttons=[],
    )
    gradio.Examples([[str(EXAMPLE)]], recording, label="Example")
    analysis = gradio.HTML()
    recording.change(
        lambda path: show(classifier, path),
        recording,
        analysis,
        api_name="analyse",
    )


def _add_live(gradio, classifier):
    """Add the timeline of the microphone."""
    microphone = gradio.Audio(
        streaming=True, type="filepath", show_label=False, buttons=[]
    )
    timeline, analysis = gradio.State(), gradio.HTML()
    private = {"api_visibility": "private", "show_progress": "hidden"}
    microphone.start_recording(
        lambda: ("", None), None, [analysis, timeline], **private
    )
    microphone.stream(
        lambda path, found: follow(classifier, path, found),
        [microphone, timeline],
        [analysis, timeline],
        stream_every=0.5,
        concurrency_limit=None,  # a recording occupies a worker while it lasts
        **private,
    )


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
    _, address, _ = page(classifier, str(model_folder), results).launch(
        **looks(gradio),
        server_name=host,
        server_port=port,
        inbrowser=is_open,
        share=False,
        quiet=True,
        prevent_thread_lock=True,
    )
    logger.info("page: %s, until Ctrl-C", address)
    with contextlib.suppress(KeyboardInterrupt):
        threading.Event().wait()


def looks(gradio) -> dict:
    """Return options of ``launch`` for a plain page without network access."""
    theme = gradio.themes.Base(
        primary_hue="slate",
        neutral_hue="slate",
        font=["system-ui", "Segoe UI", "Helvetica Neue", "Arial", "sans-serif"],
        font_mono=["ui-monospace", "Menlo", "Consolas", "monospace"],
    )
    css = STYLE.read_text()
    return {"theme": theme, "css": css, "head": UNPROCESSED, "footer_links": []}


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
