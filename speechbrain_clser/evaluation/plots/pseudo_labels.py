"""Number of pseudo-labels over epochs."""

from matplotlib.figure import Figure

from speechbrain_clser.evaluation.plots.style import TARGET, WIDTH, styled


@styled
def pseudo_labels(report: dict) -> Figure:
    """Plot the fraction of utterances with a pseudo-label over epochs.

    Arguments
    ---------
    report : dict
        From ``report.build``, of a run with ``anchoring`` and unlabelled
        utterances.

    Returns
    -------
    Figure
        One line per seed, from the first epoch with communities.
    """
    figure = Figure((WIDTH, 2.1), layout="constrained")
    axes = figure.subplots()
    for line in report["anchoring"]["believed"]:
        axes.plot(
            range(1, len(line["n_believed"]) + 1),
            [100 * n / line["n_unlabelled"] for n in line["n_believed"]],
            "o-",
            color=TARGET,
            linewidth=1.3,
            markersize=4,
            alpha=0.8,
        )
    axes.set(
        ylim=(-2, 102),
        xlabel="epoch after the warm-up",
        ylabel="pseudo-labels, %",
    )
    axes.xaxis.get_major_locator().set_params(integer=True)
    return figure
