"""Export the model of a run with weights of 8 bits, and score it."""

import os
from pathlib import Path

from speechbrain_clser.commands import reexport
from speechbrain_clser.contrib.onnx import export as onnx_export
from speechbrain_clser.contrib.onnx import quantisation


def export(run, model, out, data_folder=None) -> list:
    """Write a graph and its quantised copy, and score both.

    Arguments
    ---------
    run : str
        Run folder; its test utterances are scored, or its validation utterances if
        there is no test set.
    model : str
        Its model folder.
    out : str
        The graph.
    data_folder : str, optional
        Of the corpora; by default that of the run.

    Returns
    -------
    list of list of str
        Table of size, UAR and time; see ``quantisation.compare``.

    Raises
    ------
    FileNotFoundError
        If ``run`` is no run folder with a model.
    """
    if not os.path.isdir(model):
        raise FileNotFoundError(
            f"{run}: expected a run folder with a model, whose test utterances are "
            "scored with both graphs, found none; give the output_folder of train.py"
        )
    choice, hparams = reexport.load_training(run)
    if not hparams["scheme"].classes:
        raise ValueError(
            f"{run}: --int8 compares UAR, found a run of "
            f"{', '.join(hparams['scheme'].names)}; export it without --int8"
        )
    data = reexport.make_splits(choice, Path(run), hparams, data_folder)
    path = onnx_export.export_onnx(model, out, is_quantised=True)
    scheme = hparams["scheme"]
    lines = quantisation.compare(
        path,
        [
            (row.wav, scheme.index(row.emotion))
            for row in data.parts.test or data.parts.valid
        ],
        scheme.classes,
    )
    return quantisation.table(lines)
