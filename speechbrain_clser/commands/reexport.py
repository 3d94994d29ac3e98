"""Export the model of a finished run once more, as train.py did at its end."""

import csv
from pathlib import Path

from hyperpyyaml import load_hyperpyyaml

from speechbrain_clser.data import prepare
from speechbrain_clser.data.protocol import Protocol
from speechbrain_clser.deprecation import (
    PROTOCOL_KEYS,
    current_keys,
    current_yaml,
)
from speechbrain_clser.evaluation.run import AGAIN
from speechbrain_clser.inference.export import export
from speechbrain_clser.inference.select import select_training
from speechbrain_clser.io import read_json
from speechbrain_clser.training.experiment import extract_features


def export_run(
    run, model=None, data_folder=None, pack=False, device="cpu"
) -> Path:
    """Make the model folder of a run from its checkpoints.

    The corpora are needed once more: the statistics that features are
    normalised by are those of the training utterances. What the store of
    features holds is not computed again.

    Arguments
    ---------
    run : str or Path
        ``output_folder`` of train.py. Its YAML is run, so it has to be one's
        own.
    model : str or Path, optional
        Folder to make; by default ``model`` in the run.
    data_folder : str or dict, optional
        Where the corpora lie now, if no longer where the run found them.
    pack : bool
        Whether the weights of an encoder of the hub go into the folder.
    device : str
        Where the encoder runs.

    Returns
    -------
    Path
        Of the folder.

    Raises
    ------
    FileNotFoundError
        If there is no finished training, or no corpus.
    ValueError
        If the data is no longer that of the run, or sound alone does not tell
        which encoder hears.
    """
    run = Path(run)
    model = Path(model or run / "model")
    choice = select_training(run)
    path = choice.folder / "hyperparams.yaml"
    text = current_yaml(path.read_text(encoding="utf-8"), path)
    hparams = load_hyperpyyaml(text)
    extractor = hparams["extractor"]
    if not extractor.is_shared:
        raise ValueError(
            f"{run}: each language has an encoder of its own there, and sound "
            "alone does not tell which one hears; train with one --encoder"
        )
    _refuse_other_encoder(run, extractor)
    material = _material(choice, run, hparams, data_folder)
    dtype = hparams["store_dtype"]
    features = extract_features(hparams, material, [], (), dtype, device)
    export(choice, model, extractor, features.views, material.parts.train, pack)
    return model


def _refuse_other_encoder(run, extractor):
    """Features of another encoder than the run's would be the wrong ones."""
    path = Path(run, "settings.json")
    settings = read_json(path, AGAIN)
    expected = settings.get("key of the encoder", extractor.key)
    # A run whose phases do not train the encoder took the published one.
    if expected not in (extractor.key, extractor.frozen_copy().key):
        raise ValueError(
            f"{run}: expected the encoder of the run, with the key {expected}, "
            f"found one with {extractor.key}; restore its folder or give its "
            "revision in the hyperparams.yaml of the run. If it is a Whisper run "
            "from before `window` was an option, add `window: 30s` to its "
            "extractor there"
        )


def _material(choice, run, hparams, data_folder):
    """Parts of a run, or of one of its trials, cut again."""
    drawn = choice.folder.parent
    path = drawn / "protocol.json"
    values = current_keys(read_json(path, AGAIN), PROTOCOL_KEYS, path)
    del values["digest"]
    protocol = Protocol(**values)
    found = prepare.load_corpora(
        protocol,
        data_folder or hparams["data_folder"],
        run / "manifests",
        hparams["allow_bad_files"],
    )
    material = prepare.make_splits(
        protocol,
        *found,
        hparams["normalise_by"],
        used=set(),
        trial=choice.trial,
    )
    with open(drawn / "parts.csv", newline="", encoding="utf-8") as file:
        before = {r["id"] for r in csv.DictReader(file) if r["part"] == "train"}
    if before != {row.id for row in material.parts.train}:
        raise ValueError(
            f"{run}: expected the {len(before)} training utterances of the "
            f"run, found {len(material.parts.train)} others; give the corpora "
            "as they were with --data-folder"
        )
    return material
