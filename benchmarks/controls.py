"""What each part of supcon_spkadv is good for, each language left out in turn.

EMO-DB (German), EMOVO (Italian), URDU (Urdu) and RAVDESS (English); train on
three corpora, score all of the fourth; the plain recogniser, the method, and
the method with one part taken out or exchanged. Every cell is one call of the
recipe's train.py with several seeds.

> python benchmarks/controls.py --data_folder <folder of EMO-DB EMOVO URDU RAVDESS>

Takes some hours on one core, less with --jobs 2. What is done is not done again
while its run folder is there. Writes controls.json, from which ``make tables``
writes the README: UAR with intervals, and paired tests of every system against
those of ``BASELINES``, corrected by Holm.
"""

import itertools
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import recipe

from speechbrain_clser.evaluation.comparison import contest

PLAIN, METHOD = "source_only, plain batches", "supcon_spkadv"
# Name in the table to YAML and what is overridden in it.
SYSTEMS = {
    PLAIN: ("source_only", {"balance": "none"}),
    "source_only, drawn evenly": ("source_only", {"balance": "language_class"}),
    "source_only, batches of cells": ("source_only", {"balance": "cells"}),
    METHOD: (METHOD, {}),
    "no contrast": (METHOD, {"loss_weights": {"supcon": 0.0}}),
    "no adversary": (METHOD, {"loss_weights": {"adversary": 0.0}}),
    "against languages": (METHOD, {"adversary": "language"}),
    "against speakers of a language": (
        METHOD,
        {"adversary": "speaker_within_language"},
    ),
    "languages weigh the same": (METHOD, {"language_weight": 1.0}),
    "plain batches": (METHOD, {"balance": "none"}),
}
BASELINES = (PLAIN, METHOD)


def main():
    """Run what is missing, hold the systems against each other, write."""
    arguments = recipe.parser(__file__, __doc__, seeds=5).parse_args()
    runs = {
        system: {
            target: Path(arguments.runs, system.replace(", ", "-"), target)
            for target in recipe.TARGETS
        }
        for system in SYSTEMS
    }

    def cell(system, target):
        """Train, score and tell one cell."""
        yaml, overrides = SYSTEMS[system]
        report = recipe.run(
            yaml,
            runs[system][target],
            *("--protocol", f"four_without_{target}"),
            *("--data_folder", str(Path(arguments.data_folder).resolve())),
            *("--seeds", str(arguments.seeds)),
            *recipe.flags(overrides),
        )
        told = recipe.result(report)
        print(f"{system}, {target} left out: {100 * told['uar']['mean']:.1f} %")
        return {"system": system, "target": target, **told}

    cells = itertools.product(SYSTEMS, recipe.TARGETS)
    with ThreadPoolExecutor(arguments.jobs) as pool:
        results = list(pool.map(lambda names: cell(*names), cells))
    against = {baseline: contest(runs, baseline) for baseline in BASELINES}
    recipe.write(arguments.output, {"cells": results, "against": against})


if __name__ == "__main__":
    main()
