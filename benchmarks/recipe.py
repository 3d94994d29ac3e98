"""One call of the recipe's train.py, and the report it leaves."""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

RECIPE = Path(__file__).parents[1] / "recipes" / "CrossLingualSER"
# Languages of the four corpora that anybody can download; each is left out.
TARGETS = ("german", "italian", "urdu", "english")


def parser(script, description, seeds) -> argparse.ArgumentParser:
    """Make the command line of a benchmark over the four corpora.

    Arguments
    ---------
    script : str
        ``__file__`` of the benchmark; results stand beside it.
    description : str
        Its docstring.
    seeds : int
        Trainings of each cell, unless told otherwise.

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
    """Train and score as a person would, unless it has been done.

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
    """Write values of a YAML as arguments of train.py.

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
    """Keep of a report what tables are made of.

    Arguments
    ---------
    report : dict
        From ``run``.

    Returns
    -------
    dict
        Protocol and its digest, supervision, seeds, and UAR on the target.
    """
    part = report["parts"]["target_scored"]
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
    }


def write(path, results) -> None:
    """Write results where ``tables.py`` finds them.

    Arguments
    ---------
    path : str or Path
        A JSON file.
    results : dict or list
        Plain values.
    """
    text = json.dumps(results, indent=1, ensure_ascii=False)
    Path(path).write_text(text + "\n", encoding="utf-8")
