"""Export the model of a finished run again, as at the end of train.py."""

from pathlib import Path

from hyperpyyaml import load_hyperpyyaml

from speechbrain_clser.data import prepare
from speechbrain_clser.data.protocol import Protocol
from speechbrain_clser.deprecation import (
    PROTOCOL_KEYS,
    current_keys,
    current_yaml,
)
from speechbrain_clser.evaluation import run_checks
from speechbrain_clser.evaluation.predictions import AGAIN
from speechbrain_clser.inference.export import export
from speechbrain_clser.inference.select import select_training
from speechbrain_clser.io import read_json
from speechbrain_clser.training.experiment import extract_features


def export_run(
    run, model=None, data_folder=None, pack=False, device="cpu"
) -> Path:
    """Export the model folder of a run from its checkpoints.

    The corpora are needed to compute the normalisation statistics of the
    training utterances. Cached features are not computed again.

    The YAML of the run is executed, so it has to be trusted.

    Raises
    ------
    FileNotFoundError
        If there is no finished training, or a corpus is missing.
    ValueError
        If the data differs from that of the run, a table of the run is damaged,
        or the encoder depends on the language.
    """
    run = Path(run)
    model = Path(model or run / "model")
    choice, hparams = load_training(run)
    extractor = hparams["extractor"]
    if not extractor.is_shared:
        raise ValueError(
            f"{run}: expected one encoder for all languages, found one encoder "
            "per language, which cannot be selected without knowing the "
            "language; train with a single --encoder"
        )
    _refuse_other_encoder(run, extractor)
    material = make_splits(choice, run, hparams, data_folder)
    dtype = hparams["store_dtype"]
    features = extract_features(hparams, material, [], (), dtype, device)
    export(choice, model, extractor, features.views, material.parts.train, pack)
    return model


def _refuse_other_encoder(run, extractor):
    """Raise ValueError if the encoder differs from that of the run."""
    path = Path(run, "settings.json")
    settings = read_json(path, AGAIN)
    expected = settings.get("key of the encoder", extractor.key)
    # Runs without training of the encoder record the key of the frozen copy.
    if expected not in (extractor.key, extractor.frozen_copy().key):
        raise ValueError(
            f"{run}: expected the encoder of the run, with the key {expected}, "
            f"found one with {extractor.key}; restore its folder or give its "
            "revision in the hyperparams.yaml of the run. If it is a Whisper run "
            "from before `window` was an option, add `window: 30s` to its "
            "extractor there"
        )


def load_training(run) -> tuple:
    """Select the training of a run, and build the objects of its YAML.

    Returns
    -------
    choice : Choice
        The training.
    hparams : dict
        The built YAML.

    Raises
    ------
    FileNotFoundError
        If there is no finished training.
    """
    choice = select_training(run)
    path = choice.folder / "hyperparams.yaml"
    text = current_yaml(path.read_text(encoding="utf-8"), path)
    return choice, load_hyperpyyaml(text)


def make_splits(choice, run, hparams, data_folder=None):
    """Make the splits of a run, or of one of its trials, again.

    Arguments
    ---------
    choice, hparams
        Of ``load_training``.
    run : Path
        The run folder.
    data_folder : str, optional
        Of the corpora; by default that of the run.

    Returns
    -------
    PreparedData
        With the training utterances of the run.

    Raises
    ------
    FileNotFoundError
        If a corpus is missing.
    ValueError
        If the data differs from that of the run, or a table is damaged.
    """
    trial_folder = choice.folder.parent
    path = trial_folder / "protocol.json"
    values = current_keys(read_json(path, AGAIN), PROTOCOL_KEYS, path)
    del values["digest"]
    protocol = Protocol.of(**values)
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
    rows = run_checks.read_parts(trial_folder)
    path = choice.folder / "predictions" / "source_valid.csv"
    valid = run_checks.read_predictions(path)  # for the temperature
    run_checks.check_predictions(
        path, valid, run_checks.ids_of(rows, "valid"), protocol.scheme.names
    )
    before = {*run_checks.ids_of(rows, "train")}
    if before != {row.id for row in material.parts.train}:
        raise ValueError(
            f"{run}: expected the {len(before)} training utterances of the "
            f"run, found {len(material.parts.train)} others; give the corpora "
            "as they were with --data-folder"
        )
    return material
