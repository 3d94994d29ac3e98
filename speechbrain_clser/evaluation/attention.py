"""Report entries of the attention weights of a few utterances."""

from collections.abc import Sequence

from speechbrain_clser.evaluation.run import Seed

PART = "target_scored"


def attention(seeds: Sequence[Seed]) -> dict | None:
    """Add the predictions of the first seed to its attention weights.

    Arguments
    ---------
    seeds : sequence of Seed
        Of one trial.

    Returns
    -------
    dict or None
        None without attention. ``seed`` and ``utterances``: of each
        ``target``, ``predicted``, ``language``, ``duration_s`` and ``stages``,
        with ``names`` of both sides and maps ``to_second`` and ``to_first``.
    """
    first = seeds[0]
    if not first.attention:
        return None
    predicted = first.predictions[PART].predicted_by_id()
    return {
        "seed": first.number,
        "utterances": [
            utterance | {"predicted": predicted[utterance["id"]]}
            for utterance in first.attention
        ],
    }
