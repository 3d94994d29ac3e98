"""Which moments of one stream attend to which of another, for the report."""

import json
from pathlib import Path

import torch

from speechbrain_clser.io import atomic_write
from speechbrain_clser.training.highlights import caption, first_of_each

FILE = "attention.json"
LARGEST = 32  # of a map; longer sides are averaged


@torch.inference_mode()
def write(brain, rows, dataset, scheme, folder, loader):
    """Write what one utterance of each class attends to.

    Nothing is written for a method without attention to show.

    Arguments
    ---------
    brain : MethodBrain
        Trained.
    rows : sequence of Utterance
        Of a part; the first of each class is taken, and the class is used for
        nothing else.
    dataset : DynamicItemDataset
        Of the same rows.
    scheme : Scheme
        Classes.
    folder : str or Path
        Of the seed.
    loader : dict
        Keyword arguments of the data loader.
    """
    shown = first_of_each(rows, scheme)
    few = dataset.filtered_sorted(key_test={"id": shown.__contains__})
    found = {}
    for batch, frames in brain.extracted(few, loader):
        places = brain.method.attentions({"frames": frames})
        if not places:
            return
        for index, utterance in enumerate(batch.id):
            found[utterance] = [_of_utterance(p, index) for p in places]
    records = [
        {**caption(row, scheme), "stages": found[utterance]}
        for utterance, row in shown.items()
    ]
    text = json.dumps(records)
    atomic_write(Path(folder, FILE), text)


def _of_utterance(place, index):
    """Maps of one row of a batch, without its padding."""
    n_first = place["n_first"][index]
    n_second = place["n_second"][index]
    return {
        "names": place["names"],
        "to_second": _small(place["to_second"][index, :n_first, :n_second]),
        "to_first": _small(place["to_first"][index, :n_second, :n_first]),
    }


def _small(weights):
    """A map as lists, no side longer than ``LARGEST``; rows still sum to 1."""
    height, width = (min(side, LARGEST) for side in weights.shape)
    weights = torch.nn.functional.adaptive_avg_pool2d(
        weights.float().cpu()[None], (height, width)
    )[0]
    weights = weights / weights.sum(dim=-1, keepdim=True)
    return [[round(w, 4) for w in row] for row in weights.tolist()]
