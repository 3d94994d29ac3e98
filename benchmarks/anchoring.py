"""Measure the effect of dual_anchor's communities and phones.

EMO-DB (German), EMOVO (Italian) and RAVDESS (English); the whole target is unlabelled
training data and test data. source_only, supcon_spkadv, and dual_anchor with phones
aligned to the known sentences and with units, compared with the same network without
anchors, with one community for all speakers, and with random communities.

> python benchmarks/anchoring.py --data_folder <folder of EMO-DB EMOVO RAVDESS>

Takes some hours on one core, less with --jobs 2. Existing run folders are reused.
Writes anchoring.json, from which ``make tables`` writes STUDIES.md: UAR with intervals,
and paired tests of every system against those of ``BASELINES``, corrected by Holm.
"""

import recipe

METHOD = "dual_anchor"
PLAIN, UNANCHORED = "source_only", "dual_anchor, no anchors"
PAIRS = (
    "emodb_to_emovo",
    "emovo_to_emodb",
    "ravdess_to_emodb",
    "emodb_ravdess_to_emovo",
)
# Name in the table to YAML and its overrides.
SYSTEMS = {
    PLAIN: (PLAIN, {}),
    # Batches of several languages are not possible with one source language.
    "supcon_spkadv": ("supcon_spkadv", {"balance": "language_class"}),
    UNANCHORED: (
        METHOD,
        {
            "phones": "units",
            "loss_weights": {"speaker_anchor": 0.0, "phone_anchor": 0.0},
        },
    ),
    **{
        f"dual_anchor, {phones}{f', {communities}' * (communities != 'gnn')}": (
            METHOD,
            {"phones": phones, "communities": communities},
        )
        for phones in ("align", "units")
        for communities in ("gnn", "one", "random")
    },
}
BASELINES = (PLAIN, UNANCHORED)
FOLDS = {pair: f"{pair}_transductive" for pair in PAIRS}

if __name__ == "__main__":
    recipe.run_study(__file__, __doc__, SYSTEMS, FOLDS, BASELINES, seeds=5)
