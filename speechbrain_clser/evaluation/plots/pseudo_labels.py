"""How many guesses about the target were believed, as training went on."""

from matplotlib.figure import Figure

from speechbrain_clser.evaluation.plots.style import TARGET, WIDTH, styled


@styled
def believed_guesses(report: dict) -> Figure:
    """Draw the share of believed guesses epoch by epoch.

    Arguments
    ---------
    report : dict
        From ``report.build``, of a run with ``anchoring`` that heard
        utterances without labels.

    Returns
    -------
    Figure
        A line per seed, from the first epoch that found communities.
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
        ylim=(-2, 102), xlabel="epoch after the warm-up", ylabel="believed, %"
    )
    axes.xaxis.get_major_locator().set_params(integer=True)
    return figure
