"""Figures of a report: one function each, that draws what was computed.

Every function takes the report and returns a matplotlib ``Figure``; none reads,
saves or computes. Colours of emotions are fixed, so that anger has the same
colour on every page, and can be told apart by colour-blind readers.
"""

import functools
import io
import re

import matplotlib
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from speechbrain_clser.evaluation import wording

# After Okabe and Ito's palette; rarer emotions are filled up from Paul Tol's.
EMOTIONS = {
    "anger": "#d55e00",
    "boredom": "#8c6d31",
    "calm": "#44aa99",
    "contempt": "#882255",
    "disgust": "#117733",
    "excitement": "#ee6677",
    "fear": "#cc79a7",
    "frustration": "#aa4499",
    "happiness": "#e69f00",
    "neutral": "#8a8f98",
    "other": "#bbbbbb",
    "sadness": "#0072b2",
    "surprise": "#56b4e9",
}
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
# Drawn in these, figures follow the colour of the text around them.
INK, PALE = "#1f2328", "#9aa1ab"
TARGET, SOURCE, CHANCE = "#0072b2", "#009e73", "#d55e00"
PARTS = {
    "target_scored": "target, scored",
    "source_valid": "source, validation",
}
MARKERS = {"target_scored": "^", "source_valid": "o"}

_STYLE = {
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
    "xtick.color": PALE,
    "xtick.labelcolor": INK,
    "ytick.color": PALE,
    "ytick.labelcolor": INK,
}
_WIDTH = 7.2  # inches; at 96 pixels each, a column of text


def _styled(draw):
    """Draw in the style of this file, whatever the settings of the session."""

    @functools.wraps(draw)
    def styled(*args, **kwargs):
        with matplotlib.rc_context(_STYLE):
            return draw(*args, **kwargs)

    return styled


def svg(figure: Figure, name: str) -> str:
    """Write a figure as an element for an HTML page.

    Arguments
    ---------
    figure : Figure
        From one of the functions below.
    name : str
        Unique on the page; goes before all ids of the element.

    Returns
    -------
    str
        ``<svg>``, with the page's colour as ink; the same for the same figure.
    """
    text = io.StringIO()
    with matplotlib.rc_context(_STYLE):
        figure.savefig(text, format="svg", metadata={"Date": None})
    element = text.getvalue()
    element = element[element.index("<svg") :]
    element = re.sub(r"<metadata>.*?</metadata>", "", element, flags=re.S)
    element = re.sub(r' xmlns(:\w+)?="[^"]*"', "", element)
    element = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", element)
    element = re.sub(r'(<svg[^>]*?) (?:width|height)="[^"]*"', r"\1", element)
    return element.replace(INK, "currentColor").strip()


@_styled
def uar_against_chance(report: dict) -> Figure:
    """Draw UAR of the target on its scale: seeds, mean, interval and chance.

    Arguments
    ---------
    report : dict
        From ``report.build``.

    Returns
    -------
    Figure
        A strip to stand under the first number of the page.
    """
    part = report["parts"]["target_scored"]
    uar, chance = part["scores"]["uar"], part["chance_uar"]
    figure = Figure((_WIDTH, 0.95), layout="constrained")
    axes = figure.subplots()
    _interval(axes, uar, 0, TARGET, linewidth=7, alpha=0.35)
    seeds = [100 * one["uar"] for one in part["per_seed"]]
    axes.plot(seeds, [0] * len(seeds), "|", color=TARGET, markersize=9)
    axes.plot(100 * uar["mean"], 0, "o", color=TARGET, markersize=9)
    axes.axvline(100 * chance, color=CHANCE, linewidth=1.5)
    axes.annotate(
        "chance",
        (100 * chance, 1),
        xycoords=("data", "axes fraction"),
        xytext=(4, -1),
        textcoords="offset points",
        va="top",
        color=CHANCE,
    )
    axes.set(xlim=(0, 100), ylim=(-1, 1), yticks=[], xlabel="UAR, %")
    axes.spines["left"].set_visible(False)
    return figure


