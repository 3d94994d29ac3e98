"""What streams attended to in a few utterances, as the report tells it."""

from collections.abc import Sequence

from speechbrain_clser.evaluation.run import Seed

PART = "target_scored"


def attention(seeds: Sequence[Seed]) -> dict | None:
    """Put the attention of the first seed beside what it answered.

    Arguments
    ---------
    seeds : sequence of Seed
        Of one trial.

    Returns
    -------
    dict or None
        None where nothing attends. ``seed`` and ``utterances``: of each
        ``target``, ``predicted``, ``language``, ``duration_s`` and ``stages``,
        with ``names`` of both sides and maps ``to_second`` and ``to_first``.
    """
    first = seeds[0]
    if not first.attention:
        return None
    answers = first.predictions[PART].answers()
    return {
        "seed": first.number,
        "utterances": [
            utterance | {"predicted": answers[utterance["id"]]}
            for utterance in first.attention
        ],
    }
