"""From a model folder to one ONNX graph: a waveform in, probabilities out."""

import contextlib
import json
import logging
import re
import shutil
from pathlib import Path

import torch

from speechbrain_clser import __version__
from speechbrain_clser.inference.classifier import EmotionClassifier

logger = logging.getLogger(__name__)

RUNNER = "onnx_runner.py"
SHORTEST_S = 0.1  # what is shorter is heard, but nobody promises it
# More than one window of Whisper: a graph that is traced with one holds one. The
# trace computes no values, so its length costs nothing.
TRACED_S = 31.3
CHECKED_S = (0.11, 0.7, 3.1, 31.0)
LARGEST_DIFFERENCE = 1e-4


class Listening(torch.nn.Module):
    """One recording to its probabilities: what the graph holds.

    Arguments
    ---------
    classifier : EmotionClassifier
        On the CPU.
    """

    def __init__(self, classifier):
        super().__init__()
        self.recogniser = classifier.mods.embedding_model
        self.classifier = classifier.mods.classifier
        self.temperature = classifier.temperature

    def forward(self, wav):
        """Hear it, (samples,), and give (classes,), calibrated."""
        both = self.recogniser(wav[None], torch.ones(1))
        probabilities = self.classifier(both) / self.temperature
        return probabilities.softmax(dim=-1)[0, 0]


