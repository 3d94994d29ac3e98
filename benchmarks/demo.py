"""The demo corpus, Turkish left out: the run that ``make train`` makes.

> python benchmarks/demo.py

Needs no data. Takes about a minute on one core. Writes demo.json, from
which ``make tables`` writes the README, and docs/images/demo.svg from the
report of the default run. Synthetic speech: the figures show that the machinery
works and say nothing about speech of people.
"""

import argparse
import time
from pathlib import Path

import recipe

TARGETS = {
    "Turkish": "demo",
}
PICTURE = Path(__file__).parents[1] / "docs" / "images" / "demo.svg"


def main():
    """Run what is missing, write all results and the picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--yaml", default="source_only")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--runs", default="results/demo_in_turn")
    parser.add_argument("--output", default=Path(__file__).with_suffix(".json"))
    arguments = parser.parse_args()
    results, reports = [], []
    for language, protocol in TARGETS.items():
        started = time.time()
        report = recipe.run(
            arguments.yaml,
            Path(arguments.runs, protocol),
            *("--protocol", protocol, "--seeds", str(arguments.seeds)),
        )
        reports.append(report)
        results.append({"target": language, **recipe.result(report)})
        print(f"{language}: {time.time() - started:.0f} s")
    recipe.write(arguments.output, results)
    draw(reports[0])


def draw(report):
    """Draw the confusion of the default run."""
    from speechbrain_clser.evaluation import plots

    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    plots.confusion_matrix(report).savefig(PICTURE, facecolor="white")


if __name__ == "__main__":
    main()
