"""Check what a classifier is built from, and which recordings it is given."""

from numbers import Real

import torch

from speechbrain_clser.inference.loading import TEMPERATURES
from speechbrain_clser.labels import refuse_unsafe


def refuse_missing(modules, needed):
    """Raise ValueError if a needed module is missing."""
    if missing := sorted(set(needed) - {*(modules or ())}):
        raise ValueError(
            f"expected the modules {', '.join(needed)}, found "
            f"no {', '.join(missing)}; give a folder that train.py exported"
        )


def refuse_unknown_device(run_opts):
    """Raise ValueError if torch does not support the device."""
    device = run_opts.get("device") if run_opts else None
    try:
        torch.empty(0, device=device)
    except (AssertionError, RuntimeError) as error:
        raise ValueError(
            f"expected a device that torch supports here, such as cpu or cuda, got "
            f"{device!r}: {str(error).splitlines()[0]}"
        ) from error


def class_names(hparams, n_classes) -> tuple:
    """Return the class names; raise ValueError if they do not fit."""
    refuse_unsafe(hparams.classes, "classes of the model")
    encoder, classes = hparams.label_encoder, hparams.classes
    names = tuple(encoder.decode_ndim(list(range(len(encoder)))))
    if not (len(names) == n_classes and [*names] == classes):
        raise ValueError(
            f"expected the classes {classes} and {n_classes} logits, found "
            f"the labels {', '.join(names)}; take hyperparams.yaml and "
            "checkpoints from one export"
        )
    return names


def usable_temperature(temperature):
    """Return the temperature; raise ValueError if it is out of range."""
    low, high = TEMPERATURES
    is_number = isinstance(temperature, Real)
    if not (is_number and low <= temperature <= high):
        raise ValueError(
            f"temperature: expected a number of {low:g}-{high:g}, got "
            f"{temperature!r}; leave it out for the model's own, or export the "
            "model again"
        )
    return temperature


def refuse_text(classifier, purpose):
    """Raise ValueError for a model that reads transcripts, which ``purpose`` has not."""
    if classifier.reads_text:
        raise ValueError(
            f"{purpose}: expected a model that reads the audio alone, found one that "
            "reads transcripts too; train it with --second_stream mfcc"
        )


def refuse_texts(classifier, texts, n_files):
    """Raise ValueError for transcripts that the model cannot use."""
    if texts is None:
        return
    if not classifier.reads_text:
        raise ValueError(
            "texts: expected a model that reads transcripts, found one that "
            "reads the audio alone; leave them out"
        )
    if len(texts) != n_files:
        raise ValueError(
            f"texts: expected one for each of {n_files} files, found "
            f"{len(texts)}; give an empty text where there is none"
        )
