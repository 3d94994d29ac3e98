"""UAR of the target compared with chance."""

from matplotlib.figure import Figure

from speechbrain_clser.evaluation.plots.axes import estimate
from speechbrain_clser.evaluation.plots.style import (
    CHANCE,
    TARGET,
    WIDTH,
    styled,
)


@styled
def uar_against_chance(report: dict) -> Figure:
    """Plot the UAR of the target: seeds, mean, interval and chance."""
    part = report["parts"]["test"]
    uar, chance = part["scores"]["uar"], part["chance_uar"]
    figure = Figure((WIDTH, 0.95), layout="constrained")
    axes = figure.subplots()
    seeds = [100 * one["uar"] for one in part["per_seed"]]
    axes.plot(seeds, [0] * len(seeds), "|", color=TARGET, markersize=9)
    estimate(axes, uar, 0, TARGET, size=9)
    axes.axvline(100 * chance, color=CHANCE, linewidth=1.5)
    axes.annotate(
        "chance",
        (100 * chance, 1),
        xycoords=("data", "axes fraction"),
        xytext=(4, -1),
        textcoords="offset points",
        va="top",
        color=CHANCE,
    )
    axes.set(xlim=(0, 100), ylim=(-1, 1), yticks=[], xlabel="UAR, %")
    axes.spines["left"].set_visible(False)
    return figure
