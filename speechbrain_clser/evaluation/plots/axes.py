"""Shared elements of figures."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from speechbrain_clser.evaluation import formatting


def estimate(
    axes: Axes, score: dict, y: float, colour: str, size: float = 7
) -> None:
    """Plot a mean (0-1) as a dot and its interval, if known, as a bar, in percent."""
    if score["low"] is not None:
        bounds = [100 * score["low"], 100 * score["high"]]
        axes.plot(bounds, [y, y], color=colour, linewidth=size - 2, alpha=0.4)
    axes.plot(100 * score["mean"], y, "o", color=colour, markersize=size)


def share_axis(axes: Axes, n_rows: int, label: str) -> None:
    """Format axes with a horizontal scale in percent and rows from top to bottom."""
    axes.set(xlim=(-2, 102), ylim=(n_rows - 0.5, -0.5), xlabel=label)
    axes.grid(axis="y", visible=False)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)


def dot(colour: str, label: str, **look) -> Line2D:
    """Build a legend entry."""
    look = {"marker": "o", "markersize": 5} | look
    return Line2D([], [], color=colour, linestyle="", label=label, **look)


def slant(names: Sequence) -> int:
    """Return the rotation of tick labels: 0 unless there are many.

    Example
    -------
    >>> slant(["anger"] * 5), slant(["anger"] * 6)
    (0, 30)
    """
    return 30 if len(names) > 5 else 0


def example_title(example) -> str:
    """Return the title of the panel of an utterance.

    Example
    -------
    >>> example_title(
    ...     {"target": "anger", "predicted": "fear", "language": "deu"}
    ... )
    'anger, predicted fear (German)'
    """
    is_correct = example["predicted"] == example["target"]
    predicted = "" if is_correct else f", predicted {example['predicted']}"
    language = formatting.language(example["language"])
    return f"{example['target']}{predicted} ({language})"
