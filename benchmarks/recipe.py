"""Run the recipe's train.py and collect the reports."""

import argparse
import itertools
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from speechbrain_clser.evaluation.comparison import compare_systems
from speechbrain_clser.evaluation.json_safe import compact_counts

RECIPE = Path(__file__).parents[1] / "recipes" / "CrossLingualSER"
# Languages of the four freely available corpora; each is left out in turn.
TARGETS = ("german", "italian", "urdu", "english")


def parser(script, description, seeds) -> argparse.ArgumentParser:
    """Build the argument parser of a benchmark over the four corpora.

    Arguments
    ---------
    script : str
        ``__file__`` of the benchmark; results are written to the same folder.
    description : str
        Its docstring.
    seeds : int
        Default number of trainings per cell.

    Returns
    -------
    argparse.ArgumentParser
        Of ``data_folder``, ``seeds``, ``jobs``, ``runs`` and ``output``.
    """
    name = Path(script).stem
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--data_folder", required=True)
    parser.add_argument("--seeds", type=int, default=seeds)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--runs", default=f"results/{name}")
    parser.add_argument("--output", default=Path(script).with_suffix(".json"))
    return parser


def run(yaml, folder, *more) -> dict:
    """Run the recipe, unless the run is finished.

    Arguments
    ---------
    yaml : str
        Name of the hyperparameters, such as ``"source_only"``.
    folder : str or Path
        Of the run; what is finished in it is not done again.
    *more : str
        Further arguments of train.py.

    Returns
    -------
    dict
        The report.
    """
    folder = Path(folder).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    command = [
        *(sys.executable, "train.py", f"hparams/{yaml}.yaml"),
        *("--output_folder", str(folder), "--noprogressbar", *more),
    ]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with open(folder / "console.txt", "w", encoding="utf-8") as console:
        subprocess.run(
            command,
            cwd=RECIPE,
            env=environment,
            check=True,
            stdout=console,
            stderr=console,
        )
    return json.loads((folder / "report.json").read_text(encoding="utf-8"))


def flags(overrides) -> list:
    """Format YAML values as arguments of train.py.

    Arguments
    ---------
    overrides : dict
        Key of the YAML to its value.

    Returns
    -------
    list of str
        Two for each.

    Example
    -------
    >>> flags({"balance": "none", "loss_weights": {"supcon": 0.0}})
    ['--balance', '"none"', '--loss_weights', '{"supcon": 0.0}']
    """
    return [
        text
        for key, value in overrides.items()
        for text in (f"--{key}", json.dumps(value))
    ]


def result(report) -> dict:
    """Extract the values of a report that the tables need.

    Arguments
    ---------
    report : dict
        From ``run``.

    Returns
    -------
    dict
        Protocol and its digest, supervision, seeds, UAR on the target, what
        probes read off the embeddings, and the confusion counts from which
        ``comparison.compare_counts`` and ``statistics.estimate`` compute
        intervals and tests again without training.
    """
    part = report["parts"]["test"]
    return {
        "protocol": report["protocol"]["name"],
        "digest": report["protocol"]["digest"],
        "selected_by": report["protocol"]["select_by"],
        "seeds": report["n_seeds"],
        "uar": part["scores"]["uar"],
        "chance_uar": part["chance_uar"],
        "n_utterances": part["n_utterances"],
        "n_speakers": part["n_speakers"],
        "ledger": report["ledger"],
        "probes": report["probes"]["questions"],
        "counts": part["counts"],
    }


def run_study(script, description, systems, folds, baselines, seeds) -> None:
    """Run every system on every fold, compare them and write the results.

    Arguments
    ---------
    script, description : str
        ``__file__`` and docstring of the benchmark.
    systems : dict
        Name to YAML and to what is overridden in it.
    folds : dict
        Name to protocol.
    baselines : iterable of str
        Systems that all others are tested against.
    seeds : int
        Default number of trainings per cell.
    """
    arguments = parser(script, description, seeds).parse_args()
    runs = {
        system: {
            fold: Path(arguments.runs, system.replace(", ", "-"), fold)
            for fold in folds
        }
        for system in systems
    }

    def cell(system, fold):
        """Train and score one cell and print its result."""
        yaml, overrides = systems[system]
        report = run(
            yaml,
            runs[system][fold],
            *("--protocol", folds[fold]),
            *("--data_folder", str(Path(arguments.data_folder).resolve())),
            *("--seeds", str(arguments.seeds)),
            *flags(overrides),
        )
        cell = result(report)
        print(f"{system}, {fold}: {100 * cell['uar']['mean']:.1f} %")
        return {"system": system, "fold": fold, **cell}

    cells = itertools.product(systems, folds)
    with ThreadPoolExecutor(arguments.jobs) as pool:
        results = list(pool.map(lambda names: cell(*names), cells))
    against = {
        baseline: compare_systems(runs, baseline) for baseline in baselines
    }
    write(arguments.output, {"cells": results, "against": against})


def write(path, results) -> None:
    """Write results for ``tables.py``.

    Arguments
    ---------
    path : str or Path
        A JSON file.
    results : dict or list
        Plain values. A list of whole numbers, nested or not, is one line.
    """
    text = json.dumps(results, indent=1, ensure_ascii=False)
    Path(path).write_text(compact_counts(text) + "\n", encoding="utf-8")
