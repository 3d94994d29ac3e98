"""Style of all figures, and rendering as SVG.

Colours of emotions are fixed for all pages and suited for colour-blind readers.
"""

import functools
import io
import re
from collections.abc import Callable

import matplotlib
from matplotlib.figure import Figure

from speechbrain_clser.evaluation import colours

EMOTIONS = colours.EMOTIONS
GROUPS = (
    "#0072b2",
    "#e69f00",
    "#009e73",
    "#cc79a7",
    "#56b4e9",
    "#d55e00",
    "#8c6d31",
    "#882255",
)
# ``svg`` replaces INK by the text colour of the page.
INK, PALE = "#1f2328", "#9aa1ab"
TARGET, SOURCE, CHANCE = "#0072b2", "#009e73", "#d55e00"
PARTS = {
    "test": "target corpus, test set",
    "source_valid": "source corpora, validation",
}

# Settings of matplotlib.
SETTINGS = {
    "axes.edgecolor": PALE,
    "axes.facecolor": "none",
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": INK,
    "axes.titlelocation": "left",
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "figure.facecolor": "none",
    "font.size": 10.5,
    "grid.alpha": 0.35,
    "grid.color": PALE,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "legend.labelcolor": INK,
    "lines.solid_capstyle": "butt",
    "svg.fonttype": "none",
    "svg.hashsalt": "speechbrain_clser",
    "text.color": INK,
    "text.parse_math": False,  # names of corpora and classes may have a dollar
    "xtick.color": PALE,
    "xtick.labelcolor": INK,
    "ytick.color": PALE,
    "ytick.labelcolor": INK,
}
WIDTH = 7.2  # inches; at 96 pixels each, a column of text


def styled(draw: Callable) -> Callable:
    """Decorate a plot function to use the settings of this module.

    Arguments
    ---------
    draw : callable
        Returns a figure.

    Returns
    -------
    callable
        The decorated function.
    """

    @functools.wraps(draw)
    def in_style(*args, **kwargs):
        with matplotlib.rc_context(SETTINGS):
            return draw(*args, **kwargs)

    return in_style


def svg(figure: Figure, name: str) -> str:
    """Render a figure as an SVG element of an HTML page.

    Arguments
    ---------
    figure : Figure
        From any function of ``plots``.
    name : str
        Prefix of all ids of the element, unique on the page.

    Returns
    -------
    str
        ``<svg>`` with ``INK`` as the text colour of the page; deterministic.
    """
    text = io.StringIO()
    with matplotlib.rc_context(SETTINGS):
        figure.savefig(text, format="svg", metadata={"Date": None})
    element = text.getvalue()
    element = element[element.index("<svg") :]
    element = re.sub(r"<metadata>.*?</metadata>", "", element, flags=re.S)
    element = re.sub(r' xmlns(:\w+)?="[^"]*"', "", element)
    element = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", element)
    element = re.sub(r'(<svg[^>]*?) (?:width|height)="[^"]*"', r"\1", element)
    return element.replace(INK, "currentColor").strip()
