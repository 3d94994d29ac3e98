"""Quantise the weights of an ONNX graph to 8 bits, and compare both graphs."""

import json
import logging
import time
from pathlib import Path

import numpy as np

from speechbrain_clser.data.audio import load
from speechbrain_clser.evaluation.metrics import confusion_matrix, uar_of, wa_of
from speechbrain_clser.io import atomic_write

logger = logging.getLogger(__name__)

PRODUCTS = ("MatMul", "Gemm")
COLUMNS = {
    "graph": str,
    "MB": "{:.2f}".format,
    "UAR": "{:.1%}".format,
    "WA": "{:.1%}".format,
    "same prediction": "{:.1%}".format,
    "ms per s of audio": "{:.1f}".format,
}


def quantised_path(path) -> Path:
    """Return the path of the graph with weights of 8 bits.

    Example
    -------
    >>> quantised_path("graph/emotions.onnx").name
    'emotions.int8.onnx'
    """
    return Path(path).with_suffix(".int8.onnx")


def quantise(program, module, path):
    """Write a copy of a graph in which linear layers have weights of 8 bits.

    Dynamic quantisation: weights are quantised per output, activations when the graph
    runs. Products whose matrix is no parameter of the model, such as Fourier
    transforms, keep 32 bits, and so do convolutions.

    Arguments
    ---------
    program : torch.onnx.ONNXProgram
        Saved in ``path``.
    module : torch.nn.Module
        The exported module, with the parameters.
    path : Path
        The graph; the result is at ``quantised_path``.

    Raises
    ------
    ValueError
        If the model has no linear layer, or its graph does not become smaller.
    """
    from onnxruntime import quantization

    names = linear_nodes(program.model.graph, module)
    if not names:
        raise ValueError(
            f"{path}: expected a linear layer whose weights can be quantised, found "
            "none; export without --int8"
        )
    of_library = logging.getLogger()
    before = of_library.level
    of_library.setLevel(
        logging.ERROR
    )  # it recommends steps that change nothing
    try:
        quantization.quantize_dynamic(
            path,
            quantised_path(path),
            per_channel=True,
            # Sums of full 8-bit products overflow on CPUs without VNNI.
            reduce_range=True,
            weight_type=quantization.QuantType.QInt8,
            # The quantiser replaces each Gemm by a MatMul of this name.
            nodes_to_quantize=[*names, *(f"{name}_MatMul" for name in names)],
        )
    finally:
        of_library.setLevel(before)
    if not quantised_path(path).stat().st_size < path.stat().st_size:
        raise ValueError(
            f"{path}: expected a smaller graph with weights of 8 bits, found none; "
            "report this with the output of `pip freeze`"
        )


def linear_nodes(graph, module) -> list:
    """List the names of the products with a parameter of two dimensions.

    The parameter is a weight of the module, or its transpose.

    Arguments
    ---------
    graph : onnx_ir.Graph
        Of the module.
    module : torch.nn.Module
        The exported module.

    Returns
    -------
    list of str
        In the order of the graph.
    """
    weights = [p.detach().numpy() for p in module.parameters() if p.dim() == 2]
    known = {_content(w) for weight in weights for w in (weight, weight.T)}
    return [
        node.name
        for node in graph
        if node.op_type in PRODUCTS
        and (values := node.inputs[1].const_value) is not None
        and _content(values.numpy()) in known
    ]


def compare(path, rows, classes, sample_rate_hz=16000) -> list:
    """Score a graph and its quantised copy on labelled recordings.

    Arguments
    ---------
    path : str or Path
        The graph; the copy is at ``quantised_path``. The table is also written beside
        it, to ``<name>.int8.json``.
    rows : sequence of (str, int)
        Path and class of recordings.
    classes : sequence of str
        Of the graph.
    sample_rate_hz : int
        Of the graph.

    Returns
    -------
    list of dict
        Of each graph: ``graph``, its name; ``MB``, size of the file; ``UAR``, ``WA``
        and ``same prediction``, the share of recordings that are classified as by the
        first graph, 0-1; ``ms per s of audio``, time on one thread.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    labels, lines, first = [label for _, label in rows], [], None
    for file in (Path(path), quantised_path(path)):
        session = onnxruntime.InferenceSession(file, options)
        predicted, spent_s, length_s = [], 0.0, 0.0
        for wav, _ in rows:
            samples = load(wav, sample_rate_hz).numpy()
            started = time.perf_counter()
            (probabilities,) = session.run(None, {"wav": samples})
            spent_s += time.perf_counter() - started
            length_s += len(samples) / sample_rate_hz
            predicted.append(int(probabilities.argmax()))
        first = first or predicted
        confusion = confusion_matrix(labels, predicted, range(len(classes)))
        lines.append(
            {
                "graph": file.name,
                "MB": file.stat().st_size / 1e6,
                "UAR": float(uar_of(confusion)),
                "WA": float(wa_of(confusion)),
                "same prediction": float(np.mean(np.equal(predicted, first))),
                "ms per s of audio": 1000 * spent_s / length_s,
            }
        )
    found = {"n_recordings": len(rows), "graphs": lines}
    out = quantised_path(path).with_suffix(".json")
    atomic_write(out, f"{json.dumps(found, indent=1)}\n")
    return lines


def table(lines) -> list:
    """Format the lines of ``compare`` as a table.

    Example
    -------
    >>> line = {"graph": "a.onnx", "MB": 1, "UAR": 0.5, "WA": 0.5}
    >>> table([line | {"same prediction": 1, "ms per s of audio": 9}])[1]
    ['a.onnx', '1.00', '50.0%', '50.0%', '100.0%', '9.0']
    """
    return [
        [*COLUMNS],
        *(
            [write(line[key]) for key, write in COLUMNS.items()]
            for line in lines
        ),
    ]


def _content(values):
    return values.shape, values.tobytes()
