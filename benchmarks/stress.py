"""Run ``clser stress`` on the demo model.

> python benchmarks/stress.py --model MODEL

MODEL is the model/ of a run of ``linear`` on the demo corpus; by default it is trained.
Writes stress.json, from which ``make tables`` writes results.md. The speech is
synthetic: the results show what the command reports, not how models of human speech do.
"""

import argparse
import tempfile
from pathlib import Path

import recipe
import torch

KEPT = ("name", "uar", "change", "agreement", "verdict", "missing")


def main():
    """Measure and write stress.json."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model")
    parser.add_argument("--runs", default="results/stress")
    parser.add_argument("--output", default=Path(__file__).with_suffix(".json"))
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    from speechbrain_clser.stress import runner

    model = arguments.model
    if not model:
        recipe.run("linear", arguments.runs)
        model = Path(arguments.runs, "model")
    with tempfile.TemporaryDirectory() as manifests:
        found = runner.stress(model, "demo", "", manifests)
    rows = [{key: row.get(key) for key in KEPT} for row in found["conditions"]]
    recipe.write(arguments.output, {**found, "conditions": rows})
    print(f"{found['seconds']} s")


if __name__ == "__main__":
    main()
