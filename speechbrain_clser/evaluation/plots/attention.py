"""Which moments of one stream attend to which moments of another."""

import numpy as np
from matplotlib.figure import Figure

from speechbrain_clser.evaluation import formatting
from speechbrain_clser.evaluation.plots.style import TARGET, WIDTH, styled

SIDES = (("to_second", 0, 1), ("to_first", 1, 0))


@styled
def attention_maps(report: dict) -> Figure:
    """Draw the attention of each stage, both ways, in a few utterances.

    Arguments
    ---------
    report : dict
        From ``report.build``, of a run with ``attention``.

    Returns
    -------
    Figure
        A row per utterance, a panel per stage and direction; the darker, the
        more a moment (up) looks at a moment of the other stream (across).
    """
    utterances = report["attention"]["utterances"]
    n_columns = 2 * len(utterances[0]["stages"])
    side = WIDTH / n_columns
    figure = Figure(
        (WIDTH, 0.3 + (side + 0.15) * len(utterances)), layout="constrained"
    )
    grid = figure.subplots(len(utterances), n_columns, squeeze=False)
    for row, utterance in zip(grid, utterances, strict=True):
        panels = iter(row)
        for stage in utterance["stages"]:
            for key, here, there in SIDES:
                axes = next(panels)
                _map(axes, np.array(stage[key]), utterance["duration_s"])
                axes.set_ylabel(stage["names"][here], fontsize=8)
                axes.set_xlabel(f"{stage['names'][there]}, s", fontsize=8)
        is_right = utterance["predicted"] == utterance["target"]
        answered = "" if is_right else f", heard as {utterance['predicted']}"
        row[0].set_title(
            f"{utterance['target']}{answered} ({formatting.language(utterance['language'])})",
            fontsize=9,
            fontweight="normal",
        )
    return figure


def _map(axes, weights, duration_s):
    """One map over the time of both streams, as marks of one colour."""
    height, width = weights.shape
    strength = weights / weights.max()
    colours = np.zeros((height, width, 4))
    colours[..., :3] = [int(TARGET[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    colours[..., 3] = strength
    axes.imshow(
        colours,
        extent=(0, duration_s, 0, duration_s),
        origin="lower",
        aspect="auto",
        interpolation="nearest",
    )
    axes.grid(visible=False)
    axes.tick_params(labelsize=7)
    axes.set(yticks=[])
