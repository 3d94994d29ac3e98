"""Checkpoints that stay readable if a run is killed."""

import shutil
from pathlib import Path

from speechbrain.utils.checkpoints import CKPT_PREFIX, Checkpointer
from speechbrain.utils.distributed import if_main_process, run_on_main

from speechbrain_clser.io import naming

WHOLE = "WHOLE"


def share_folder(checkpointer):
    """Let all processes use the checkpoint folder of the first process.

    With ``--debug``, the Brain of SpeechBrain 1.1.2 gives each process a temporary
    folder of its own, and only that of the first has checkpoints. Deleting one is a
    collective operation that the others do not take part in: they wait for ever.

    Example
    -------
    >>> checkpointer = Checkpointer(getfixture("tmp_path"))
    >>> share_folder(checkpointer)
    >>> checkpointer.checkpoints_dir == getfixture("tmp_path")
    True
    """
    folder = run_on_main(lambda: str(checkpointer.checkpoints_dir))
    checkpointer.checkpoints_dir = Path(folder)


class WholeCheckpointer(Checkpointer):
    """A Checkpointer that lists only checkpoints that are complete.

    SpeechBrain writes the file that makes a folder a checkpoint first and the
    parameters after it, so that a run killed in between finds, when it is
    resumed, a checkpoint that cannot be read. Here a mark is written last, and
    a folder without it is no checkpoint.

    Example
    -------
    >>> import torch
    >>> folder = getfixture("tmp_path")
    >>> checkpointer = WholeCheckpointer(folder, {"m": torch.nn.Linear(1, 1)})
    >>> saved = checkpointer.save_checkpoint()
    >>> (saved.path / "m.ckpt").write_bytes(b"")  # as a kill leaves it
    0
    >>> (saved.path / "WHOLE").unlink()
    >>> checkpointer.list_checkpoints()
    []
    """

    def save_checkpoint(self, *args, **kwargs):
        """Save as SpeechBrain does, mark what is whole, delete what is not."""
        before = set(self._unfinished())
        try:
            with naming(self.checkpoints_dir):
                saved = super().save_checkpoint(*args, **kwargs)
                if saved is not None:  # only the main process saves
                    (saved.path / WHOLE).touch()
        finally:
            # Those of before stay where nothing is marked: they are of a
            # version without marks.
            has_marks = any(self.list_checkpoints())
            for path in self._unfinished() if if_main_process() else ():
                if has_marks or path not in before:
                    shutil.rmtree(path)
        return saved

    def _unfinished(self):
        """Folders of checkpoints that a kill or a full disk cut short."""
        for path in self.checkpoints_dir.glob(f"{CKPT_PREFIX}*"):
            if not (path / WHOLE).exists():
                yield path

    def list_checkpoints(self):
        """List the checkpoints that are whole."""
        found = super().list_checkpoints()
        return [saved for saved in found if (saved.path / WHOLE).exists()]
