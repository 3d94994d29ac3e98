"""Stages of training, one after the other, as the YAML lists them."""

import dataclasses
import json
from pathlib import Path

from speechbrain_clser.training.brain import MethodBrain
from speechbrain_clser.training.checkpoints import WholeCheckpointer
from speechbrain_clser.training.records import EpochRecords

TRAINED_ON = ("train", "shots", "unlabelled")


@dataclasses.dataclass(frozen=True)
class Phase:
    """A stage of training.

    Arguments
    ---------
    name : str
        Unique in the YAML; names the folder of its checkpoints.
    rows : str
        The part it trains on: ``"train"``, ``"shots"`` or ``"unlabelled"``.
    epochs : int
        How many.
    frozen : tuple of str
        Parts of the method that stay as they are.
    lr_factor : float
        Share of the optimiser's learning rate.

    Raises
    ------
    ValueError
        If ``rows`` is no part to train on.
    """

    name: str
    rows: str
    epochs: int
    frozen: tuple = ()
    lr_factor: float = 1.0

    def __post_init__(self):
        if self.rows not in TRAINED_ON:
            raise ValueError(
                f"phase {self.name!r}: rows must be one of "
                f"{', '.join(TRAINED_ON)}, got {self.rows!r}"
            )


def run_phases(phases, method, datasets, folder, loaders, rule, **brain):
    """Train through all phases; what is done stays done after a restart.

    Arguments
    ---------
    phases : list of Phase
        In their order.
    method : Method
        Trained in place; each phase leaves its selected epoch in it.
    datasets : dict
        Part name to DynamicItemDataset; ``"valid"`` chooses in every phase.
    folder : str or Path
        Of the seed.
    loaders : dict
        ``"eval"`` and the name of each part that is trained on, to keyword
        arguments of its data loader.
    rule : str
        Chooses the epoch of each phase; see ``evaluation.selection``.
    **brain
        For ``MethodBrain``.

    Returns
    -------
    MethodBrain
        Of the last phase, ready to predict.

    Raises
    ------
    ValueError
        If the protocol gives no rows for a phase.
    """
    folder = Path(folder)
    for phase in phases:
        if phase.rows not in datasets:
            raise ValueError(
                f"phase {phase.name!r} trains on {phase.rows!r}, but the "
                f"protocol gives none; it gives {', '.join(datasets)}"
            )
    for phase in phases:
        trainer = MethodBrain(
            method,
            phase,
            rule=rule,
            records=EpochRecords(folder / "epochs.jsonl", phase.name),
            checkpointer=WholeCheckpointer(folder / "save" / phase.name),
            **brain,
        )
        trainer.fit_phase(
            datasets[phase.rows],
            datasets["valid"],
            dict(loaders[phase.rows]),
            loaders["eval"],
        )
        record = trainer.load_selected()
        chosen = {"rule": rule, **record}
    (folder / "selected.json").write_text(json.dumps(chosen, indent=1))
    return trainer
