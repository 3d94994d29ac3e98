"""UAR by duration of the utterances."""

from matplotlib.figure import Figure

from speechbrain_clser.evaluation.plots.axes import estimate, share_axis
from speechbrain_clser.evaluation.plots.style import (
    CHANCE,
    TARGET,
    WIDTH,
    styled,
)


@styled
def uar_by_duration(report: dict, part: str = "test") -> Figure:
    """Plot the UAR of short and long utterances with its interval, and chance."""
    groups = report["parts"][part]["groups"]["duration"]
    figure = Figure((WIDTH, 0.9 + 0.36 * len(groups)), layout="constrained")
    axes = figure.subplots()
    for y, group in enumerate(groups):
        estimate(axes, group, y, TARGET)
        chance = [100 * group["chance_uar"]] * 2
        axes.plot(chance, [y - 0.3, y + 0.3], color=CHANCE, linewidth=1.2)
    labels = [f"{one['name']} ({one['n_utterances']})" for one in groups]
    axes.set_yticks(range(len(groups)), labels)
    share_axis(axes, len(groups), "UAR, %")
    return figure
