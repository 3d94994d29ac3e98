"""Histogram of reference and predicted classes."""

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from speechbrain_clser.evaluation.plots.axes import slant
from speechbrain_clser.evaluation.plots.style import (
    EMOTIONS,
    INK,
    WIDTH,
    styled,
)


@styled
def prediction_histogram(report: dict, part: str = "test") -> Figure:
    """Plot the number of reference labels and predictions of each class."""
    bars = report["parts"][part]["histogram"]
    figure = Figure((WIDTH, 2.5), layout="constrained")
    axes = figure.subplots()
    for x, bar in enumerate(bars):
        colour = EMOTIONS[bar["class"]]
        sides = (
            (-0.2, bar["target"], {"facecolor": "none", "linewidth": 1.5}),
            (0.2, bar["predicted"], {"facecolor": colour}),
        )
        for shift, height, look in sides:
            axes.bar(x + shift, height, 0.36, edgecolor=colour, **look)
            axes.text(
                x + shift, height, f"{height:.0f}", ha="center", va="bottom"
            )
    names = [bar["class"] for bar in bars]
    axes.set_xticks(range(len(bars)), names, rotation=slant(names))
    axes.set_ylabel("utterances")
    axes.margins(y=0.15)
    axes.grid(axis="x", visible=False)
    figure.legend(
        handles=[
            Line2D(
                [],
                [],
                marker="s",
                linestyle="",
                markeredgecolor=INK,
                markerfacecolor=face,
                label=label,
            )
            for label, face in (("reference label", "none"), ("predicted", INK))
        ],
        loc="outside upper right",
        ncols=2,
    )
    return figure