@_styled
def confusion_matrix(report: dict, part: str = "target_scored") -> Figure:
    """Draw the confusion matrix: shares of each row, counts below them.

    Arguments
    ---------
    report : dict
        From ``report.build``.
    part : str
        Which part of the report.

    Returns
    -------
    Figure
        Targets are rows; counts are summed over seeds.
    """
    classes, rows = report["classes"], report["parts"][part]["confusion"]
    side = 1.2 + 0.75 * len(classes)
    figure = Figure(
        (min(side + 1.0, _WIDTH), min(side, 6)), layout="constrained"
    )
    axes = figure.subplots()
    totals = [sum(row) or 1 for row in rows]
    shares = [
        [n / total for n in row]
        for row, total in zip(rows, totals, strict=True)
    ]
    for i, row in enumerate(rows):
        for j, n in enumerate(row):
            # See-through, so that an empty cell has the colour of the page.
            share = shares[i][j]
            corner = (j - 0.5, i - 0.5)
            axes.add_patch(
                Rectangle(corner, 1, 1, color=TARGET, alpha=share, linewidth=0)
            )
            axes.text(
                j,
                i,
                f"{100 * share:.0f} %\n{n}" if any(row) else wording.UNKNOWN,
                ha="center",
                va="center",
                color="#ffffff" if share > 0.75 else INK,
            )
    edges = (-0.5, len(classes) - 0.5)
    axes.set(xlim=edges, ylim=edges[::-1])
    axes.set_xticks(range(len(classes)), classes, rotation=_slant(classes))
    axes.set_yticks(range(len(classes)), classes)
    axes.set(xlabel="predicted", ylabel="target")
    axes.grid(False)
    axes.spines[:].set_visible(True)
    axes.tick_params(length=0)
    return figure


@_styled
def recall_per_class(report: dict, part: str = "target_scored") -> Figure:
    """Draw the recall of each class with its interval.

    Arguments
    ---------
    report : dict
        From ``report.build``.
    part : str
        Which part of the report.

    Returns
    -------
    Figure
        One row per class, in the order of the logits; a class without
        targets has an empty row.
    """
    scored = report["parts"][part]
    recalls = scored["recalls"]
    figure = Figure((_WIDTH, 0.9 + 0.36 * len(recalls)), layout="constrained")
    axes = figure.subplots()
    for y, recall in enumerate(recalls):
        colour = EMOTIONS[recall["class"]]
        if recall["mean"] is None:
            axes.text(1, y, "no utterance in the target", va="center")
            continue
        _interval(axes, recall, y, colour, linewidth=5, alpha=0.4)
        axes.plot(100 * recall["mean"], y, "o", color=colour, markersize=7)
    _chance_line(axes, scored["chance_uar"])
    axes.set_yticks(
        range(len(recalls)), [f"{r['class']} ({r['n']})" for r in recalls]
    )
    _share_axis(axes, len(recalls), "recall, %")
    return figure


@_styled
def uar_by_language(report: dict) -> Figure:
    """Draw UAR of each language with its interval, and its speakers as dots.

    Arguments
    ---------
    report : dict
        From ``report.build``.

    Returns
    -------
    Figure
        Target above, sources below. A speaker who does not have all classes
        of the language is a hollow dot: such scores are not comparable.
    """
    rows = [
        (name, part, language)
        for name, part in report["parts"].items()
        for language in part["groups"]["language"]
    ]
    figure = Figure((_WIDTH, 1.5 + 0.5 * len(rows)), layout="constrained")
    axes = figure.subplots()
    for y, (name, part, language) in enumerate(rows):
        colour = TARGET if name == "target_scored" else SOURCE
        speakers = [
            s for s in part["speakers"] if s["language"] == language["name"]
        ]
        for k, speaker in enumerate(speakers):
            is_whole = speaker["n_classes"] == language["n_classes"]
            axes.plot(
                100 * speaker["mean"],
                y + 0.12 + 0.05 * (k % 5),
                "o",
                markersize=3.5,
                markerfacecolor=colour if is_whole else "none",
                markeredgecolor=colour,
                alpha=0.6,
            )
        _interval(axes, language, y - 0.12, colour, linewidth=5, alpha=0.4)
        axes.plot(100 * language["mean"], y - 0.12, "o", color=colour)
        axes.plot(
            [100 * language["chance_uar"]] * 2,
            [y - 0.35, y + 0.4],
            color=CHANCE,
            linewidth=1.2,
        )
    labels = [
        f"{wording.language(language['name'])}\n{PARTS[name]}"
        for name, _, language in rows
    ]
    axes.set_yticks(range(len(rows)), labels)
    _share_axis(axes, len(rows), "UAR, %")
    figure.legend(
        handles=[
            _dot(INK, "all speakers", markersize=6),
            _dot(INK, "a speaker with all classes", markersize=3.5),
            _dot(INK, "with some", markersize=3.5, markerfacecolor="none"),
            Line2D([], [], color=CHANCE, label="chance"),
        ],
        loc="outside lower center",
        ncols=4,
        columnspacing=1.2,
        handletextpad=0.3,
    )
    return figure


