"""Score of a linear probe by layer."""

from matplotlib.figure import Figure

from speechbrain_clser.evaluation.plots.style import (
    INK,
    WIDTH,
    styled,
)

TARGET = "0.6"  # grey: not used for the selection


@styled
def uar_by_layer(report: dict) -> Figure:
    """Plot the source validation by layer, and the target in grey.

    Arguments
    ---------
    report : dict
        Its entry ``layers`` is a dict with ``validation``, a list of ``layers``,
        ``uar`` and, if the target was scored, ``target``, and with ``chosen``, one
        of the layers.

    Returns
    -------
    Figure
        UAR in percent; single layers, then averages.
    """
    found = report["layers"]
    rows = found["validation"]
    names = [row["layers"] for row in rows]
    figure = Figure((WIDTH, 3), layout="constrained")
    axes = figure.subplots()
    places = range(len(rows))
    if all(row.get("target") is not None for row in rows):
        axes.plot(
            places,
            [100 * row["target"] for row in rows],
            "o",
            color=TARGET,
            label="target (not used for choosing)",
        )
    axes.plot(
        places,
        [100 * row["uar"] for row in rows],
        "o",
        color=INK,
        label="source validation",
    )
    chosen = names.index(found["chosen"])
    axes.axvline(chosen, color=INK, linewidth=1, linestyle=":", label="chosen")
    axes.set_xticks(
        places,
        [a if a == b else n for n in names for a, b in [n.split("-")]],
        rotation=90,
    )
    axes.set(xlabel="layers", ylabel="UAR, %")
    figure.legend(loc="outside upper right", ncols=3)
    return figure
