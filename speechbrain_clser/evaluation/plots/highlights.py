"""Highlights of utterances."""

import numpy as np
from matplotlib.figure import Figure

from speechbrain_clser.evaluation import formatting
from speechbrain_clser.evaluation.plots.style import (
    EMOTIONS,
    INK,
    PALE,
    WIDTH,
    styled,
)


@styled
def highlight_moments(report: dict) -> Figure:
    """Plot the highlights of a few utterances over their waveforms.

    Arguments
    ---------
    report : dict
        From ``report.build``, of a run with ``resonance`` and highlights.

    Returns
    -------
    Figure
        One panel per utterance; the opacity is the weight of a frame.
    """
    utterances = report["resonance"]["highlights"]
    n_rows = -(-len(utterances) // 2)
    figure = Figure((WIDTH, 1.55 * n_rows), layout="constrained")
    grid = figure.subplots(n_rows, 2, squeeze=False).ravel()
    for axes in grid[len(utterances) :]:
        axes.set_axis_off()
    for axes, utterance in zip(grid, utterances, strict=False):
        _utterance(axes, utterance)
    return figure


def _utterance(axes, record):
    """Plot one waveform and its highlights."""
    duration_s, weights = record["duration_s"], np.array(record["weights"])
    width_s = duration_s / len(weights)
    (places,) = np.nonzero(weights)
    for place, strength in zip(
        places, weights[places] / weights.max(), strict=True
    ):
        axes.axvspan(
            place * width_s,
            (place + 1) * width_s,
            color=EMOTIONS.get(record["predicted"], PALE),
            alpha=0.15 + 0.6 * strength,
            linewidth=0,
        )
    n_bins = len(record["low"])
    time_s = (np.arange(n_bins) + 0.5) * duration_s / n_bins
    axes.fill_between(
        time_s, record["low"], record["high"], color=INK, linewidth=0.4
    )
    is_correct = record["predicted"] == record["target"]
    predicted = "" if is_correct else f", predicted {record['predicted']}"
    axes.set_title(
        f"{record['target']}{predicted} ({formatting.language(record['language'])})",
        fontsize=10,
        fontweight="normal",
    )
    axes.set(xlim=(0, duration_s), ylim=(-1.05, 1.05), yticks=[], xlabel="s")
    axes.grid(visible=False)
    axes.spines["left"].set_visible(False)
