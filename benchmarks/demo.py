"""Run every method on the demo corpus with the defaults of its YAML.

> python benchmarks/demo.py

Needs no data. Takes some minutes on one core. Writes demo.json, from which
``make tables`` writes the README, and docs/images/demo.svg from the report of the
default run. ``make train`` calls this script. The speech is synthetic: the results show
that the code works and do not apply to human speech.
"""

import argparse
import time
from pathlib import Path

import recipe

DEFAULT = "linear"
METHODS = (
    *(DEFAULT, "source_only", "supcon_spkadv"),
    *("dual_anchor", "sere", "hump_cat"),
)
PICTURE = Path(__file__).parents[1] / "docs" / "images" / "demo.svg"


def main():
    """Run missing trainings, write all results and the figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", default="results/demo")
    parser.add_argument("--output", default=Path(__file__).with_suffix(".json"))
    arguments = parser.parse_args()
    results = []
    for method in METHODS:
        started = time.time()
        report = recipe.run(method, Path(arguments.runs, method))
        linear = {one["name"]: one for one in report["baselines"]}["linear"]
        results.append(
            {
                "method": method,
                **recipe.result(report),
                "linear": {k: linear[k] for k in ("uar", "difference")},
            }
        )
        print(f"{method}: {time.time() - started:.0f} s")
        if method == DEFAULT:
            draw(report)
    recipe.write(arguments.output, results)


def draw(report):
    """Plot the confusion matrix of the default run."""
    from speechbrain_clser.evaluation import plots

    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    plots.confusion_matrix(report).savefig(PICTURE, facecolor="white")


if __name__ == "__main__":
    main()
