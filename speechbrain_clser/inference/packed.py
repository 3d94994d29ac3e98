"""Bundle the weights of a pretrained encoder with a model."""

import dataclasses
import json
import tempfile
from pathlib import Path

import torch
from safetensors.torch import save

from speechbrain_clser.features import encoder_settings
from speechbrain_clser.features.hub import TRANSFORMERS, resolve
from speechbrain_clser.features.loaded import without_complaints
from speechbrain_clser.features.ssl import SSLFeatures
from speechbrain_clser.inference.weights import (
    load_tensors,
    refuse_no_numbers,
    refuse_other_kinds,
)


class PackedEncoder(SSLFeatures):
    """An ``SSLFeatures`` with weights from ``unpack`` instead of the hub.

    Arguments
    ---------
    settings : dict
        Name of each configuration file of the encoder to its content; other
        files are not written.
    config : SSLConfig
        Configuration of the bundled extractor, with its revision.

    Raises
    ------
    ValueError
        If settings refer to code, files or models elsewhere; see
        ``encoder_settings``.
    """

    has_weights = False

    def __init__(self, settings, config):
        with tempfile.TemporaryDirectory() as folder:
            for name in settings.keys() & TRANSFORMERS.names:
                # Check before writing, so that messages name no temporary folder.
                encoder_settings.check(settings[name], name)
                text = json.dumps(settings[name])
                Path(folder, name).write_text(text, encoding="utf-8")
            # The file is empty: all parameters are random until ``unpack``.
            empty = save({}, {"format": "pt"})
            Path(folder, "model.safetensors").write_bytes(empty)
            with without_complaints():
                unpinned = dataclasses.replace(config, revision="")
                super().__init__(folder, unpinned)
        self.settings, self.config = settings, config


def pack(extractor, path) -> dict:
    """Write the frozen pretrained parameters of an encoder to a file.

    Returns
    -------
    dict
        The ``settings`` of its ``PackedEncoder``.
    """
    tensors = {
        n: _tensor(extractor, n).detach().clone() for n in extractor.kept_out
    }
    torch.save(tensors, path)
    folder = resolve(extractor.source, extractor.config.revision).folder
    return {
        name: json.loads((folder / name).read_text(encoding="utf-8"))
        for name in TRANSFORMERS.names
        if (folder / name).is_file()
    }


def unpack(encoder, path):
    """Load parameters written by ``pack`` into a bundled encoder.

    Raises
    ------
    ValueError
        If the parameters of file and encoder differ; see also
        ``load_exactly``.
    """
    tensors = load_tensors(path)
    wanted = {name: _tensor(encoder, name) for name in encoder.kept_out}
    if differing := [
        name
        for name in wanted.keys() | tensors.keys()
        if _shape(wanted.get(name)) != _shape(tensors.get(name))
    ]:
        raise ValueError(
            f"{path} does not fit the encoder of hyperparams.yaml, they differ "
            f"in {len(differing)} parameters, {min(differing)} for one; take "
            "both from one export"
        )
    refuse_other_kinds(wanted, tensors, path)
    with torch.no_grad():
        for name, values in tensors.items():
            wanted[name].copy_(values)
    refuse_no_numbers(wanted, path)


def _tensor(extractor, name):
    """Return a parameter or buffer by its dotted name."""
    owner, _, leaf = name.rpartition(".")
    return getattr(extractor.get_submodule(owner), leaf)


def _shape(value):
    """Return the shape of a tensor, None for anything else."""
    return getattr(value, "shape", None)
