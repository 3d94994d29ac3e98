"""UAR by language and speaker."""

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from speechbrain_clser.evaluation import formatting
from speechbrain_clser.evaluation.plots.axes import dot, estimate, share_axis
from speechbrain_clser.evaluation.plots.style import (
    CHANCE,
    INK,
    PARTS,
    SOURCE,
    TARGET,
    WIDTH,
    styled,
)


@styled
def uar_by_language(report: dict) -> Figure:
    """Plot the UAR of each language with its interval, and speakers as dots.

    Speakers without all classes of the language are hollow dots: their scores are
    not comparable.
    """
    rows = [
        (name, part, language)
        for name, part in report["parts"].items()
        for language in part["groups"]["language"]
    ]
    figure = Figure((WIDTH, 1.5 + 0.5 * len(rows)), layout="constrained")
    axes = figure.subplots()
    for y, (name, part, language) in enumerate(rows):
        colour = TARGET if name == "test" else SOURCE
        speakers = [
            s for s in part["speakers"] if s["language"] == language["name"]
        ]
        for k, speaker in enumerate(speakers):
            has_all_classes = speaker["n_classes"] == language["n_classes"]
            axes.plot(
                100 * speaker["mean"],
                y + 0.12 + 0.05 * (k % 5),
                "o",
                markersize=3.5,
                markerfacecolor=colour if has_all_classes else "none",
                markeredgecolor=colour,
                alpha=0.6,
            )
        estimate(axes, language, y - 0.12, colour)
        axes.plot(
            [100 * language["chance_uar"]] * 2,
            [y - 0.35, y + 0.4],
            color=CHANCE,
            linewidth=1.2,
        )
    labels = [
        f"{formatting.language(language['name'])}\n{PARTS[name]}"
        for name, _, language in rows
    ]
    axes.set_yticks(range(len(rows)), labels)
    share_axis(axes, len(rows), "UAR, %")
    figure.legend(
        handles=[
            dot(INK, "all speakers", markersize=7),
            dot(INK, "a speaker with all classes", markersize=3.5),
            dot(INK, "with some", markersize=3.5, markerfacecolor="none"),
            Line2D([], [], color=CHANCE, label="chance"),
        ],
        loc="outside lower center",
        ncols=4,
        columnspacing=1.2,
        handletextpad=0.3,
    )
    return figure
