"""One record per epoch, in a file that people and selection rules read."""

import json
import os
from pathlib import Path

from speechbrain.utils.checkpoints import (
    mark_as_loader,
    mark_as_saver,
    register_checkpoint_hooks,
)
from speechbrain.utils.distributed import if_main_process, main_process_only


@register_checkpoint_hooks
class EpochRecords:
    """The records of one phase; a checkpoint carries those up to its epoch.

    A resumed run so forgets the epochs it will do again, and the file never
    holds one twice.

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
        others = []
        if self.path.exists():
            lines = self.path.read_text(encoding="utf-8").splitlines()
            others = [
                line
                for line in lines
                if json.loads(line)["phase"] != self.phase
            ]
        lines = [*others, *map(json.dumps, self.records)]
        partial = self.path.with_suffix(".partial")
        partial.write_text("\n".join(lines) + "\n", encoding="utf-8")
        os.replace(partial, self.path)

    @mark_as_saver
    @main_process_only
    def save(self, path):
        """Put the records into a checkpoint."""
        Path(path).write_text(json.dumps(self.records), encoding="utf-8")

    @mark_as_loader
    def load(self, path, end_of_epoch):
        """Take the records from a checkpoint."""
        self.records = json.loads(Path(path).read_text(encoding="utf-8"))
