"""UAR of short and long utterances."""

from collections.abc import Mapping, Sequence

import numpy as np

from speechbrain_clser.evaluation.predictions import Predictions
from speechbrain_clser.evaluation.scores import group

N_GROUPS = 3


def by_duration(
    runs: Sequence[Predictions], rows: Sequence[Mapping]
) -> list[dict]:
    """Compute the UAR of equally large groups of utterances by duration.

    Arguments
    ---------
    runs : sequence of Predictions
        One per seed, of the same utterances.
    rows : sequence of mapping
        Lines of parts.csv with these utterances.

    Returns
    -------
    list of dict
        Shortest utterances first, with the keys of ``scores.group``; utterances of
        one duration are in one group. Empty if parts.csv has no durations.

    Example
    -------
    >>> from types import SimpleNamespace
    >>> by_duration([SimpleNamespace(id=["1"])], [{"id": "1"}])
    []
    """
    if "duration_s" not in rows[0]:
        return []
    seconds = {row["id"]: float(row["duration_s"]) for row in rows}
    durations = np.array([seconds[name] for name in runs[0].id])
    bounds = np.quantile(durations, np.arange(1, N_GROUPS) / N_GROUPS)
    place = np.searchsorted(bounds, durations)
    found = []
    for k in np.unique(place):
        kept = place == k
        low, high = durations[kept].min(), durations[kept].max()
        name = f"{low:.1f}–{high:.1f} s"
        some = [run.where(kept) for run in runs]
        found.append(group(name, some, [0] * len(runs)))
    return found
