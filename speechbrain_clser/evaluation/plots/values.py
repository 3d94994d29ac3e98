"""Predicted values against ratings."""

from matplotlib.figure import Figure

from speechbrain_clser.evaluation import formatting
from speechbrain_clser.evaluation.plots.style import (
    GROUPS,
    PALE,
    WIDTH,
    styled,
)


@styled
def predicted_values(report: dict) -> Figure:
    """Plot the predicted value of each test utterance against its rating."""
    points, names = report["points"], report["dimensions"]
    figure = Figure((WIDTH, 1.2 + WIDTH / len(names)), layout="constrained")
    panels = figure.subplots(1, len(names), squeeze=False)[0]
    languages = list(dict.fromkeys(points["language"]))
    for k, (axes, name) in enumerate(zip(panels, names, strict=True)):
        axes.plot([0, 1], [0, 1], color=PALE, linewidth=1)
        for n, language in enumerate(languages):
            rows = [
                i
                for i, spoken in enumerate(points["language"])
                if spoken == language
            ]
            axes.plot(
                [points["target"][i][k] for i in rows],
                [points["predicted"][i][k] for i in rows],
                "o",
                markersize=3,
                alpha=0.5,
                color=GROUPS[n % len(GROUPS)],
                label=formatting.language(language),
            )
        axes.set(title=name, xlabel="rating", aspect="equal")
        axes.set(xlim=(-0.05, 1.05), ylim=(-0.05, 1.05))
    panels[0].set_ylabel("prediction")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4)
    return figure
