"""Select the training of a run to export and describe its provenance."""

import dataclasses
import os
from pathlib import Path

from speechbrain_clser.evaluation.predictions import AGAIN
from speechbrain_clser.evaluation.run import trainings, trial_of
from speechbrain_clser.evaluation.selection import pick_epoch
from speechbrain_clser.io import read_json
from speechbrain_clser.tasks import Classes, Dimensions

FILE = "training.json"  # in a model folder


@dataclasses.dataclass(frozen=True)
class Choice:
    """The selected training of a run.

    Arguments
    ---------
    folder : Path
        Folder of the training.
    trial, seed : int
        Trial and seed of the training.
    sentence : str
        How the training was selected.
    """

    folder: Path
    trial: int
    seed: int
    sentence: str

    def provenance(self) -> dict:
        """Return the provenance of a model.

        Returns
        -------
        dict
            ``trial``, ``seed``, ``phase``, ``epoch``, ``protocol`` (digest) and
            ``chosen`` (how the training was selected).
        """
        protocol = read_json(self.folder.parent / "protocol.json", AGAIN)
        selected = read_json(self.folder / "selected.json", AGAIN)
        return {
            "trial": self.trial,
            "seed": self.seed,
            "phase": selected["phase"],
            "epoch": selected["epoch"],
            "protocol": protocol["digest"],
            "chosen": self.sentence,
        }


def select_training(run: str | os.PathLike) -> Choice:
    """Select the training of a run to export.

    Trainings of several seeds or trials are compared on source validation data
    only: by the selection rule of the protocol if it uses source validation, else
    by ``source_valid_uar``, or ``source_valid_ccc`` of dimensions. Ties are broken
    by order.

    Raises
    ------
    FileNotFoundError
        If no training is finished.
    """
    records = [
        {**read_json(path, AGAIN), "folder": path.parent}
        for training in trainings(run)
        if (path := training / "selected.json").is_file()
    ]
    if not records:
        raise FileNotFoundError(
            f"{run}: expected seed_*/selected.json of a training, found none; "
            "let train.py finish"
        )
    if len(records) == 1:
        return _choice(run, records[0], "The only training of its run.")
    rule = records[0]["rule"]
    if not rule.startswith("source_valid_"):
        rules = (Classes.select_by, Dimensions.select_by)
        rule = next((one for one in rules if one in records[0]), rules[0])
    chosen = pick_epoch(records, rule)
    return _choice(
        run,
        chosen,
        f"One of {len(records)} trainings of its run, chosen by {rule} "
        f"({chosen[rule]:.3f}); target data was not used for this choice.",
    )


def _choice(run, record, sentence):
    folder = record["folder"]
    seed = int(folder.name.removeprefix("seed_"))
    return Choice(folder, trial_of(folder, run), seed, sentence)
