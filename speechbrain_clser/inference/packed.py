"""A pretrained encoder whose weights travel with the model."""

import contextlib
import dataclasses
import json
import tempfile
from pathlib import Path

import torch
from safetensors.torch import save

from speechbrain_clser.features import encoder_settings
from speechbrain_clser.features.hub import TRANSFORMERS, resolve
from speechbrain_clser.features.ssl import SSLFeatures
from speechbrain_clser.inference.weights import (
    load_tensors,
    refuse_no_numbers,
    refuse_other_kinds,
)


class PackedEncoder(SSLFeatures):
    """An ``SSLFeatures`` that asks no hub: built empty, then filled.

    Arguments
    ---------
    settings : dict
        Name of each of the encoder's settings files to what is in it; other
        files are not written.
    config : SSLConfig
        Of the extractor that was packed; its revision tells what it was.

    Raises
    ------
    ValueError
        If settings name code, files or models elsewhere; see
        ``encoder_settings``.
    """

    has_weights = False

    def __init__(self, settings, config):
        with tempfile.TemporaryDirectory() as folder:
            for name in settings.keys() & TRANSFORMERS.names:
                # Before they are written, for the message has no folder.
                encoder_settings.check(settings[name], name)
                text = json.dumps(settings[name])
                Path(folder, name).write_text(text, encoding="utf-8")
            # Nothing is in it, so all parameters are random until ``unpack``.
            empty = save({}, {"format": "pt"})
            Path(folder, "model.safetensors").write_bytes(empty)
            with _without_complaints():
                unpinned = dataclasses.replace(config, revision="")
                super().__init__(folder, unpinned)
        self.settings, self.config = settings, config


def pack(extractor, path) -> dict:
    """Write what is published of an encoder, and is not trained, to a file.

    Arguments
    ---------
    extractor : SSLFeatures
        Only the layers that it uses are written.
    path : str or Path
        Of the file.

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
    """Fill a packed encoder with what ``pack`` wrote.

    Arguments
    ---------
    encoder : PackedEncoder
        Changed in place.
    path : str or Path
        Of the file.

    Raises
    ------
    ValueError
        If the file does not hold exactly what the encoder needs; see also
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


@contextlib.contextmanager
def _without_complaints():
    """transformers lists, as a warning, every parameter that it misses."""
    from transformers.utils import logging

    before = logging.get_verbosity()
    logging.set_verbosity_error()
    yield
    logging.set_verbosity(before)


def _tensor(extractor, name):
    """A parameter or buffer by its dotted name."""
    owner, _, leaf = name.rpartition(".")
    return getattr(extractor.get_submodule(owner), leaf)


def _shape(value):
    """None of what is not there, or no tensor."""
    return getattr(value, "shape", None)
