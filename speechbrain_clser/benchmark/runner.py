"""Run the cells of a study: resumable, in parallel, here or on a cluster."""

import contextlib
import dataclasses
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import mean

import speechbrain_clser
from speechbrain_clser.benchmark.study import default
from speechbrain_clser.errors import message_of
from speechbrain_clser.io import atomic_write, read_json

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

DONE, LOG, LOCK = "cell.json", "console.txt", "cell.lock"
CHECK_AGAIN = "delete it; the cell is then checked again by train.py"
POLL_S = 0.2
LAST_LINES = 3  # of the log, shown for a failed cell


@dataclasses.dataclass(frozen=True)
class Setup:
    """Folders and data of the runs of a study.

    Arguments
    ---------
    output : Path
        Folder of the study; each cell has a run folder in it.
    data_folder : str
        As for train.py.
    recipe : Path
        Folder of train.py.
    """

    output: Path
    data_folder: str
    recipe: Path

    def folder(self, cell) -> Path:
        """Return the run folder of a cell."""
        return self.output / cell.name

    def command(self, cell) -> list:
        """Return the command line of a cell, without its report if possible."""
        has_report = default(self.recipe, cell.yaml, "report")
        return [
            *(sys.executable, "train.py", *cell.arguments),
            *("--output_folder", str(self.folder(cell))),
            *(("--data_folder", self.data_folder) if self.data_folder else ()),
            *(("--report", "False") if has_report else ()),
            "--noprogressbar",
        ]

    def is_done(self, cell) -> bool:
        """Return whether a cell was run with the same settings."""
        path = self.folder(cell) / DONE
        return (
            path.is_file()
            and read_json(path, CHECK_AGAIN)["arguments"] == cell.arguments
        )


def find_recipe(folder=None) -> Path:
    """Return the folder of train.py.

    Arguments
    ---------
    folder : str or Path, optional
        By default the working directory, else the recipe of the installed package,
        or of the clone from which it is imported.

    Returns
    -------
    Path
        Absolute.

    Raises
    ------
    FileNotFoundError
        If there is none.
    """
    package = Path(speechbrain_clser.__file__).parent
    clone = package.parent / "recipes" / "CrossLingualSER"
    # setup.py installs the recipe as a folder of the package.
    places = [folder] if folder else [".", clone, package / "recipe"]
    for place in map(Path, places):
        if (place / "train.py").is_file() and (place / "hparams").is_dir():
            return place.resolve()
    raise FileNotFoundError(
        f"expected train.py and hparams/ in {' or '.join(map(str, places))}; "
        "give the folder recipes/CrossLingualSER of a clone as --recipe"
    )


