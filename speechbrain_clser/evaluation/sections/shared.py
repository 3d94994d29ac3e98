"""What several sections share."""

from collections.abc import Callable

from speechbrain_clser.evaluation import plots
from speechbrain_clser.evaluation.document import Picture

NAMES = {"target_scored": "Target corpus", "source_valid": "Source corpora"}


def picture(report: dict, draw: Callable, caption: str = "", **look) -> Picture:
    """Put a figure on the page.

    Arguments
    ---------
    report : dict
        From ``report.build``.
    draw : callable
        A function of ``plots``; its name goes before the ids of the figure.
    caption : str
        Stands below it.
    **look
        For ``Picture``.

    Returns
    -------
    Picture
        A block of ``document``.
    """
    name = draw.__name__.replace("_", "-")
    return Picture(plots.svg(draw(report), name), caption, **look)
