"""Export a model folder as an ONNX graph from waveform to probabilities or values."""

import contextlib
import json
import logging
import re
import shutil
import warnings
from pathlib import Path

import torch

from speechbrain_clser import __version__
from speechbrain_clser.contrib.onnx.quantisation import quantise
from speechbrain_clser.inference.checks import refuse_text
from speechbrain_clser.inference.classifier import EmotionClassifier
from speechbrain_clser.tasks import RATED

logger = logging.getLogger(__name__)

RUNNER = "onnx_runner.py"
SHORTEST_S = 0.1  # shorter input may work, but is not supported
# More than one window of Whisper: a graph traced with one window supports only
# one. Tracing computes no values, so its length does not matter.
TRACED_S = 31.3
CHECKED_S = (0.11, 0.7, 3.1, 31.0)
LARGEST_DIFFERENCE = 1e-4


class ExportedModel(torch.nn.Module):
    """Compute probabilities or values of one recording; the module that is exported.

    Arguments
    ---------
    classifier : EmotionClassifier
        Classifier on the CPU.
    """

    def __init__(self, classifier):
        super().__init__()
        self.recogniser = classifier.mods.embedding_model
        self.classifier = classifier.mods.classifier
        self.temperature = classifier.temperature
        self.output = "values" if classifier.task == RATED else "probabilities"

    def forward(self, wav):
        """Compute calibrated probabilities or values, (classes,), of (samples,)."""
        both = self.recogniser(wav[None], torch.ones(1))
        found = self.classifier(both)[0, 0]
        if self.output == "values":
            return found
        return (found / self.temperature).softmax(dim=-1)


def export_onnx(model_folder, out, is_quantised=False) -> Path:
    """Export a model as an ONNX graph with a runner script.

    The input of the graph is one mono recording, ``wav``, float32 of (samples,),
    at least 0.1 s long, with values in [-1, 1]; the output is ``probabilities``,
    (classes,), calibrated like those of EmotionClassifier, or of dimensions
    ``values``. The metadata contain ``task``, ``classes`` (or dimensions), in the
    order of the output, ``sample_rate_hz`` and more.
    The graph is compared with the model before it is written.

    Arguments
    ---------
    model_folder : str or Path
        As for ``EmotionClassifier.from_hparams``.
    out : str or Path
        The .onnx file; ``onnx_runner.py`` and external data above 2 GB are
        written into the same folder.
    is_quantised : bool
        Whether ``<name>.int8.onnx`` is written too, a copy with weights of 8 bits;
        see ``quantisation.quantise``.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ImportError
        If onnx, onnxruntime or onnxscript is missing.
    ValueError
        If a module of the model cannot be exported, with its name, or has no
        weights to quantise, or if the model reads transcripts.

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
    refuse_text(classifier, "an ONNX graph reads a waveform")
    if classifier.adaptation is not None:
        raise ValueError(
            f"{model_folder}: expected a model that is not adapted, found an "
            "adapted one; adaptation cannot be exported to ONNX, export the "
            "original model"
        )
    module = ExportedModel(classifier).eval()
    with _without_torch_warnings():
        traced = _trace(module, classifier)
        program = _translate(traced, operators, module.output)
    program.model.metadata_props.update(_metadata(classifier))
    partial = out.with_name(f"{out.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        program.save(partial / out.name)
        _compare(partial / out.name, module, classifier.sample_rate_hz)
        if is_quantised:
            quantise(program, module, partial / out.name)
        shutil.copyfile(Path(__file__).with_name("runner.py"), partial / RUNNER)
        for path in partial.iterdir():
            path.replace(out.with_name(path.name))
    finally:
        shutil.rmtree(partial)
    logger.info("ONNX graph: %s", out)
    return out


def _operators():
    """Import the operators, which need onnxscript like torch's exporter."""
    try:
        import onnxruntime  # noqa: F401

        from speechbrain_clser.contrib.onnx import operators
    except ImportError as error:
        raise ImportError(
            f"export to ONNX needs {error.name}, found none; "
            "pip install -e '.[onnx]' in the clone of speechbrain-clser"
        ) from error
    return operators


