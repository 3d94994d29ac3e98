"""Shared helpers of the sections."""

from collections.abc import Callable

from speechbrain_clser.evaluation import plots
from speechbrain_clser.evaluation.document import Picture

NAMES = {"target_scored": "Target corpus", "source_valid": "Source corpora"}


def picture(report: dict, draw: Callable, caption: str = "", **look) -> Picture:
    """Build the block of a figure.

    Arguments
    ---------
    report : dict
        From ``report.build``.
    draw : callable
        A function of ``plots``; its name is the prefix of the ids.
    caption : str
        Text below the figure.
    **look
        Further arguments of ``Picture``.

    Returns
    -------
    Picture
        A block of ``document``.
    """
    name = draw.__name__.replace("_", "-")
    return Picture(plots.svg(draw(report), name), caption, **look)
