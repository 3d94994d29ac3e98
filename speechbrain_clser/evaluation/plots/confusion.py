"""Confusion matrix."""

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from speechbrain_clser.evaluation import formatting
from speechbrain_clser.evaluation.plots.axes import slant
from speechbrain_clser.evaluation.plots.style import INK, TARGET, WIDTH, styled


@styled
def confusion_matrix(report: dict, part: str = "test") -> Figure:
    """Plot the confusion matrix: fractions of each row, with counts."""
    classes, rows = report["classes"], report["parts"][part]["confusion"]
    side = 1.2 + 0.75 * len(classes)
    figure = Figure(
        (min(side + 1.0, WIDTH), min(side, 6)), layout="constrained"
    )
    axes = figure.subplots()
    totals = [sum(row) or 1 for row in rows]
    shares = [
        [n / total for n in row]
        for row, total in zip(rows, totals, strict=True)
    ]
    for i, row in enumerate(rows):
        for j, n in enumerate(row):
            # Transparent, so that an empty cell has the colour of the page.
            share = shares[i][j]
            corner = (j - 0.5, i - 0.5)
            axes.add_patch(
                Rectangle(corner, 1, 1, color=TARGET, alpha=share, linewidth=0)
            )
            axes.text(
                j,
                i,
                f"{100 * share:.0f} %\n{n}" if any(row) else formatting.UNKNOWN,
                ha="center",
                va="center",
                color="#ffffff" if share > 0.75 else INK,
            )
    edges = (-0.5, len(classes) - 0.5)
    axes.set(xlim=edges, ylim=edges[::-1])
    axes.set_xticks(range(len(classes)), classes, rotation=slant(classes))
    axes.set_yticks(range(len(classes)), classes)
    axes.set(xlabel="predicted", ylabel="reference label")
    axes.grid(False)
    axes.spines[:].set_visible(True)
    axes.tick_params(length=0)
    return figure
