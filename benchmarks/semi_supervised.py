"""Compare methods with five labelled source utterances per class.

EMO-DB (German), EMOVO (Italian), RAVDESS (English) and URDU; ``sere`` and four
baselines with the same supervision, tested on the target utterances that they adapt to
(transductive, as in papers) and on unseen speakers (inductive). Each trial chooses the
labelled utterances at random; intervals are over speakers and trials.

> python benchmarks/semi_supervised.py --data_folder <folder of the four corpora>

Takes some hours on one core, less with --jobs 2. Existing run folders are reused. Writes
semi_supervised.json, from which ``make tables`` writes STUDIES.md.
"""

import itertools
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import recipe

TASKS = (
    *("emodb_to_emovo", "emovo_to_emodb"),
    *("emodb_to_ravdess", "ravdess_to_emodb"),
    *("emovo_to_ravdess", "ravdess_to_emovo"),
    "emodb_to_urdu",
)
MODES = ("transductive", "inductive")


def main():
    """Run missing trainings and write the results."""
    parser = recipe.parser(__file__, __doc__, seeds=1)
    parser.add_argument("--trials", type=int, default=10)
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=TASKS)
    arguments = parser.parse_args()

    def cell(task, mode):
        """Train and score one task in one mode and print its result."""
        report = recipe.run(
            "sere",
            Path(arguments.runs, mode, task),
            *("--protocol", f"{task}_few_{mode}"),
            *("--data_folder", str(Path(arguments.data_folder).resolve())),
            *("--trials", str(arguments.trials)),
            *("--seeds", str(arguments.seeds)),
        )
        cell = recipe.result(report)
        print(f"{task}, {mode}: {100 * cell['uar']['mean']:.1f} %")
        return {
            "task": task,
            "mode": mode,
            **cell,
            "trials": report["n_trials"],
            "classes": report["classes"],
            "baselines": report["baselines"],
        }

    cells = itertools.product(arguments.tasks, MODES)
    with ThreadPoolExecutor(arguments.jobs) as pool:
        results = list(pool.map(lambda names: cell(*names), cells))
    recipe.write(arguments.output, results)


if __name__ == "__main__":
    main()