@_styled
def prediction_histogram(report: dict, part: str = "target_scored") -> Figure:
    """Draw how often each class was meant, beside how often it was answered.

    Arguments
    ---------
    report : dict
        From ``report.build``.
    part : str
        Which part of the report.

    Returns
    -------
    Figure
        Utterances; answers are the mean over seeds.
    """
    bars = report["parts"][part]["histogram"]
    figure = Figure((_WIDTH, 2.5), layout="constrained")
    axes = figure.subplots()
    for x, bar in enumerate(bars):
        colour = EMOTIONS[bar["class"]]
        sides = (
            (-0.2, bar["target"], {"facecolor": "none", "linewidth": 1.5}),
            (0.2, bar["predicted"], {"facecolor": colour}),
        )
        for shift, height, look in sides:
            axes.bar(x + shift, height, 0.36, edgecolor=colour, **look)
            axes.text(
                x + shift, height, f"{height:.0f}", ha="center", va="bottom"
            )
    names = [bar["class"] for bar in bars]
    axes.set_xticks(range(len(bars)), names, rotation=_slant(names))
    axes.set_ylabel("utterances")
    axes.margins(y=0.15)
    axes.grid(axis="x", visible=False)
    figure.legend(
        handles=[
            Line2D(
                [],
                [],
                marker="s",
                linestyle="",
                markeredgecolor=INK,
                markerfacecolor=face,
                label=label,
            )
            for label, face in (("target", "none"), ("predicted", INK))
        ],
        loc="outside upper right",
        ncols=2,
    )
    return figure


@_styled
def reliability(report: dict, part: str = "target_scored") -> Figure:
    """Draw accuracy against confidence; below the diagonal is overconfident.

    Arguments
    ---------
    report : dict
        From ``report.build``.
    part : str
        Which part of the report.

    Returns
    -------
    Figure
        A dot per bin, its area by the number of answers in it.
    """
    scored = report["parts"][part]
    bins = [bin for bin in scored["calibration"] if bin["n"]]
    most = max(bin["n"] for bin in bins)
    figure = Figure((4.2, 3.9), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 100], [0, 100], color=PALE, linewidth=1.2)
    axes.scatter(
        [100 * bin["confidence"] for bin in bins],
        [100 * bin["accuracy"] for bin in bins],
        s=[12 + 140 * bin["n"] / most for bin in bins],
        color=TARGET,
        alpha=0.75,
        linewidth=0,
    )
    error = wording.percent(scored["scores"]["ece"]["mean"])
    axes.set_title(f"calibration error {error} %")
    axes.set(
        xlim=(0, 103),
        ylim=(-3, 103),
        xlabel="confidence, %",
        ylabel="accuracy, %",
        aspect="equal",
    )
    return figure


@_styled
def training_curves(report: dict) -> Figure:
    """Draw source-validation UAR and every loss by its name, over epochs.

    Arguments
    ---------
    report : dict
        From ``report.build``.

    Returns
    -------
    Figure
        A line per seed, its selected epoch marked; phases one after the
        other.
    """
    curves = report["curves"]
    keys = dict.fromkeys(key for r in curves[0]["records"] for key in r)
    names = [
        key.removeprefix("train_")
        for key in keys
        if key.startswith("train_") and key != "train_loss"
    ]
    panels = {
        "UAR, %": ["source_valid_uar"],
        "loss": ["train_loss", "source_valid_loss"],
    }
    # A single loss is the sum already, but for its weight.
    if len(names) > 1:
        panels |= {f"loss: {name}": [f"train_{name}"] for name in names}
    n_rows = (len(panels) + 1) // 2
    figure = Figure((_WIDTH, 0.5 + 2.2 * n_rows), layout="constrained")
    grid = figure.subplots(n_rows, 2, squeeze=False).ravel()
    for axes in grid[len(panels) :]:
        axes.set_axis_off()
    for axes, (title, keys) in zip(grid, panels.items(), strict=False):
        axes.set_title(title)
        for key in keys:
            for curve in curves:
                _curve(axes, curve, key)
        for start in _phase_starts(curves[0]["records"]):
            axes.axvline(start - 0.5, color=PALE, linestyle=":", linewidth=1)
        axes.set_xlabel("epoch")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.margins(x=0.03)
    figure.legend(
        handles=[
            Line2D([], [], color=INK, linestyle="--", label="training"),
            Line2D([], [], color=SOURCE, label="source validation"),
            _dot(SOURCE, "selected epoch", markersize=6),
        ],
        loc="outside upper right",
        ncols=3,
    )
    return figure


