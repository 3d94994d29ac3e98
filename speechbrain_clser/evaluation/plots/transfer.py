"""Scores by labelled fraction of the target, over several runs."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from speechbrain_clser.evaluation.plots.style import GROUPS, WIDTH, styled


@styled
def scores_by_share(cells: Sequence[dict], score: str = "uar") -> Figure:
    """Plot a score against the labelled fraction, with its interval as a band.

    Arguments
    ---------
    cells : sequence of dict
        Results of runs: ``target``, ``split``, ``system`` and ``share``, and
        the score with ``mean``, ``low`` and ``high``, 0-1.
    score : str
        ``"uar"``, or ``"wa"``: accuracy.

    Returns
    -------
    Figure
        One row per target, one column per split, one line per system.
    """
    targets, splits, systems = (
        list(dict.fromkeys(cell[key] for cell in cells))
        for key in ("target", "split", "system")
    )
    figure = Figure((WIDTH, 0.6 + 2.3 * len(targets)), layout="constrained")
    grid = figure.subplots(
        len(targets), len(splits), squeeze=False, sharex=True, sharey="row"
    )
    for row, target in zip(grid, targets, strict=True):
        for axes, split in zip(row, splits, strict=True):
            for number, system in enumerate(systems):
                found = [
                    cell
                    for cell in cells
                    if (cell["target"], cell["split"], cell["system"])
                    == (target, split, system)
                ]
                _line(axes, found, score, GROUPS[number % len(GROUPS)], system)
            axes.set_title(f"{target}, {split}", fontsize=10)
        row[0].set_ylabel({"wa": "accuracy, %", "uar": "UAR, %"}[score])
    for axes in grid[-1]:
        axes.set_xlabel("labelled fraction of the target, %")
    handles, labels = grid[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3)
    return figure


def _line(axes, cells, score, colour, system):
    """Plot the means of one system with the band of their intervals."""
    cells = sorted(cells, key=lambda cell: cell["share"])
    shares = [100 * cell["share"] for cell in cells]
    mean, low, high = (
        [100 * cell[score][key] for cell in cells]
        for key in ("mean", "low", "high")
    )
    axes.plot(shares, mean, "o-", color=colour, label=system, markersize=4)
    axes.fill_between(shares, low, high, color=colour, alpha=0.15, linewidth=0)
