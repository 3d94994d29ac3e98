"""Run a study file and write its leaderboard."""

import json
from pathlib import Path

from speechbrain_clser.benchmark import leaderboard, results, runner, study
from speechbrain_clser.corpora import join_data_folders
from speechbrain_clser.printable import pluralise


def benchmark(
    path,
    data_folder="",
    output=None,
    encoders=None,
    recipe=None,
    jobs=1,
    launch=("local", {}),
    echo=print,
) -> dict:
    """Run the cells of a study that are not done, and write the leaderboard.

    Arguments
    ---------
    path : str or Path
        The study file.
    data_folder : str
        As for train.py.
    output : str or Path, optional
        Folder of the runs and results; ``results/<name of the file>`` by default.
    encoders : dict, optional
        Name of an encoder in the study to a folder or hub id in its place.
    recipe : str or Path, optional
        Folder of train.py.
    jobs : int
        Number of cells that run at the same time.
    launch : tuple of str and dict
        Name of a launcher and its parameters; see ``runner.launcher``.
    echo : callable
        Shows a line of progress.

    Returns
    -------
    dict
        From ``results.collect``.
    """
    of, setup, cells = plan(path, data_folder, output, encoders, recipe)
    setup.output.mkdir(parents=True, exist_ok=True)
    n_done = sum(map(setup.is_done, cells))
    echo(f"{pluralise(len(cells), 'run')}, {n_done} finished")

    def report(cell, message):
        nonlocal n_done
        n_done += 1
        echo(f"{n_done}/{len(cells)} {cell.name}{' failed' if message else ''}")
        if message:
            echo(f"{message}\nSee {setup.folder(cell) / runner.LOG}")

    name, parameters = launch
    with runner.launcher(name, jobs, setup.output, parameters) as submit:
        failed = runner.run(cells, setup, submit, jobs, report)
    found = results.collect(of, cells, setup, failed)
    echo(str(leaderboard.write(found, setup.output)))
    return found


def plan(
    path, data_folder="", output=None, encoders=None, recipe=None
) -> tuple:
    """Read a study and list its cells.

    Arguments
    ---------
    path, data_folder, output, encoders, recipe
        As for ``benchmark``.

    Returns
    -------
    tuple of Study, Setup and list of Cell
        Without running any.
    """
    local = {
        name: str(Path(value).resolve()) if Path(value).is_dir() else value
        for name, value in (encoders or {}).items()
    }
    of = study.read(path, local)
    if data_folder:
        data_folder = _resolved(data_folder)
    setup = runner.Setup(
        Path(output or Path("results", Path(path).stem)).resolve(),
        data_folder,
        runner.find_recipe(recipe),
    )
    return of, setup, of.cells(setup.recipe)


def _resolved(data_folder):
    """Return absolute folders, because cells run in the folder of the recipe."""
    data_folder = join_data_folders([data_folder])
    if not data_folder.startswith("{"):
        return str(Path(data_folder).resolve())
    folders = json.loads(data_folder)
    return json.dumps({k: str(Path(v).resolve()) for k, v in folders.items()})


def overview(setup, cells, jobs) -> list:
    """Describe what a study would run.

    Arguments
    ---------
    setup : Setup
        Folders.
    cells : list of Cell
        Of the study.
    jobs : int
        Number of cells that run at the same time.

    Returns
    -------
    list of str
        A line per cell, and an estimate of the time.
    """
    lines = [
        f"{'finished' if setup.is_done(cell) else 'to run  '}  {cell.name}"
        + (f" ({len(cell.folds)} folds)" if len(cell.folds) > 1 else "")
        for cell in cells
    ]
    n_left = sum(not setup.is_done(cell) for cell in cells)
    seconds = runner.estimate_s(cells, setup, jobs)
    if not n_left:
        about = "nothing to run"
    elif seconds is None:
        about = "time unknown until a run is finished"
    else:
        about = f"about {seconds / 60:.0f} min with --jobs {jobs}"
    return [
        *lines,
        "",
        f"{n_left} of {pluralise(len(cells), 'run')} to run; {about}",
    ]
