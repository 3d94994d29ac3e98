"""Figures of highlights and of the resonance field."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from speechbrain_clser.evaluation.plots.axes import example_title
from speechbrain_clser.evaluation.plots.style import (
    EMOTIONS,
    INK,
    PALE,
    WIDTH,
    styled,
)

# Key of the report, its label, line style.
LINES = (
    ("reliability", "reliability", "--"),
    ("pseudo_labels", "pseudo-labels", "-"),
)


@styled
def highlight_moments(report: dict) -> Figure:
    """Plot the highlights of a few utterances over their waveforms."""
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
    axes.set_title(example_title(record), fontsize=10, fontweight="normal")
    axes.set(xlim=(0, duration_s), ylim=(-1.05, 1.05), yticks=[], xlabel="s")
    axes.grid(visible=False)
    axes.spines["left"].set_visible(False)


@styled
def field_posteriors(report: dict) -> Figure:
    """Plot mean posteriors by class, reliability and fraction of pseudo-labels."""
    classes, field = report["classes"], report["resonance"]["field"]
    figure = Figure((WIDTH, 3.1), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.set_title("mean posterior of the field, %")
    right.set_title("unlabelled utterances, %")
    for seed in field:
        for name, shares in zip(classes, seed["posterior"], strict=True):
            _line(left, shares, EMOTIONS.get(name, PALE))
        for key, _, style in LINES:
            _line(right, seed[key], INK, style)
    left.axhline(100 / len(classes), color=PALE, linestyle=":", linewidth=1)
    for axes in (left, right):
        axes.set(xlabel="epoch", ylim=(0, None))
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.margins(x=0.03)
    handles = [
        Line2D([], [], color=EMOTIONS.get(name, PALE), label=name)
        for name in classes
    ]
    handles += [
        Line2D([], [], color=INK, linestyle=style, label=label)
        for _, label, style in LINES
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=4)
    return figure


def _line(axes, shares, colour, style="-"):
    """Plot fractions over epochs in percent."""
    axes.plot(
        range(1, len(shares) + 1),
        [100 * share for share in shares],
        color=colour,
        linestyle=style,
        linewidth=1.3,
        alpha=0.8,
    )
