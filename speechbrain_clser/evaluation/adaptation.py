"""Report entries of the adaptation to the target."""

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
        ``n_target_utterances`` and ``seeds``: for each training its ``trial``,
        ``seed``, ``vectors`` (constants and scores within the sources) and
        ``systems`` (shares of the predicted classes, and refusals). None
        without adaptation.
    """
    adapted = [seed for seed in seeds if seed.adaptation]
    if not adapted:
        return None
    first = adapted[0].adaptation
    return {
        **{key: first[key] for key in first if key not in PER_SEED},
        "seeds": [
            {
                "trial": seed.trial,
                "seed": seed.number,
                **{key: seed.adaptation[key] for key in PER_SEED},
            }
            for seed in adapted
        ],
    }


def refusals(found: dict | None) -> dict:
    """Group the refusals of an adaptation by their message.

    Arguments
    ---------
    found : dict or None
        From ``adaptation``.

    Returns
    -------
    dict of str to list of str
        Message to systems, such as ``"method"``, without repetition, in the
        order of the trainings.

    Example
    -------
    >>> refused = {"refused": {"reason": "few", "message": "found 3"}}
    >>> seed = {"systems": {"method": refused, "svm": refused}}
    >>> refusals({"seeds": [seed, seed]})
    {'found 3': ['method', 'svm']}
    """
    grouped = {}
    for seed in found["seeds"] if found else ():
        for system, one in seed["systems"].items():
            if one["refused"]:
                systems = grouped.setdefault(one["refused"]["message"], {})
                systems[system] = None
    return {message: list(systems) for message, systems in grouped.items()}
