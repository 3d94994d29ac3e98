"""Epoch records: one line of JSON per epoch."""

import dataclasses
import json
import logging
from collections.abc import Callable
from pathlib import Path

from speechbrain.utils.checkpoints import (
    mark_as_loader,
    mark_as_saver,
    register_checkpoint_hooks,
)
from speechbrain.utils.distributed import if_main_process, main_process_only

from speechbrain_clser.io import atomic_write, read_json

logger = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class EpochSelection:
    """Rule that selects the epoch of a phase.

    Arguments
    ---------
    rule : str
        See ``evaluation.selection``.
    oracle : callable, optional
        Gives the target's UAR of a Brain; only an oracle rule needs it.
    """

    rule: str
    oracle: Callable | None = None


def readable(record) -> tuple:
    """Format the training and validation values of an epoch for a log.

    Example
    -------
    >>> readable({"train_loss": 0.51234, "source_valid_uar": 0.5})
    ({'loss': '0.5123'}, {'source UAR': '50.0 %'})
    """
    train, valid = (
        {
            key.removeprefix(prefix): f"{value:.4g}"
            for key, value in record.items()
            if key.startswith(prefix)
        }
        for prefix in ("train_", "source_valid_")
    )
    if "uar" in valid:
        valid["source UAR"] = f"{100 * record['source_valid_uar']:.1f} %"
        del valid["uar"]
    if "oracle_target_uar" in record:
        valid["oracle target UAR"] = (
            f"{100 * record['oracle_target_uar']:.1f} %"
        )
    return train, valid


@register_checkpoint_hooks
class EpochRecords:
    """The records of one phase; a checkpoint carries those up to its epoch.

    A resumed run drops the records of epochs that it repeats, so that the file has
    each epoch once; a damaged file is written again.

    Arguments
    ---------
    path : str or Path
        JSON lines; phases share the file.
    phase : str
        Whose records these are.

    Example
    -------
    >>> path = getfixture("tmp_path") / "epochs.jsonl"
    >>> records = EpochRecords(path, "train")
    >>> records.append({"epoch": 1, "train_loss": 0.5})
    >>> path.read_text()
    '{"phase": "train", "epoch": 1, "train_loss": 0.5}\\n'
    """

    def __init__(self, path, phase):
        self.path, self.phase = Path(path), phase
        self.records = []

    def append(self, record):
        """Add the record of an epoch; the main process writes the file."""
        self.records.append({"phase": self.phase, **record})
        if if_main_process():
            self._write()

    def _write(self):
        lines = [*self._others(), *map(json.dumps, self.records)]
        atomic_write(self.path, "\n".join(lines) + "\n")

    def _others(self):
        """Lines of other phases, without those that are damaged."""
        if not self.path.exists():
            return
        text = self.path.read_text(encoding="utf-8", errors="replace")
        for number, line in enumerate(text.splitlines(), start=1):
            try:
                if json.loads(line)["phase"] != self.phase:
                    yield line
            except (ValueError, TypeError, KeyError):
                logger.warning(
                    "%s, line %d: damaged, so it is left out; each phase "
                    "writes its lines again from its checkpoint",
                    *(self.path, number),
                )

    @mark_as_saver
    @main_process_only
    def save(self, path):
        """Put the records into a checkpoint."""
        atomic_write(path, json.dumps(self.records))

    @mark_as_loader
    def load(self, path, end_of_epoch):
        """Take the records from a checkpoint."""
        advice = "delete its folder: the checkpoint before it is taken"
        self.records = read_json(path, advice, list)
        if if_main_process():
            self._write()
