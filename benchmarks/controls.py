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

import recipe

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
FOLDS = {target: f"four_without_{target}" for target in recipe.TARGETS}

if __name__ == "__main__":
    recipe.contest_of(__file__, __doc__, SYSTEMS, FOLDS, BASELINES, seeds=5)