def export_onnx(model_folder, out) -> Path:
    """Write a model as an ONNX graph, and the few lines that run it.

    The graph hears one recording at a time, ``wav``, float32 of (samples,), of
    any length from 0.1 s on, one channel, full scale 1, and gives
    ``probabilities``, (classes,), calibrated as those of EmotionClassifier. Its
    metadata tell ``classes``, in the order of the probabilities,
    ``sample_rate_hz`` and more. That it agrees with the model is checked before
    it is written.

    Arguments
    ---------
    model_folder : str or Path
        As for ``EmotionClassifier.from_hparams``.
    out : str or Path
        The .onnx file; ``onnx_runner.py`` comes beside it, and what exceeds
        2 GB.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ImportError
        If onnx, onnxruntime or onnxscript is missing.
    ValueError
        If the model does something that no graph can hold, with its place.

    Example
    -------
    >>> export_onnx("model", "emotions.onnx")  # doctest: +SKIP
    PosixPath('emotions.onnx')
    """
    operators = _operators()
    out = Path(out)
    classifier = EmotionClassifier.from_hparams(
        model_folder, run_opts={"device": "cpu"}
    )
    if classifier.adaptation is not None:
        raise ValueError(
            f"{model_folder}: expected a model that is not adapted, found one "
            "that is; a graph holds no adaptation, export the model that it "
            "was made of"
        )
    listening = Listening(classifier).eval()
    program = _translate(_trace(listening, classifier), operators)
    program.model.metadata_props.update(_metadata(classifier))
    partial = out.with_name(f"{out.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        program.save(partial / out.name)
        _compare(partial / out.name, listening, classifier.sample_rate_hz)
        shutil.copyfile(Path(__file__).with_name("runner.py"), partial / RUNNER)
        for path in partial.iterdir():
            path.replace(out.with_name(path.name))
    finally:
        shutil.rmtree(partial)
    logger.info("ONNX graph: %s", out)
    return out


def _operators():
    """The module that needs onnxscript, as torch's own exporter does."""
    try:
        import onnxruntime  # noqa: F401

        from speechbrain_clser.inference.onnx import operators
    except ImportError as error:
        raise ImportError(
            f"export to ONNX needs {error.name}, found none; "
            "pip install -e '.[onnx]' in the clone of speechbrain-clser"
        ) from error
    return operators


def _trace(listening, classifier):
    """Follow a sound through the model; its length stays open."""
    rate_hz = classifier.sample_rate_hz
    samples = torch.export.Dim("samples", min=round(SHORTEST_S * rate_hz))
    inside = []
    with _watched(listening, inside), torch.no_grad():
        try:
            return torch.export.export(
                listening,
                (_sound(TRACED_S, rate_hz),),
                dynamic_shapes=({0: samples},),
                prefer_deferred_runtime_asserts_over_guards=True,
            )
        except (RuntimeError, TypeError, ValueError) as error:
            place = inside[-1] if inside else "the model as a whole"
            raise _refusal(place, error) from error


@contextlib.contextmanager
def _watched(listening, inside):
    """Keep a list of the modules that are at work, the innermost last."""
    handles = []

    def leave(*_):
        inside.pop()  # what a hook returns would take the output's place

    for name, module in listening.named_modules():
        place = f"{name} ({type(module).__name__})"

        def enter(*_, place=place):
            inside.append(place)

        handles.append(module.register_forward_pre_hook(enter))
        handles.append(module.register_forward_hook(leave))
    yield
    for handle in handles:
        handle.remove()


def _translate(program, operators):
    """Put operators of ONNX in the place of torch's."""
    table = torch.export.default_decompositions()
    table.update(operators.DECOMPOSED)
    program = program.run_decompositions(table)
    try:
        translated = torch.onnx.export(
            program,
            opset_version=operators.VERSION,
            custom_translation_table=operators.TRANSLATED,
            input_names=["wav"],
            output_names=["probabilities"],
            dynamo=True,
            optimize=False,
            verbose=False,
        )
    except torch.onnx.OnnxExporterError as error:
        while error.__cause__:
            error = error.__cause__
        raise _refusal(_user_of(program, str(error)), error) from error
    operators.tidy(translated)
    return translated


def _user_of(program, message):
    """The module whose operator ONNX does not have."""
    found = re.search(r"op='\w+\.(\w+)'", message)
    for node in program.graph.nodes:
        if found and found[1] in str(node.target):
            name, kind = list(node.meta["nn_module_stack"].values())[-1]
            return f"{name} ({kind.rpartition('.')[2]})"
    return "the model as a whole"


def _refusal(place, error):
    """Say where a graph ends, and why."""
    reason = str(error).strip().partition("\n")[0]
    return ValueError(
        "expected a model whose every step a graph can hold, for a sound of any "
        f"length, found in {place}: {reason}. Use the model folder itself with "
        "EmotionClassifier, or train with another encoder"
    )


def _metadata(classifier):
    """What who runs the graph has to know."""
    return {
        "classes": json.dumps(classifier.classes),
        "sample_rate_hz": str(classifier.sample_rate_hz),
        # Null, or what comes later in a recording is not heard.
        "longest_s": json.dumps(classifier.recogniser.longest_s),
        "temperature": str(classifier.temperature),
        "normalise_by": classifier.hparams.normalise_by,
        "speechbrain_clser": __version__,
    }


def _compare(path, listening, rate_hz):
    """Refuse a graph that does not answer as its model, whatever the length."""
    import onnxruntime

    session = onnxruntime.InferenceSession(path)
    for seconds in CHECKED_S:
        wav = _sound(seconds, rate_hz)
        (found,) = session.run(None, {"wav": wav.numpy()})
        with torch.no_grad():
            difference = (listening(wav) - torch.from_numpy(found)).abs().max()
        if not difference <= LARGEST_DIFFERENCE:
            raise ValueError(
                f"expected the answers of the model, found some that differ by "
                f"{difference:.1e} for a sound of {seconds} s; use the model "
                "folder itself, and report this with the versions that "
                "`pip freeze` lists"
            )


def _sound(seconds, rate_hz):
    """A hum that swells and fades, in a little noise: (samples,)."""
    time_s = torch.arange(round(seconds * rate_hz)) / rate_hz
    hum = (2 * torch.pi * 140 * time_s).sin() * (6 * time_s).sin()
    noise = torch.randn(len(hum), generator=torch.Generator().manual_seed(0))
    return 0.2 * hum + 0.01 * noise
