"""Score four corpora in four languages, each left out in turn.

EMO-DB (German), EMOVO (Italian), URDU (Urdu) and RAVDESS (English); anger,
happiness, neutral and sadness; train on three corpora, test on all of the fourth;
features normalised by the sources, by each corpus, by each speaker. Every cell is one
call of the recipe's train.py: the network of source_only with several seeds, the
baselines linear and svm, and all of them adapted to the test utterances without labels.

> python benchmarks/leave_one_language_out.py --encoder openai/whisper-base \
      --data_folder <folder of EMO-DB EMOVO URDU RAVDESS>

Takes about an hour on two cores with --jobs 2. Existing run folders are reused. Writes
leave_one_language_out.json, from which ``make tables`` writes the READMEs.
"""

import itertools
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import recipe

NORMALISATIONS = ("none", "corpus", "speaker")
ADAPTATION = "em_gaussians"
LAYERS = "2-4"  # of 6: the middle, as the default of other encoders


def main():
    """Run missing trainings and write all results."""
    parser = recipe.parser(__file__, __doc__, seeds=3)
    parser.add_argument("--encoder", default="openai/whisper-base")
    arguments = parser.parse_args()
    encoders = {
        "acoustic": [],
        "Whisper base": ["--encoder", arguments.encoder, "--layers", LAYERS],
    }

    def run(yaml, encoder, target, normalise_by, *more):
        """Train and score one cell."""
        name = "_".join((yaml, encoder, target, normalise_by))
        return recipe.run(
            yaml.split()[0],
            Path(arguments.runs, name.replace(" ", "_")),
            *("--protocol", f"four_without_{target}"),
            *("--normalise_by", normalise_by),
            *("--data_folder", str(Path(arguments.data_folder).resolve())),
            *encoders[encoder],
            *more,
        )

    def cell(encoder, target, normalise_by):
        """List the systems of one cell."""
        report = run(
            *("source_only", encoder, target, normalise_by),
            *("--seeds", str(arguments.seeds), "--adaptation", ADAPTATION),
        )
        cell = {
            "encoder": encoder,
            "target": target,
            "normalise_by": normalise_by,
            "protocol": report["protocol"]["name"],
            "digest": report["protocol"]["digest"],
            "seeds": report["n_seeds"],
        }
        network = f"source_only + {ADAPTATION}"
        found = {network: report["parts"]["test"]}
        found[network]["uar"] = found[network]["scores"]["uar"]
        found |= {one["name"]: one for one in report["baselines"]}
        found["source_only"] = found.pop("without adaptation")
        print(f"{encoder}, {target} left out, by {normalise_by}:")
        for system, one in sorted(found.items()):
            print(f"    {system}: UAR {100 * one['uar']['mean']:.1f} %")
        return [
            {
                **cell,
                "system": system,
                "uar": one["uar"],
                "counts": one["counts"],
            }
            for system, one in sorted(found.items())
        ]

    cells = itertools.product(encoders, recipe.TARGETS, NORMALISATIONS)
    with ThreadPoolExecutor(arguments.jobs) as pool:
        results = list(pool.map(lambda names: cell(*names), cells))
    # Target data used by each normalisation, without and with adaptation.
    ledgers = [
        {
            "normalise_by": normalise_by,
            "adaptation": adaptation,
            **run(
                *(f"linear {adaptation}", "acoustic", "german", normalise_by),
                *("--adaptation", adaptation),
            )["ledger"],
        }
        for adaptation in ("none", ADAPTATION)
        for normalise_by in NORMALISATIONS
    ]
    recipe.write(
        arguments.output,
        {
            "cells": [one for cell in results for one in cell],
            "ledgers": ledgers,
        },
    )


if __name__ == "__main__":
    main()
