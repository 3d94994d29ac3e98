"""Recall by class."""

from matplotlib.figure import Figure

from speechbrain_clser.evaluation.plots.axes import estimate, share_axis
from speechbrain_clser.evaluation.plots.style import (
    CHANCE,
    EMOTIONS,
    WIDTH,
    styled,
)


@styled
def recall_per_class(report: dict, part: str = "test") -> Figure:
    """Plot the recall of each class with its interval."""
    test = report["parts"][part]
    recalls = test["recalls"]
    figure = Figure((WIDTH, 0.9 + 0.36 * len(recalls)), layout="constrained")
    axes = figure.subplots()
    for y, recall in enumerate(recalls):
        colour = EMOTIONS[recall["class"]]
        if recall["mean"] is None:
            axes.text(1, y, "no utterance in the target corpus", va="center")
            continue
        estimate(axes, recall, y, colour)
    axes.axvline(100 * test["chance_uar"], color=CHANCE, linewidth=1.2)
    axes.set_yticks(
        range(len(recalls)), [f"{r['class']} ({r['n']})" for r in recalls]
    )
    share_axis(axes, len(recalls), "recall, %")
    return figure
