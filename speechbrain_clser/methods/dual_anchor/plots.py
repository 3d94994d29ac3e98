"""Figures of communities and pseudo-labels."""

from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from speechbrain_clser.evaluation import formatting
from speechbrain_clser.evaluation.plots.axes import dot
from speechbrain_clser.evaluation.plots.style import (
    GROUPS,
    INK,
    PALE,
    TARGET,
    WIDTH,
    styled,
)

MARKERS = ("o", "^", "s", "D", "v", "P", "X", "*")


@styled
def speaker_graphs(report: dict) -> Figure:
    """Plot the speaker graph of each emotion at the end of training."""
    emotions = report["anchoring"]["emotions"]
    languages = sorted({n for e in emotions for n in e["graph"]["language"]})
    markers = {
        name: MARKERS[k % len(MARKERS)] for k, name in enumerate(languages)
    }
    n_columns = min(3, len(emotions)) if len(emotions) != 4 else 2
    n_rows = -(-len(emotions) // n_columns)
    side = WIDTH / n_columns
    figure = Figure((WIDTH, 0.4 + 0.8 * side * n_rows), layout="constrained")
    grid = figure.subplots(n_rows, n_columns, squeeze=False).ravel()
    for axes in grid[len(emotions) :]:
        axes.set_axis_off()
    for axes, emotion in zip(grid, emotions, strict=False):
        axes.set_title(emotion["class"])
        _graph(axes, emotion["graph"], markers)
    figure.legend(
        handles=[
            dot(INK, formatting.language(name), marker=marker)
            for name, marker in markers.items()
        ],
        loc="outside upper right",
        ncols=min(4, len(markers)),
    )
    return figure


@styled
def pseudo_labels(report: dict) -> Figure:
    """Plot the fraction of utterances with a pseudo-label over epochs."""
    figure = Figure((WIDTH, 2.1), layout="constrained")
    axes = figure.subplots()
    for line in report["anchoring"]["pseudo_labels"]:
        axes.plot(
            range(1, len(line["n_pseudo_labels"]) + 1),
            [100 * n / line["n_unlabelled"] for n in line["n_pseudo_labels"]],
            "o-",
            color=TARGET,
            linewidth=1.3,
            markersize=4,
            alpha=0.8,
        )
    axes.set(
        ylim=(-2, 102),
        xlabel="epoch after the warm-up",
        ylabel="pseudo-labels, %",
    )
    axes.xaxis.get_major_locator().set_params(integer=True)
    return figure


def _graph(axes, graph, markers):
    """Plot edges and the speakers of each language."""
    places = list(zip(graph["x"], graph["y"], strict=True))
    lines = [[places[i], places[j]] for i, j in graph["edges"]]
    axes.add_collection(
        LineCollection(lines, colors=PALE, linewidths=0.7, alpha=0.5, zorder=1)
    )
    for language, marker in markers.items():
        rows = [k for k, n in enumerate(graph["language"]) if n == language]
        axes.scatter(
            [places[k][0] for k in rows],
            [places[k][1] for k in rows],
            c=[GROUPS[graph["community"][k] % len(GROUPS)] for k in rows],
            marker=marker,
            s=34,
            linewidth=0,
            zorder=2,
        )
    axes.set(xticks=[], yticks=[])
    axes.margins(0.1)
    axes.spines[:].set_visible(True)
