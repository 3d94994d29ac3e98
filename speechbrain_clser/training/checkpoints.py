"""Checkpoints that stay readable if a run is killed."""

import shutil

from speechbrain.utils.checkpoints import CKPT_PREFIX, Checkpointer
from speechbrain.utils.distributed import if_main_process

from speechbrain_clser.io import naming

WHOLE = "WHOLE"


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
