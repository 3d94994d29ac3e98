"""Checkpoints that a kill cannot break."""

from speechbrain.utils.checkpoints import Checkpointer

WHOLE = "WHOLE"


class WholeCheckpointer(Checkpointer):
    """A Checkpointer that knows the checkpoints it has finished.

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
        """Save as SpeechBrain does, and mark what is whole."""
        saved = super().save_checkpoint(*args, **kwargs)
        if saved is not None:  # only the main process saves
            (saved.path / WHOLE).touch()
        return saved

    def list_checkpoints(self):
        """List the checkpoints that are whole."""
        found = super().list_checkpoints()
        return [saved for saved in found if (saved.path / WHOLE).exists()]
