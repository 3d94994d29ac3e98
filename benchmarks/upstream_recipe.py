"""Score the recipe for SpeechBrain (upstream/) on each of four languages left out.

> python benchmarks/upstream_recipe.py --data_folder <folder of corpora> \
      --encoder openai/whisper-base --layers 2-4

Trains both YAMLs with three seeds per language, on statistics of the encoder that are
cached below ``--runs``, and writes the confusion counts to upstream_recipe.json.
"""

import argparse
import csv
import datetime
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from measured import CORPUS, HERE, difference, score

from speechbrain_clser.evaluation import statistics
from speechbrain_clser.evaluation.comparison import compare_counts
from speechbrain_clser.evaluation.json_safe import compact_counts
from speechbrain_clser.evaluation.run_counts import RunCounts

ROOT = HERE.parent
RECIPE = ROOT / "upstream" / "recipes" / "CrossLingualSER"
TARGETS = ("emodb", "emovo", "urdu", "ravdess")
YAMLS = ("source_only", "supcon")
SEEDS = (1001, 1002, 1003)
CLASSES = ("anger", "happiness", "neutral", "sadness")


def train(yaml, folder, data_folder, *options) -> Path:
    """Run the recipe, unless the run is finished.

    Arguments
    ---------
    yaml : str
        Stem of the hyperparameters.
    folder : Path
        Of the run.
    data_folder : str or Path
        Folder of the corpora.
    *options : str
        Further options of train.py.

    Returns
    -------
    Path
        ``folder``.

    Raises
    ------
    RuntimeError
        If train.py fails.
    """
    folder = Path(folder).resolve()
    if (folder / "predictions.csv").is_file():
        return folder
    done = subprocess.run(
        [
            *(sys.executable, "train.py", f"hparams/{yaml}.yaml"),
            *("--data_folder", str(Path(data_folder).resolve())),
            *("--output_folder", str(folder), "--noprogressbar", *options),
        ],
        cwd=RECIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{yaml} in {folder} failed:\n{done.stderr[-4000:]}")
    return folder


def count(folders) -> RunCounts:
    """Count the confusions of trainings by speaker.

    Arguments
    ---------
    folders : list of Path
        Runs with the same test set, one per seed.

    Returns
    -------
    RunCounts
        With the speakers in alphabetical order.
    """
    with open(folders[0] / "test.csv", newline="", encoding="utf-8") as file:
        speaker_of = {row["ID"]: row["speaker"] for row in csv.DictReader(file)}
    speakers = sorted(set(speaker_of.values()))
    n_classes = len(CLASSES)
    counts = np.zeros((len(folders), len(speakers), n_classes, n_classes), int)
    for k, folder in enumerate(folders):
        path = folder / "predictions.csv"
        with open(path, newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                place = (
                    speakers.index(speaker_of[row["ID"]]),
                    CLASSES.index(row["target"]),
                    CLASSES.index(row["predicted"]),
                )
                counts[(k, *place)] += 1
    return RunCounts(speakers, [0] * len(folders), counts)


def upstream() -> dict:
    """Build the table of results, for the README of the recipe.

    Returns
    -------
    dict
        Columns and rows, one per YAML.
    """
    saved = json.loads(
        (HERE / "upstream_recipe.json").read_text(encoding="utf-8")
    )
    counts = {
        yaml: {target: RunCounts.from_json(one) for target, one in of.items()}
        for yaml, of in saved["counts"].items()
    }
    compared = compare_counts(counts, YAMLS[0])
    rows = []
    for yaml, of in counts.items():
        gain = compared[yaml]["mean"].get("difference")
        rows.append(
            [
                *(saved["date"], f"{yaml}.yaml"),
                *(
                    f"{100 * one.value:.1f}"
                    for one in map(_estimate, of.values())
                ),
                score(statistics.estimate([*of.values()]).to_json()),
                difference({**gain, "mean": gain["difference"]})
                if gain
                else None,
                *("not published", "not published"),
                f"{saved['hardware']}, {saved['minutes'][yaml]:.1f} min",
            ]
        )
    return {
        "columns": [
            *("Release", "hyperparams file"),
            *(CORPUS[target] for target in TARGETS),
            *("mean UAR", "gain", "HuggingFace link", "Model link"),
            "Hardware, time per training",
        ],
        "rows": rows,
    }


def _estimate(counts):
    return statistics.estimate([counts])


def performance(yaml) -> str:
    """Return the value of the column ``performance`` of the CSV of SpeechBrain."""
    saved = json.loads(
        (HERE / "upstream_recipe.json").read_text(encoding="utf-8")
    )
    folds = [RunCounts.from_json(one) for one in saved["counts"][yaml].values()]
    return f"UAR={100 * statistics.estimate(folds).value:.1f}%"


def main():
    """Train all cells and write their counts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data_folder", required=True)
    parser.add_argument("--encoder", required=True)
    parser.add_argument("--layers", required=True)
    parser.add_argument("--runs", default="results/upstream")
    given = parser.parse_args()
    runs = Path(given.runs).resolve()
    common = (
        *("--encoder", given.encoder, "--layers", given.layers),
        *("--feature_folder", str(runs / "features"), "--device", "cpu"),
    )
    counts, minutes = {}, {}
    for yaml in YAMLS:
        counts[yaml], seconds = {}, []
        for target in TARGETS:
            sources = [name for name in TARGETS if name != target]
            folders = []
            for seed in SEEDS:
                began = time.monotonic()
                folder = runs / yaml / target / str(seed)
                is_new = not (folder / "predictions.csv").is_file()
                folders.append(
                    train(
                        *(yaml, folder, given.data_folder, *common),
                        *("--sources", json.dumps(sources)),
                        *("--targets", json.dumps([target])),
                        *("--seed", str(seed)),
                    )
                )
                if is_new:
                    (folder / "seconds.txt").write_text(
                        str(time.monotonic() - began), encoding="utf-8"
                    )
                seconds.append(float((folder / "seconds.txt").read_text()))
            counts[yaml][target] = count(folders).to_json()
        # The first training fills the cache.
        minutes[yaml] = float(np.median(seconds)) / 60
    saved = {
        "date": datetime.date.today().isoformat(),
        **{"encoder": "Whisper base", "layers": given.layers},
        **{"hardware": "1 CPU core", "minutes": minutes, "counts": counts},
    }
    text = compact_counts(json.dumps(saved, indent=1))
    (HERE / "upstream_recipe.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
