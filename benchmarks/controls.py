"""Measure the effect of each component of supcon_spkadv.

EMO-DB (German), EMOVO (Italian), URDU (Urdu) and RAVDESS (English); train on three
corpora, test on all of the fourth; source_only, the method, and the method with one
component removed or replaced. Every cell is one call of the recipe's train.py with
several seeds.

> python benchmarks/controls.py --data_folder <folder of EMO-DB EMOVO URDU RAVDESS>

Takes some hours on one core, less with --jobs 2. Existing run folders are reused.
Writes controls.json, from which ``make tables`` writes STUDIES.md: UAR with intervals,
and paired tests of every system against those of ``BASELINES``, corrected by Holm.
"""

import recipe

PLAIN, METHOD = "source_only, plain batches", "supcon_spkadv"
# Name in the table to YAML and its overrides.
SYSTEMS = {
    PLAIN: ("source_only", {"balance": "none"}),
    "source_only, drawn evenly": ("source_only", {"balance": "language_class"}),
    "source_only, hierarchical batches": (
        "source_only",
        {"balance": "hierarchical"},
    ),
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
FOLDS = {target: f"four_without_{target}" for target in recipe.TARGETS}

if __name__ == "__main__":
    recipe.run_study(__file__, __doc__, SYSTEMS, FOLDS, BASELINES, seeds=5)
