"""Run the recipe's train.py and collect the reports."""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

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


def timed(function, *arguments, **more) -> tuple:
    """Call a function; return its result, wall time and CPU time."""
    start, cpu_start = time.perf_counter(), time.process_time()
    result = function(*arguments, **more)
    cost = {
        "seconds": round(time.perf_counter() - start, 3),
        "cpu_seconds": round(time.process_time() - cpu_start, 3),
    }
    return result, cost


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
