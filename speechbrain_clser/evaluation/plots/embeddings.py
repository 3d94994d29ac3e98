"""Map of embeddings."""

from matplotlib.figure import Figure
from matplotlib.legend import Legend

from speechbrain_clser.evaluation import formatting
from speechbrain_clser.evaluation.plots.axes import dot
from speechbrain_clser.evaluation.plots.style import (
    EMOTIONS,
    GROUPS,
    INK,
    PARTS,
    WIDTH,
    styled,
)

MARKERS = {"test": "^", "source_valid": "o"}


@styled
def embedding_map(report: dict) -> Figure:
    """Plot the map of embeddings, coloured by emotion, language and speaker."""
    points = report["map"]
    emotions = [c for c in report["classes"] if c in points["emotion"]]
    languages = sorted(set(points["language"]))
    speakers = sorted(set(points["speaker"]))
    palettes = {
        "emotion": EMOTIONS,
        "language": _cycle(languages),
        "speaker": _cycle(speakers),
    }
    figure = Figure((WIDTH, 6.4), layout="constrained")
    grid = figure.subplots(2, 2).ravel()
    for axes, (column, palette) in zip(grid, palettes.items(), strict=False):
        axes.set_title(column)
        for part, marker in MARKERS.items():
            rows = [k for k, p in enumerate(points["part"]) if p == part]
            axes.scatter(
                [points["x"][k] for k in rows],
                [points["y"][k] for k in rows],
                c=[palette[points[column][k]] for k in rows],
                marker=marker,
                s=18,
                linewidth=0,
                alpha=0.75,
            )
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_visible(True)
    _legend(grid[3], emotions, palettes["language"], len(speakers))
    return figure


def _legend(axes, emotions, languages, n_speakers):
    """Plot the legend of colours and markers in the fourth panel."""
    axes.set_axis_off()
    blocks = [
        ("emotion", [dot(EMOTIONS[name], name) for name in emotions]),
        (
            "language",
            [
                dot(colour, formatting.language(name))
                for name, colour in languages.items()
            ],
        ),
        (
            "marker",
            [
                dot(INK, PARTS[part], marker=marker)
                for part, marker in MARKERS.items()
            ],
        ),
    ]
    corners = ((0.0, 1.0), (0.5, 1.0), (0.0, 0.3))
    for (title, handles), corner in zip(blocks, corners, strict=True):
        legend = Legend(
            axes,
            handles,
            [handle.get_label() for handle in handles],
            title=title,
            loc="upper left",
            bbox_to_anchor=corner,
            alignment="left",
            handletextpad=0.2,
            title_fontproperties={"weight": "bold"},
        )
        axes.add_artist(legend)
    repeat = "; colours repeat" if n_speakers > len(GROUPS) else ""
    axes.text(0.53, 0.28, f"{n_speakers} speakers{repeat}", va="top")


def _cycle(names):
    """Assign colours to names in turn."""
    return {name: GROUPS[k % len(GROUPS)] for k, name in enumerate(names)}
