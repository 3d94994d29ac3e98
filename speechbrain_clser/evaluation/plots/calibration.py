"""Reliability diagram."""

from matplotlib.figure import Figure

from speechbrain_clser.evaluation import formatting
from speechbrain_clser.evaluation.plots.style import PALE, TARGET, styled


@styled
def reliability(report: dict, part: str = "test") -> Figure:
    """Plot accuracy against confidence; below the diagonal is overconfident."""
    test = report["parts"][part]
    bins = [bin for bin in test["calibration"] if bin["n"]]
    most = max(bin["n"] for bin in bins)
    figure = Figure((4.2, 3.9), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 100], [0, 100], color=PALE, linewidth=1.2)
    axes.scatter(
        [100 * bin["confidence"] for bin in bins],
        [100 * bin["accuracy"] for bin in bins],
        s=[12 + 140 * bin["n"] / most for bin in bins],
        color=TARGET,
        alpha=0.75,
        linewidth=0,
    )
    error = formatting.percent(test["scores"]["ece"]["mean"])
    axes.set_title(f"calibration error {error} %")
    axes.set(
        xlim=(0, 103),
        ylim=(-3, 103),
        xlabel="confidence, %",
        ylabel="accuracy, %",
        aspect="equal",
    )
    return figure
