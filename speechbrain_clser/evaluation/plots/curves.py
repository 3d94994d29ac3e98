"""Training curves."""

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from speechbrain_clser.evaluation import formatting
from speechbrain_clser.evaluation.plots.axes import dot
from speechbrain_clser.evaluation.plots.style import (
    INK,
    PALE,
    SOURCE,
    WIDTH,
    styled,
)


@styled
def training_curves(report: dict) -> Figure:
    """Plot source-validation UAR, or CCC, and all losses over epochs."""
    curves = report["curves"]
    keys = dict.fromkeys(key for r in curves[0]["records"] for key in r)
    left_out = formatting.unweighted(report)
    names = [
        name
        for key in keys
        if key.startswith("train_")
        and (name := key.removeprefix("train_")) not in ("loss", *left_out)
    ]
    panels = {
        **(
            {"mean CCC": ["source_valid_ccc"]}
            if "source_valid_ccc" in keys
            else {"UAR, %": ["source_valid_uar"]}
        ),
        "loss": ["train_loss", "source_valid_loss"],
    }
    # A single loss equals the sum, up to its weight.
    if len(names) > 1:
        panels |= {f"loss: {name}": [f"train_{name}"] for name in names}
    n_rows = (len(panels) + 1) // 2
    figure = Figure((WIDTH, 0.5 + 2.2 * n_rows), layout="constrained")
    grid = figure.subplots(n_rows, 2, squeeze=False).ravel()
    for axes in grid[len(panels) :]:
        axes.set_axis_off()
    for axes, (title, keys) in zip(grid, panels.items(), strict=False):
        axes.set_title(title)
        for key in keys:
            for curve in curves:
                _curve(axes, curve, key)
        for start in _phase_starts(curves[0]["records"]):
            axes.axvline(start - 0.5, color=PALE, linestyle=":", linewidth=1)
        axes.set_xlabel("epoch")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.margins(x=0.03)
    figure.legend(
        handles=[
            Line2D([], [], color=INK, linestyle="--", label="training"),
            Line2D([], [], color=SOURCE, label="source validation"),
            dot(SOURCE, "selected epoch", markersize=6),
        ],
        loc="outside upper right",
        ncols=3,
    )
    return figure


def _curve(axes, curve, key):
    """Plot one key of one seed over the epochs of all phases."""
    is_valid = key.startswith("source_valid")
    colour = SOURCE if is_valid else INK
    values = [record.get(key) for record in curve["records"]]
    unit = 100 if key.endswith("_uar") else 1  # percent
    heights = [float("nan") if v is None else unit * v for v in values]
    axes.plot(
        range(1, len(heights) + 1),
        heights,
        color=colour,
        linestyle="-" if is_valid else "--",
        linewidth=1.3,
        alpha=0.8,
    )
    if key in ("source_valid_uar", "source_valid_ccc"):
        chosen = curve["selected"]
        axes.plot(chosen + 1, heights[chosen], "o", color=colour, markersize=6)


def _phase_starts(records):
    """Return the positions of the first epochs of later phases, counted from 1."""
    return [
        place + 1
        for place in range(1, len(records))
        if records[place]["phase"] != records[place - 1]["phase"]
    ]
