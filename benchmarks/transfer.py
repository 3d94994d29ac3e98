"""Measure transfer by the labelled share of the target.

RAVDESS (English) to EMO-DB (German), EMOVO (Italian) and URDU; 0, 5, 10 and 20 % of the
target labelled, speaker-disjoint from the test set or with the same speakers as in
papers; ``hump_cat`` with its defaults, without source training, and with each stream
alone. Each trial chooses the labelled utterances at random; without labelled
utterances, seeds are used instead of trials. Test speakers are the same in all trials.
Without source training the network has few training steps, so it is also trained four
times as long at the learning rate of the source phase.

> python benchmarks/transfer.py --data_folder <folder of EMO-DB EMOVO URDU RAVDESS>

Takes some hours on one core, less with --jobs 2, --targets emodb or --shares
0 0.1. Existing run folders are reused. Writes
transfer.json, from which ``make tables`` writes the tables of STUDIES.md and
draws docs/images/transfer.svg, which shows the UAR of the table.
"""

import hashlib
import itertools
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import recipe
from measured import CORPUS

from speechbrain_clser.evaluation.comparison import compare_systems

PICTURE = Path(__file__).parents[1] / "docs" / "images" / "transfer.svg"
TARGETS = ("emodb", "emovo", "urdu")
SHARES = (0.0, 0.05, 0.1, 0.2)
# Split of the target to the suffix of its protocol.
SPLITS = {"speaker-disjoint": "share", "paper-like": "share_random"}
ALL = "all streams"
# Name in the table to overrides of the YAML.
SYSTEMS = {
    ALL: {},
    "no source training": {"number_of_epochs": 0},
    "no source training, longer": {
        "number_of_epochs": 0,
        "target_epochs": 80,
        "lr": 0.008,
    },
    "prosody alone": {"streams": ["prosody"]},
    "MFCC alone": {"streams": ["mfcc"]},
    "encoder alone": {"streams": ["encoder"]},
}


def folder(runs, target, split, system, share) -> Path:
    """Return the run folder of a cell.

    Arguments
    ---------
    runs : str or Path
        Folder of all runs.
    target, split, system : str
        Which of each.
    share : float
        Of the target, labelled, 0-1.

    Returns
    -------
    Path
        Its folder.
    """
    return Path(runs, target, split, system, f"{share:g}")


def is_possible(system, share) -> bool:
    """Return whether a system has training data.

    Arguments
    ---------
    system : str
        Which.
    share : float
        Of the target, labelled, 0-1.

    Returns
    -------
    bool
        False for systems without training data.
    """
    return SYSTEMS[system].get("number_of_epochs") != 0 or share > 0


def against_all_streams(runs, targets, shares) -> dict:
    """Compare every system with the complete hump_cat.

    Arguments
    ---------
    runs : str or Path
        Folder of all runs.
    targets : sequence of str
        Over whose scores the mean is taken.
    shares : sequence of float
        Of the target, labelled, 0-1.

    Returns
    -------
    dict
        Split to share to the cells of ``evaluation.comparison.compare_systems``.
    """
    return {
        split: {
            f"{share:g}": compare_systems(
                {
                    system: {
                        target: folder(runs, target, split, system, share)
                        for target in targets
                    }
                    for system in SYSTEMS
                    if is_possible(system, share)
                },
                ALL,
            )
            for share in shares
        }
        for split in SPLITS
    }


def main():
    """Run missing trainings, write and plot the results."""
    parser = recipe.parser(__file__, __doc__, seeds=1)
    parser.add_argument("--trials", type=int, default=5)
    parser.add_argument(
        "--targets", nargs="+", choices=TARGETS, default=TARGETS
    )
    parser.add_argument("--shares", nargs="+", type=float, default=SHARES)
    arguments = parser.parse_args()

    def cell(target, split, system, share):
        """Train and score one cell and print its result."""
        n_trials, n_seeds = arguments.trials, arguments.seeds
        if not share:  # no random choice
            n_trials, n_seeds = 1, n_trials * n_seeds
        report = recipe.run(
            "hump_cat",
            folder(arguments.runs, target, split, system, share),
            *("--protocol", f"ravdess_to_{target}_{SPLITS[split]}"),
            *("--data_folder", str(Path(arguments.data_folder).resolve())),
            *("--trials", str(n_trials), "--seeds", str(n_seeds)),
            *recipe.flags(
                {**SYSTEMS[system], "target_labelled_fraction": share}
            ),
        )
        args = recipe.result(report)
        del args["ledger"], args["probes"]  # not used in tables
        print(
            f"{target}, {split}, {system}, {100 * share:g} %: "
            f"{100 * args['uar']['mean']:.1f} %",
            flush=True,
        )
        return {
            **{"target": target, "split": split, "system": system},
            **{"share": share, "trials": report["n_trials"], **args},
            "wa": report["parts"]["test"]["scores"]["wa"],
        }

    cells = [
        names
        for names in itertools.product(
            arguments.targets, SPLITS, SYSTEMS, arguments.shares
        )
        if is_possible(*names[2:])
    ]
    with ThreadPoolExecutor(arguments.jobs) as pool:
        results = list(pool.map(lambda names: cell(*names), cells))
    against = against_all_streams(
        arguments.runs, arguments.targets, arguments.shares
    )
    recipe.write(arguments.output, {"cells": results, "against": against})


def draw(cells):
    """Plot the UAR by the labelled share, if the figure is outdated.

    Arguments
    ---------
    cells : list of dict
        Of transfer.json.
    """
    from speechbrain_clser.evaluation.plots.transfer import scores_by_share

    if is_drawn(cells):
        return
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    named = [{**cell, "target": CORPUS[cell["target"]]} for cell in cells]
    scores_by_share(named).savefig(
        PICTURE,
        facecolor="white",
        metadata={"Date": None, "Source": _digest(cells)},
    )


def is_drawn(cells) -> bool:
    """Return whether the figure shows these results.

    Arguments
    ---------
    cells : list of dict
        Of transfer.json.

    Returns
    -------
    bool
        Compared by the digest of the scores in the figure.
    """
    return PICTURE.is_file() and _digest(cells) in PICTURE.read_text("utf-8")


def _digest(cells):
    """Compute the digest of the plotted values."""
    keys = ("target", "split", "system", "share", "uar")
    values = [[cell[key] for key in keys] for cell in cells]
    text = json.dumps(["uar", values], sort_keys=True)
    return f"transfer.json sha256:{hashlib.sha256(text.encode()).hexdigest()}"


if __name__ == "__main__":
    main()
