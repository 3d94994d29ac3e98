"""Attention maps between streams."""

import numpy as np
from matplotlib.figure import Figure

from speechbrain_clser.evaluation.plots.axes import example_title
from speechbrain_clser.evaluation.plots.style import TARGET, WIDTH, styled

SIDES = (("to_second", 0, 1), ("to_first", 1, 0))


@styled
def attention_maps(report: dict) -> Figure:
    """Plot the attention weights of each stage in both directions."""
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
            for key, query, key_side in SIDES:
                axes = next(panels)
                _map(axes, np.array(stage[key]), utterance["duration_s"])
                axes.set_ylabel(stage["names"][query], fontsize=8)
                axes.set_xlabel(f"{stage['names'][key_side]}, s", fontsize=8)
        row[0].set_title(
            example_title(utterance), fontsize=9, fontweight="normal"
        )
    return figure


def _map(axes, weights, duration_s):
    """Plot one map over the time of both streams."""
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
