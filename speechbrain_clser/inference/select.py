"""Which training of a run others shall use, and how a model says it is of it."""

import dataclasses
import os
from pathlib import Path

from speechbrain_clser.evaluation.run import AGAIN, trainings, trial_of
from speechbrain_clser.evaluation.selection import pick_epoch
from speechbrain_clser.io import read_json

FILE = "training.json"  # of a model folder
RULE = "source_valid_uar"


@dataclasses.dataclass(frozen=True)
class Choice:
    """The training of a run that others shall use.

    Arguments
    ---------
    folder : Path
        Of the training.
    trial, seed : int
        Which it is.
    sentence : str
        How it was chosen.
    """

    folder: Path
    trial: int
    seed: int
    sentence: str

    def origin(self) -> dict:
        """Tell what a model is made of.

        Returns
        -------
        dict
            ``trial``, ``seed``, ``phase``, ``epoch``, ``protocol``, the digest
            of one, and ``chosen``.
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
    """Find the training of a run that others shall use.

    Several seeds or draws differ by chance, and only sources may tell which
    is better: the protocol's own rule where it is one over the source
    validation, else ``source_valid_uar``. The first of equals is taken.

    Arguments
    ---------
    run : path
        ``output_folder`` of the run.

    Returns
    -------
    Choice
        Among the trainings that have come to their end.

    Raises
    ------
    FileNotFoundError
        If there is none.
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
    rule = rule if rule.startswith("source_valid_") else RULE
    chosen = pick_epoch(records, rule)
    return _choice(
        run,
        chosen,
        f"One of {len(records)} trainings of its run, chosen by {rule} "
        f"({chosen[rule]:.3f}); the target had no part in that choice.",
    )


def _choice(run, record, sentence):
    folder = record["folder"]
    seed = int(folder.name.removeprefix("seed_"))
    return Choice(folder, trial_of(folder, run), seed, sentence)
