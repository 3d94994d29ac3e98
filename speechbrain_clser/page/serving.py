"""The page itself: Gradio around what was heard, with nothing fetched."""

import os
from html import escape
from pathlib import Path

from speechbrain_clser.errors import BadAudioError
from speechbrain_clser.inference.classifier import EmotionClassifier
from speechbrain_clser.page.drawing import complaint, drawn
from speechbrain_clser.page.hearing import hear

STYLE = Path(__file__).with_name("page.css")
CALIBRATED = (
    "Its probabilities are calibrated on the languages that it was trained on; "
    "in another they are a guess."
)
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
        return drawn(hear(classifier, path))
    except BadAudioError as error:
        return complaint(error, path)


def introduction(classifier) -> str:
    """Tell the visitor what the model can tell apart, and what not.

    Arguments
    ---------
    classifier : EmotionClassifier
        Of the page.

    Returns
    -------
    str
        HTML.
    """
    # Words of a model folder, which may be anybody's.
    *others, last = map(escape, classifier.classes)
    by = escape(str(classifier.hparams.normalise_by))
    more = "" if by == "none" else NORMALISED.format(by=by)
    return (
        '<div class="about"><h1>Emotion in speech</h1><p>Record a few seconds, '
        f"or give a file. This model tells apart {', '.join(others)} and "
        f"{last}. {CALIBRATED}{more}</p></div>"
    )


def page(classifier):
    """Build the page.

    Arguments
    ---------
    classifier : EmotionClassifier
        That answers.

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
        gradio.HTML(introduction(classifier))
        recording = gradio.Audio(
            sources=["microphone", "upload"],
            type="filepath",
            show_label=False,
            editable=False,
            buttons=[],
        )
        heard = gradio.HTML()
        recording.change(
            lambda path: show(classifier, path),
            recording,
            heard,
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
    page(EmotionClassifier.from_hparams(model_folder)).launch(
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
            "pip install -e '.[page]' in the clone of speechbrain-clser"
        ) from error
    return gradio