@contextlib.contextmanager
def _without_torch_warnings():
    """Log warnings of torch's exporter about itself at level DEBUG only."""
    of_torch = logging.getLogger("torch.onnx")
    before = of_torch.level
    of_torch.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(record=True) as found:
            yield
        for warning in found:
            logger.debug("torch: %s", warning.message)
    finally:
        of_torch.setLevel(before)


def _trace(module, classifier):
    """Trace the module with a waveform of dynamic length."""
    rate_hz = classifier.sample_rate_hz
    samples = torch.export.Dim("samples", min=round(SHORTEST_S * rate_hz))
    inside = []
    with _watched(module, inside), torch.no_grad():
        try:
            return torch.export.export(
                module,
                (_test_signal(TRACED_S, rate_hz),),
                dynamic_shapes=({0: samples},),
                prefer_deferred_runtime_asserts_over_guards=True,
            )
        except (RuntimeError, TypeError, ValueError) as error:
            place = inside[-1] if inside else "the model as a whole"
            raise _refusal(place, error) from error


@contextlib.contextmanager
def _watched(module, inside):
    """Keep a stack of the modules in execution, the innermost last."""
    handles = []

    def leave(*_):
        inside.pop()  # returns None: a returned value would replace the output

    for name, submodule in module.named_modules():
        place = f"{name} ({type(submodule).__name__})"

        def enter(*_, place=place):
            inside.append(place)

        handles.append(submodule.register_forward_pre_hook(enter))
        handles.append(submodule.register_forward_hook(leave))
    yield
    for handle in handles:
        handle.remove()


def _translate(program, operators, output):
    """Translate operators of torch to operators of ONNX."""
    table = torch.export.default_decompositions()
    table.update(operators.DECOMPOSED)
    program = program.run_decompositions(table)
    try:
        translated = torch.onnx.export(
            program,
            opset_version=operators.VERSION,
            custom_translation_table=operators.TRANSLATED,
            input_names=["wav"],
            output_names=[output],
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
    """Return the module with the unsupported operator of a message."""
    found = re.search(r"op='\w+\.(\w+)'", message)
    for node in program.graph.nodes:
        if found and found[1] in str(node.target):
            name, kind = list(node.meta["nn_module_stack"].values())[-1]
            return f"{name} ({kind.rpartition('.')[2]})"
    return "the model as a whole"


def _refusal(place, error):
    """Build the error for a module that cannot be exported."""
    reason = str(error).strip().partition("\n")[0]
    return ValueError(
        "expected a model that ONNX supports for waveforms of any length, found "
        f"in {place}: {reason}. Use the model folder itself with "
        "EmotionClassifier, or train with another encoder"
    )


def _metadata(classifier):
    """Return the metadata needed to run the graph."""
    return {
        "task": classifier.task,
        "classes": json.dumps(classifier.classes),
        "sample_rate_hz": str(classifier.sample_rate_hz),
        # Maximum input length in seconds, or null.
        "longest_s": json.dumps(classifier.recogniser.longest_s),
        "temperature": str(classifier.temperature),
        "normalise_by": classifier.hparams.normalise_by,
        "speechbrain_clser": __version__,
    }


def _compare(path, module, rate_hz):
    """Raise ValueError if predictions of graph and model differ."""
    import onnxruntime

    session = onnxruntime.InferenceSession(path)
    for seconds in CHECKED_S:
        wav = _test_signal(seconds, rate_hz)
        (found,) = session.run(None, {"wav": wav.numpy()})
        with torch.no_grad():
            difference = (module(wav) - torch.from_numpy(found)).abs().max()
        if not difference <= LARGEST_DIFFERENCE:
            raise ValueError(
                f"expected the predictions of the model, found some that differ "
                f"by {difference:.1e} for a waveform of {seconds} s; use the "
                "model folder itself, and report this with the output of "
                "`pip freeze`"
            )


def _test_signal(seconds, rate_hz):
    """Generate an amplitude-modulated tone with noise, (samples,)."""
    time_s = torch.arange(round(seconds * rate_hz)) / rate_hz
    hum = (2 * torch.pi * 140 * time_s).sin() * (6 * time_s).sin()
    noise = torch.randn(len(hum), generator=torch.Generator().manual_seed(0))
    return 0.2 * hum + 0.01 * noise
