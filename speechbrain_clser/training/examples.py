"""Values of a few test utterances, for the report."""

import json
from pathlib import Path

from speechbrain_clser.data.audio import load
from speechbrain_clser.io import atomic_write

N_BINS = 400
RATE_HZ = 16000


def write(brain, rows, dataset, scheme, folder, loader):
    """Write ``<name>.json`` for each name of ``Method.examples``.

    The first utterance of each class is shown; the method reads no label.
    """
    shown = first_of_each(rows, scheme)
    few = dataset.filtered_sorted(key_test={"id": shown.__contains__})
    found = brain.examples(few, loader)
    if not found:
        return
    captions = {name: caption(row, scheme) for name, row in shown.items()}
    if brain.method.SHOWS_WAVEFORMS:
        for name, row in shown.items():
            captions[name] |= outline(load(row.wav, RATE_HZ))
    for file, values in found.items():
        records = [captions[name] | values[name] for name in shown]
        atomic_write(Path(folder, f"{file}.json"), json.dumps(records))


def first_of_each(rows, scheme) -> dict:
    """Choose the first utterance of each class, to be shown."""
    firsts = {}
    for row in rows:
        firsts.setdefault(scheme.of(row), row)
    return {firsts[index].id: firsts[index] for index in sorted(firsts)}


def caption(row, scheme) -> dict:
    """Describe an utterance for its figure."""
    return {
        "id": row.id,
        "language": row.language,
        "target": scheme.classes[scheme.of(row)],
        "duration_s": row.duration_s,
    }


def outline(samples, n_bins=N_BINS):
    """Reduce a waveform to its lowest and highest values.

    Arguments
    ---------
    samples : torch.Tensor, (samples,)
        Of any length.
    n_bins : int
        Stretches of equal length, or as many as there are samples.

    Returns
    -------
    dict
        ``low`` and ``high``, lists of float, (bins,); 1 is the loudest
        sample, unless all is silent.

    Example
    -------
    >>> import torch
    >>> outline(torch.tensor([0.0, 0.5, -0.25, 0.0]), n_bins=2)
    {'low': [0.0, -0.5], 'high': [1.0, 0.0]}
    """
    bins = (samples / samples.abs().max().clamp(min=1e-9)).tensor_split(
        min(n_bins, len(samples))
    )
    return {
        "low": [round(b.min().item(), 3) for b in bins],
        "high": [round(b.max().item(), 3) for b in bins],
    }
