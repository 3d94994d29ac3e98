"""Four corpora of people, four languages, each left out in turn.

EMO-DB (German), EMOVO (Italian), URDU (Urdu) and RAVDESS (English); anger,
happiness, neutral and sadness; train on three corpora, score all of the fourth;
features normalised by the sources, by each corpus, by each speaker. Every cell
is one call of the recipe's train.py with several seeds.

> python benchmarks/leave_one_language_out.py \
      --data_folder <folder of EMO-DB EMOVO URDU RAVDESS>

Takes about an hour and a half on one core, less with --jobs 2. A cell that is
done is not done again while its run folder is there. Writes
leave_one_language_out.json, from which ``make tables`` writes the README.
"""

import argparse
import itertools
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

RECIPE = Path(__file__).parents[1] / "recipes" / "CrossLingualSER"
TARGETS = ("german", "italian", "urdu", "english")
NORMALISATIONS = ("none", "corpus", "speaker")


def run(cell, arguments):
    """Train and score one cell, and read its report.

    Arguments
    ---------
    cell : tuple of str
        Target and normalisation.
    arguments : argparse.Namespace
        Of the command line.

    Returns
    -------
    dict
        One result.
    """
    target, normalise_by = cell
    protocol = f"four_without_{target}"
    folder = Path(arguments.runs, f"{protocol}_{normalise_by}").resolve()
    command = [
        *(sys.executable, "train.py", f"hparams/{arguments.yaml}.yaml"),
        *("--protocol", protocol, "--normalise_by", normalise_by),
        *("--data_folder", str(Path(arguments.data_folder).resolve())),
        *("--output_folder", str(folder), "--seeds", str(arguments.seeds)),
        "--noprogressbar",
    ]
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "console.txt", "w", encoding="utf-8") as console:
        subprocess.run(
            command, cwd=RECIPE, check=True, stdout=console, stderr=console
        )
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    part = report["parts"]["target_scored"]
    result = {
        "target": target,
        "normalise_by": normalise_by,
        "seeds": report["n_seeds"],
        "uar": part["scores"]["uar"],
        "n_utterances": part["n_utterances"],
        "n_speakers": part["n_speakers"],
        "protocol": protocol,
        "digest": report["protocol"]["digest"],
        "selected_by": report["protocol"]["select_by"],
        "ledger": report["ledger"],
    }
    print(target, normalise_by, f"UAR {100 * result['uar']['mean']:.1f}")
    return result


def main():
    """Run what is missing and write all results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data_folder", required=True)
    parser.add_argument("--yaml", default="source_only")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--runs", default="results/leave_one_language_out")
    parser.add_argument(
        "--output", default=Path(__file__).with_suffix(".json")
    )
    arguments = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    cells = itertools.product(TARGETS, NORMALISATIONS)
    with ThreadPoolExecutor(arguments.jobs) as pool:
        results = list(pool.map(lambda cell: run(cell, arguments), cells))
    Path(arguments.output).write_text(
        json.dumps({"method": arguments.yaml, "cells": results}, indent=1)
        + "\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
