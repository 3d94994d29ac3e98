"""How the posteriors of a run were adapted to the target."""

from collections.abc import Sequence

from speechbrain_clser.evaluation.run import Seed

PER_SEED = ("vectors", "systems")


def adaptation(seeds: Sequence[Seed]) -> dict | None:
    """Collect the adaptations of all trainings.

    Arguments
    ---------
    seeds : sequence of Seed
        Of one run.

    Returns
    -------
    dict or None
        ``name``, ``form``, ``fitted_to``, ``class_shares``,
        ``n_target_utterances`` and ``seeds``: for each training its ``draw``,
        ``seed``, ``vectors`` (constants and scores within the sources) and
        ``systems`` (shares of the predicted classes, and refusals). None
        where nothing is adapted.
    """
    adapted = [seed for seed in seeds if seed.adaptation]
    if not adapted:
        return None
    first = adapted[0].adaptation
    return {
        **{key: first[key] for key in first if key not in PER_SEED},
        "seeds": [
            {
                "draw": seed.draw,
                "seed": seed.number,
                **{key: seed.adaptation[key] for key in PER_SEED},
            }
            for seed in adapted
        ],
    }