@_styled
def embedding_map(report: dict) -> Figure:
    """Draw the map of embeddings three times: emotion, language and speaker.

    Arguments
    ---------
    report : dict
        From ``report.build``.

    Returns
    -------
    Figure
        Three panels and their legend; the mark tells target from source.
    """
    points = report["map"]
    emotions = [c for c in report["classes"] if c in points["emotion"]]
    languages = sorted(set(points["language"]))
    speakers = sorted(set(points["speaker"]))
    palettes = {
        "emotion": EMOTIONS,
        "language": _cycle(languages),
        "speaker": _cycle(speakers),
    }
    figure = Figure((_WIDTH, 6.4), layout="constrained")
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
    _map_legend(grid[3], emotions, palettes["language"], len(speakers))
    return figure


def _map_legend(axes, emotions, languages, n_speakers):
    """What the colours and marks of the map mean, in its fourth field."""
    axes.set_axis_off()
    blocks = [
        ("emotion", [_dot(EMOTIONS[name], name) for name in emotions]),
        (
            "language",
            [
                _dot(colour, wording.language(name))
                for name, colour in languages.items()
            ],
        ),
        (
            "mark",
            [
                _dot(INK, PARTS[part], marker=marker)
                for part, marker in MARKERS.items()
            ],
        ),
    ]
    corners = ((0.0, 1.0), (0.5, 1.0), (0.5, 0.4))
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
    axes.text(0.03, 0.02, f"{n_speakers} speakers{repeat}", va="bottom")


def _curve(axes, curve, key):
    """One key of one seed over the epochs of all phases."""
    is_valid = key.startswith("source_valid")
    colour = SOURCE if is_valid else INK
    values = [record.get(key) for record in curve["records"]]
    unit = 100 if key.endswith("_uar") else 1  # percent
    heights = [float("nan") if v is None else unit * v for v in values]
    axes.plot(
        range(1, len(heights) + 1),
        heights,
        color=colour,
        linestyle="-" if is_valid else "--",
        linewidth=1.3,
        alpha=0.8,
    )
    if key == "source_valid_uar":
        chosen = curve["selected"]
        axes.plot(chosen + 1, heights[chosen], "o", color=colour, markersize=6)


def _phase_starts(records):
    """Positions at which a later phase begins, counted from 1."""
    return [
        place + 1
        for place in range(1, len(records))
        if records[place]["phase"] != records[place - 1]["phase"]
    ]


def _interval(axes, score, y, colour, **look):
    """A bar from low to high; nothing where the interval is unknown."""
    if score["low"] is not None:
        axes.plot(
            [100 * score["low"], 100 * score["high"]],
            [y, y],
            color=colour,
            **look,
        )


def _chance_line(axes, chance):
    """Chance, over the whole height."""
    axes.axvline(100 * chance, color=CHANCE, linewidth=1.2)


def _share_axis(axes, n_rows, label):
    """Shares in percent to the right, rows from top to bottom."""
    axes.set(xlim=(-2, 102), ylim=(n_rows - 0.5, -0.5), xlabel=label)
    axes.grid(axis="y", visible=False)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)


def _dot(colour, label, **look):
    """An entry of a legend."""
    look = {"marker": "o", "markersize": 5} | look
    return Line2D([], [], color=colour, linestyle="", label=label, **look)


def _cycle(names):
    """Colours for names that have none of their own."""
    return {name: GROUPS[k % len(GROUPS)] for k, name in enumerate(names)}


def _slant(names):
    """Turn labels only where they would touch."""
    return 30 if len(names) > 5 else 0
