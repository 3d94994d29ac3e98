"""Four corpora of people, four languages, each left out in turn.

EMO-DB (German), EMOVO (Italian), URDU (Urdu) and RAVDESS (English); anger,
happiness, neutral and sadness; train on three corpora, score all of the fourth;
features normalised by the sources, by each corpus, by each speaker. Every cell
is one call of the recipe's train.py with several seeds.

> python benchmarks/leave_one_language_out.py \
      --data_folder <folder of EMO-DB EMOVO URDU RAVDESS>

Takes about half an hour on one core, less with --jobs 2. A cell that is done is
not done again while its run folder is there. Writes
leave_one_language_out.json, from which ``make tables`` writes the READMEs.
"""

import itertools
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import recipe

NORMALISATIONS = ("none", "corpus", "speaker")


def main():
    """Run what is missing and write all results."""
    parser = recipe.parser(__file__, __doc__, seeds=3)
    parser.add_argument("--yaml", default="source_only")
    arguments = parser.parse_args()

    def cell(target, normalise_by):
        """Train, score and tell one cell of the table."""
        report = recipe.run(
            arguments.yaml,
            Path(arguments.runs, f"{target}_{normalise_by}"),
            *("--protocol", f"four_without_{target}"),
            *("--normalise_by", normalise_by),
            *("--data_folder", str(Path(arguments.data_folder).resolve())),
            *("--seeds", str(arguments.seeds)),
        )
        uar = report["parts"]["target_scored"]["scores"]["uar"]["mean"]
        print(f"{target} left out, by {normalise_by}: UAR {100 * uar:.1f} %")
        return {
            "target": target,
            "normalise_by": normalise_by,
            **recipe.result(report),
        }

    cells = itertools.product(recipe.TARGETS, NORMALISATIONS)
    with ThreadPoolExecutor(arguments.jobs) as pool:
        results = list(pool.map(lambda names: cell(*names), cells))
    recipe.write(arguments.output, results)


if __name__ == "__main__":
    main()
