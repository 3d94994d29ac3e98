"""What several figures draw alike."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.lines import Line2D


def interval(axes: Axes, score: dict, y: float, colour: str, **look) -> None:
    """Draw a bar from low to high; nothing where the interval is unknown.

    Arguments
    ---------
    axes : Axes
        Drawn on; in percent to the right.
    score : dict
        With ``low`` and ``high``, shares or None.
    y : float
        Height of the bar.
    colour : str
        Of the bar.
    **look
        For ``Axes.plot``.
    """
    if score["low"] is not None:
        axes.plot(
            [100 * score["low"], 100 * score["high"]],
            [y, y],
            color=colour,
            **look,
        )


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
