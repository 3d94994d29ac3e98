"""Posteriors of the resonance field over epochs."""

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from speechbrain_clser.evaluation.plots.style import (
    EMOTIONS,
    INK,
    PALE,
    WIDTH,
    styled,
)

# Key of the report, its label, line style.
LINES = (
    ("reliability", "reliability", "--"),
    ("believed", "pseudo-labels", "-"),
)


@styled
def field_posteriors(report: dict) -> Figure:
    """Plot mean posteriors by class, reliability and fraction of pseudo-labels.

    Arguments
    ---------
    report : dict
        From ``report.build``, of a run with ``resonance``.

    Returns
    -------
    Figure
        One line per seed in each colour, over epochs.
    """
    classes, field = report["classes"], report["resonance"]["field"]
    figure = Figure((WIDTH, 3.1), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.set_title("mean posterior of the field, %")
    right.set_title("unlabelled utterances, %")
    for seed in field:
        for name, shares in zip(classes, seed["posterior"], strict=True):
            _line(left, shares, EMOTIONS.get(name, PALE))
        for key, _, style in LINES:
            _line(right, seed[key], INK, style)
    left.axhline(100 / len(classes), color=PALE, linestyle=":", linewidth=1)
    for axes in (left, right):
        axes.set(xlabel="epoch", ylim=(0, None))
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.margins(x=0.03)
    handles = [
        Line2D([], [], color=EMOTIONS.get(name, PALE), label=name)
        for name in classes
    ]
    handles += [
        Line2D([], [], color=INK, linestyle=style, label=label)
        for _, label, style in LINES
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=4)
    return figure


def _line(axes, shares, colour, style="-"):
    """Plot fractions over epochs in percent."""
    axes.plot(
        range(1, len(shares) + 1),
        [100 * share for share in shares],
        color=colour,
        linestyle=style,
        linewidth=1.3,
        alpha=0.8,
    )
