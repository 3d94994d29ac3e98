"""Stages of training, one after the other, as the YAML lists them."""

import copy
import dataclasses
import json
from pathlib import Path

from speechbrain.utils.distributed import if_main_process

from speechbrain_clser.data.protocol import load
from speechbrain_clser.deprecation import current_names
from speechbrain_clser.io import atomic_write
from speechbrain_clser.training.brain import MethodBrain
from speechbrain_clser.training.checkpoints import WholeCheckpointer
from speechbrain_clser.training.records import EpochRecords
from speechbrain_clser.training.step import (
    EncoderTraining,
)

LABELLED = ("train", "target_labelled")


@dataclasses.dataclass(frozen=True)
class Phase:
    """A stage of training.

    Arguments
    ---------
    name : str
        Unique in the YAML; names the folder of its checkpoints.
    rows : str or sequence of str
        The labelled parts it trains on: ``"train"``, ``"target_labelled"``, or
        both.
    epochs : int
        How many.
    frozen : tuple of str
        Parts of the method that stay as they are.
    fresh : tuple of str
        Parts of the method that are reset to their state before the first phase.
    lr_factor : float
        Share of the optimiser's learning rate.
    n_unlabelled : int
        Unlabelled utterances added to each batch.
    repeats_per_epoch : int
        Passes over its rows per epoch, for few rows: otherwise validation and
        checkpoints would take longer than training.
    with_encoder : bool
        Whether the encoder is trained too, if it can be.
    losses : sequence of str
        Losses of the method that it minimises; empty: all.

    Raises
    ------
    ValueError
        If ``rows`` names no part to train on, or another one.
    """

    name: str
    rows: str | tuple
    epochs: int
    frozen: tuple = ()
    lr_factor: float = 1.0
    n_unlabelled: int = 0
    fresh: tuple = ()
    repeats_per_epoch: int = 1
    with_encoder: bool = True
    losses: tuple = ()

    @property
    def parts(self):
        """Names of the parts it trains on."""
        others = ("unlabelled",) if self.n_unlabelled else ()
        return (*self.labelled, *others)

    @property
    def labelled(self):
        """Names of the labelled parts among them."""
        rows = [self.rows] if isinstance(self.rows, str) else [*self.rows]
        return tuple(current_names(rows, f"phase {self.name!r}"))

    def __post_init__(self):
        if not self.labelled or not set(self.labelled) <= set(LABELLED):
            raise ValueError(
                f"phase {self.name!r}: rows must be among "
                f"{', '.join(LABELLED)}, got {self.rows!r}"
            )


def wanted(phases, protocol, changes=None):
    """Leave out phases without epochs, and parts that the protocol has not.

    A transfer can so be trained without its source, or without its target. A phase that
    would only repeat the parts of the one before is left out too.

    Arguments
    ---------
    phases : list of Phase
        In their order.
    protocol : str
        As for ``data.protocol.load``: where it labels no target utterance,
        nothing is trained on ``target_labelled``.
    changes : dict, optional
        Likewise.

    Returns
    -------
    list of Phase
        In their order.

    Raises
    ------
    ValueError
        If none is left.

    Example
    -------
    >>> phases = [
    ...     Phase("source", "train", 9),
    ...     Phase("target", "target_labelled", 5),
    ... ]
    >>> [phase.name for phase in wanted(phases, "demo")]
    ['source']
    >>> [phase.name for phase in wanted(phases, "demo_share")]
    ['source', 'target']
    """
    given = set(LABELLED)
    if load(protocol, changes).target_supervision != "shots":
        given.remove("target_labelled")
    found = []
    for phase in phases:
        rows = tuple(part for part in phase.labelled if part in given)
        if not (phase.epochs and rows):
            continue
        kept = dataclasses.replace(phase, rows=rows)
        is_cut = kept.labelled != phase.labelled
        if not (is_cut and found and found[-1].parts == kept.parts):
            found.append(kept)
    if not found:
        raise ValueError(
            f"of the phases {', '.join(phase.name for phase in phases)} none "
            f"is left: they have no epochs, or train on target_labelled, of which "
            f"protocol {protocol!r} has none"
        )
    return found


def refuse_empty(phases):
    """Raise ValueError for phases without epochs, which have no result.

    Raises
    ------
    ValueError
        If one has none.

    Example
    -------
    >>> refuse_empty([Phase("train", "train", 0)])
    Traceback (most recent call last):
    ValueError: phase 'train': expected 1 epoch or more, found 0; ...
    """
    for phase in phases:
        if phase.epochs < 1:
            raise ValueError(
                f"phase {phase.name!r}: expected 1 epoch or more, found "
                f"{phase.epochs}; give --number_of_epochs 1, or more"
            )


def run_phases(
    phases,
    method,
    datasets,
    folder,
    loaders,
    selection,
    before=None,
    begin=None,
    encoder=None,
    save_folder=None,
    **brain,
):
    """Train all phases; finished ones are not repeated after a restart.

    With a normaliser, which the store's frames have been through, phases before
    the first that trains the encoder use stored frames.

    Arguments
    ---------
    phases : list of Phase
        In their order.
    method : Method
        Trained in place; each phase leaves its selected epoch in it.
    datasets : dict
        Name of each phase to its DynamicItemDataset; ``"valid"`` chooses in
        every phase.
    folder : str or Path
        Of the seed.
    loaders : dict
        ``"eval"`` and the name of each phase to keyword arguments of its data
        loader.
    selection : EpochSelection
        Chooses the epoch of each phase.
    before : callable, optional
        Called with the first Brain before it trains.
    begin : callable, optional
        Called at the beginning of each phase with whether it calls the
        extractor in the step.
    encoder : EncoderTraining, optional
        For ``MethodBrain``, from when the extractor is called in the step.
    save_folder : str or Path, optional
        Of the checkpoints of all phases; by default ``save`` in ``folder``.
    **brain
        For ``MethodBrain``: config, train_logger and what ``sb.Brain`` takes.

    Returns
    -------
    MethodBrain
        Of the last phase, ready to predict.
    """
    folder = Path(folder)
    save_folder = Path(save_folder or folder / "save")
    encoder = encoder or EncoderTraining()
    is_stored = encoder.normaliser is not None
    untrained = {
        name: copy.deepcopy(part.state_dict())
        for name, part in method.named_children()
        if any(name in phase.fresh for phase in phases)
    }
    for phase in phases:
        is_stored = is_stored and not phase.with_encoder
        if begin is not None:
            begin(encoder.extractor is not None and not is_stored)
        trainer = MethodBrain(
            method,
            phase,
            selection=selection,
            records=EpochRecords(folder / "epochs.jsonl", phase.name),
            checkpointer=WholeCheckpointer(save_folder / phase.name),
            encoder=None if is_stored else encoder,
            untrained=untrained,
            **brain,
        )
        if before is not None and phase is phases[0]:
            before(trainer)
        trainer.fit_phase(
            datasets[phase.name],
            datasets["valid"],
            dict(loaders[phase.name]),
            loaders["eval"],
        )
        record = trainer.load_selected()
        chosen = {"rule": selection.rule, **record}
    if if_main_process():
        for name, value in (
            ("selected", chosen),
            ("notes", method.diagnostics()),
        ):
            path = folder / f"{name}.json"
            atomic_write(path, json.dumps(value, indent=1))
    return trainer
