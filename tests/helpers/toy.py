"""Write three toy corpora and run the recipe on them."""

import csv
import itertools
import os
import sys
from pathlib import Path

import numpy as np
from helpers import forked, sounds

ROOT = Path(__file__).parents[2]
RECIPE = ROOT / "recipes" / "CrossLingualSER"
LANGUAGES = {"north": "deu", "south": "ita", "west": "eng"}
PITCH_HZ = {"anger": 320, "happiness": 260, "neutral": 190, "sadness": 140}


def make(folder, n_speakers=3):
    """Write the corpora and protocols for two and three of them."""
    for name, language in LANGUAGES.items():
        rows = []
        for number, emotion, take in itertools.product(
            range(n_speakers), PITCH_HZ, range(2)
        ):
            path = f"s{number}_{emotion}_{take}.wav"
            hz = PITCH_HZ[emotion] * (1 + 0.05 * number + 0.01 * take)
            time_s = np.arange(6400) / 16000
            voice = np.sign(np.sin(2 * np.pi * hz * time_s))
            samples = 0.1 * voice[:, None] + 0.1 * sounds.noise(
                name + path, 6400
            )
            sounds.write(folder / name / path, samples)
            rows.append([path, emotion, f"s{number}", language])
        with open(folder / name / "table.csv", "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["path", "emotion", "speaker", "language"])
            writer.writerows(rows)
    (folder / "toy_two_sources.yaml").write_text(
        "sources: [north, west]\ntargets: [south]\n"
    )
    protocol = folder / "toy.yaml"
    protocol.write_text("sources: [north]\ntargets: [south]\n")
    (folder / "toy_unlabelled.yaml").write_text(
        "sources: [north]\ntargets: [south]\nsupervision: transductive\n"
    )
    return protocol


def command(
    folder,
    output,
    *more,
    protocol="toy.yaml",
    yaml="hparams/source_only.yaml",
    launcher=(),
    epochs=3,
    dim=8,
    has_report=False,
):
    """Return the command that trains on the toy corpora; a report takes seconds."""
    if protocol.endswith(".yaml"):
        protocol = str(folder / protocol)
    steps = {
        "--number_of_epochs": epochs,
        "--dim": dim,
        "--speed_perturb": "[]",
    }
    if yaml.endswith("linear.yaml"):
        steps = {}  # no gradient steps
    return [
        *(launcher or [sys.executable]),
        *("train.py", yaml, "--device", "cpu", "--noprogressbar"),
        *(
            str(x)
            for pair in steps.items()
            if pair[0] not in more
            for x in pair
        ),
        *("--batch_size", "8"),
        *("--protocol", protocol),
        *("--data_folder", str(folder), "--output_folder", str(output)),
        *("--cache_folder", str(folder / "cache"), *more),
        *([] if has_report else ["--report", "False"]),
    ]


def environment():
    """Return environment variables: this package, one thread, offline."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}


def train(folder, output, *more, anew=False, **options):
    """Run the recipe, ``anew`` in a new interpreter; return the finished process."""
    return forked.run(
        command(folder, output, *more, **options),
        cwd=RECIPE,
        env=environment(),
        anew=anew,
    )
