"""What several figures draw alike."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.lines import Line2D


def estimate(
    axes: Axes, score: dict, y: float, colour: str, size: float = 7
) -> None:
    """Draw a mean as a dot on the bar of its interval.

    Arguments
    ---------
    axes : Axes
        Drawn on; in percent to the right.
    score : dict
        With ``mean``, ``low`` and ``high``, shares; the last two may be None,
        and there is no bar then.
    y : float
        Height of both.
    colour : str
        Of both; the bar is pale.
    size : float
        Of the dot, in points; the bar is a little thinner.
    """
    if score["low"] is not None:
        bounds = [100 * score["low"], 100 * score["high"]]
        axes.plot(bounds, [y, y], color=colour, linewidth=size - 2, alpha=0.4)
    axes.plot(100 * score["mean"], y, "o", color=colour, markersize=size)


def share_axis(axes: Axes, n_rows: int, label: str) -> None:
    """Let shares run to the right in percent, and rows from top to bottom.

    Arguments
    ---------
    axes : Axes
        Changed.
    n_rows : int
        At the heights 0, 1, ...
    label : str
        Of the shares.
    """
    axes.set(xlim=(-2, 102), ylim=(n_rows - 0.5, -0.5), xlabel=label)
    axes.grid(axis="y", visible=False)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)


def dot(colour: str, label: str, **look) -> Line2D:
    """Make an entry of a legend.

    Arguments
    ---------
    colour : str
        Of the dot.
    label : str
        What it means.
    **look
        For ``Line2D``; a plain dot without.

    Returns
    -------
    Line2D
        On no axes.
    """
    look = {"marker": "o", "markersize": 5} | look
    return Line2D([], [], color=colour, linestyle="", label=label, **look)


def slant(names: Sequence) -> int:
    """Turn labels only where they would touch.

    Arguments
    ---------
    names : sequence of str
        Labels side by side.

    Returns
    -------
    int
        Degrees.

    Example
    -------
    >>> slant(["anger"] * 5), slant(["anger"] * 6)
    (0, 30)
    """
    return 30 if len(names) > 5 else 0
