"""Restore a run folder if the run fails before training."""

import contextlib
import logging
import shutil
from pathlib import Path

from speechbrain.utils.distributed import if_main_process

from speechbrain_clser.io import atomic_write

TRIALS = ("trial_*", "draw_*")  # the second is of the previous version
# What a run writes before it trains, besides the folders of its seeds.
FILES = (
    *("*.json", "parts.csv", "manifests/*"),
    *(
        f"{trial}/{name}"
        for trial in TRIALS
        for name in ("*.json", "parts.csv")
    ),
)
SEEDS = ("seed_*", *(f"{trial}/seed_*" for trial in TRIALS))
TRAINED = ("epochs.jsonl", "save/*/CKPT*")


@contextlib.contextmanager
def as_found(folder, trials):
    """Undo what is written to a run folder if an error comes before training.

    As soon as one of the seeds has an epoch or a checkpoint, all stays. Files
    of another process are not changed.

    Arguments
    ---------
    folder : str or Path
        Of the run; need not exist.
    trials : iterable of iterable of int
        Seeds that this process trains, for each trial.

    Example
    -------
    >>> folder = getfixture("tmp_path") / "results" / "run"
    >>> with contextlib.suppress(ValueError), as_found(folder, [[1]]):
    ...     folder.mkdir(parents=True)
    ...     _ = (folder / "settings.json").write_text("{}")
    ...     raise ValueError("no such corpus")
    >>> folder.parent.exists()
    False
    """
    folder = Path(folder)
    own = {f"seed_{seed}" for seeds in trials for seed in seeds}
    if not if_main_process():
        yield
        return
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    before = {path: path.read_bytes() for path in _files(folder)}
    seeds_before, trained = set(_seeds(folder)), _trained(folder, own)
    is_done = False
    try:
        yield
        is_done = True
    finally:
        new = set(_seeds(folder)) - seeds_before
        is_shared = any(path.name not in own for path in new)
        if not (is_done or is_shared) and _trained(folder, own) == trained:
            _close_logs(folder)
            for seed in new:
                shutil.rmtree(seed)
            _restore(folder, before)
            _remove_empty([folder / "manifests", *_found(folder, TRIALS)])
            _remove_empty(missing)


def _files(folder):
    return [path for path in _found(folder, FILES) if path.is_file()]


def _found(folder, patterns):
    return [path for pattern in patterns for path in folder.glob(pattern)]


def _seeds(folder):
    return _found(folder, SEEDS)


def _restore(folder, before):
    """Delete files that are new, and write those that changed as before."""
    for path in _files(folder):
        if path not in before:
            path.unlink()
        elif path.read_bytes() != before[path]:
            atomic_write(path, before[path])


def _trained(folder, own):
    """Epochs and checkpoints of the seeds, with their times."""
    return {
        (path, path.stat().st_mtime_ns)
        for seed in _seeds(folder)
        if seed.name in own
        for pattern in TRAINED
        for path in seed.glob(pattern)
    }


def _close_logs(folder):
    """Close log files in the folder: Windows deletes no open file."""
    root = logging.getLogger()
    for handler in [*root.handlers]:
        if isinstance(handler, logging.FileHandler) and (
            folder.resolve() in Path(handler.baseFilename).parents
        ):
            root.removeHandler(handler)
            handler.close()


def _remove_empty(folders):
    for folder in folders:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