def run_cell(command, recipe, folder, arguments) -> str:
    """Run one cell and write ``cell.json`` if it succeeds.

    Arguments
    ---------
    command : list of str
        From ``Setup.command``.
    recipe, folder : Path
        Of train.py, and of the run.
    arguments : list of str
        Written to ``cell.json``, to recognise the cell.

    Returns
    -------
    str
        Empty, or the last lines of the log if the command failed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    environment = {"OMP_NUM_THREADS": "1", **os.environ}
    start = time.monotonic()
    with _alone(folder) as inherited, open(folder / LOG, "wb") as log:
        status = subprocess.run(
            command,
            cwd=recipe,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            pass_fds=inherited,
        ).returncode
    if status:
        text = (folder / LOG).read_text(encoding="utf-8", errors="replace")
        lines = [line for line in text.split("\n") if line.strip()]
        lines = lines or [f"train.py ended with status {status}"]
        return "\n".join(lines[-LAST_LINES:])
    seconds = round(time.monotonic() - start, 1)
    done = {"arguments": arguments, "seconds": seconds}
    atomic_write(folder / DONE, json.dumps(done, indent=1) + "\n")
    return ""


@contextlib.contextmanager
def _alone(folder):
    """Wait for another process that runs this cell.

    The lock is inherited by train.py: it outlives a killed ``clser benchmark`` as
    long as its train.py goes on.
    """
    if fcntl is None:  # Windows
        yield ()
        return
    with open(folder / LOCK, "w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield (file.fileno(),)


def run(cells, setup, submit, jobs, on_end) -> dict:
    """Run all cells that are not done; a failing cell does not stop the others.

    Features of a corpus and an encoder are extracted by one cell only: others
    that need them wait until it ends.

    Arguments
    ---------
    cells : list of Cell
        Of a study.
    setup : Setup
        Folders.
    submit : callable
        ``submit(run_cell, *arguments)`` returns a future with ``done()`` and
        ``result()``; see ``launcher``.
    jobs : int
        Number of cells that run at the same time.
    on_end : callable
        Called with each finished cell and its message, empty if it succeeded.

    Returns
    -------
    dict
        Failed cell to the last lines of its log.
    """
    waiting, extracted, running, failed = [], set(), {}, {}
    for cell in cells:
        if setup.is_done(cell):
            extracted |= cell.features
        else:
            waiting.append(cell)
    while waiting or running:
        for cell in list(waiting):
            busy = set().union(*(new for _, new in running.values()))
            if len(running) < jobs and not cell.features & busy:
                waiting.remove(cell)
                future = submit(
                    run_cell,
                    *(setup.command(cell), setup.recipe),
                    *(setup.folder(cell), cell.arguments),
                )
                running[future] = (cell, cell.features - extracted)
        time.sleep(POLL_S)
        for future in [future for future in running if future.done()]:
            cell, new = running.pop(future)
            try:
                message = future.result()
            except (
                OSError,
                RuntimeError,
            ) as error:  # a full disk, a killed job
                message = message_of(error)
            if message:
                failed[cell.name] = message
            else:
                extracted |= new
            on_end(cell, message)
    return failed


def estimate_s(cells, setup, jobs) -> float | None:
    """Estimate the time of the cells that are not done, from those that are.

    Arguments
    ---------
    cells : list of Cell
        Of a study.
    setup : Setup
        Folders.
    jobs : int
        Number of cells that run at the same time.

    Returns
    -------
    float
        Seconds: the mean time of finished cells of the same system and encoder,
        else of the same encoder, else of all; None if no cell is finished.
    """
    taken = {
        (cell.system, cell.encoder): read_json(
            setup.folder(cell) / DONE, CHECK_AGAIN
        )["seconds"]
        for cell in cells
        if setup.is_done(cell)
    }
    if not taken:
        return None
    total = 0.0
    for cell in cells:
        if not setup.is_done(cell):
            place = (cell.system, cell.encoder)
            same = [s for (_, of), s in taken.items() if of == cell.encoder]
            total += taken.get(place, mean(same or taken.values()))
    return total / jobs


@contextlib.contextmanager
def launcher(name, jobs, folder, parameters):
    """Yield the function that starts cells.

    Arguments
    ---------
    name : str
        ``"local"``: processes on this machine; ``"slurm"``: jobs of a cluster;
        ``"submitit-local"``: processes that submitit starts, to try it out.
    jobs : int
        Number of cells that run at the same time.
    folder : Path
        For the logs of submitit.
    parameters : dict
        Of ``submitit.AutoExecutor.update_parameters``, such as
        ``slurm_partition``, ``gpus_per_node`` and ``timeout_min``.

    Raises
    ------
    ValueError
        If submitit is needed and not installed.
    """
    if name == "local":
        with ThreadPoolExecutor(jobs) as pool:
            yield pool.submit
        return
    try:
        import submitit
    except ImportError as error:
        raise ValueError(
            f"--launcher {name} needs submitit; type: "
            "pip install 'speechbrain-clser[slurm]'"
        ) from error
    cluster = name.removeprefix("submitit-")
    executor = submitit.AutoExecutor(folder / "submitit", cluster=cluster)
    executor.update_parameters(**parameters)
    yield executor.submit
