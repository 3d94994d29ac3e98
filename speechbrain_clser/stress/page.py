"""Report of a stress test: stress.json, an HTML page and a card section."""

import json
import math
from importlib.resources import files
from pathlib import Path

import jinja2

from speechbrain_clser.evaluation import formatting, tables
from speechbrain_clser.evaluation.json_safe import to_json_safe
from speechbrain_clser.io import atomic_write
from speechbrain_clser.languages import name_of
from speechbrain_clser.stress.scoring import GAP_RULES, RULES

FILE = "stress.json"
DARKEST = 0.3  # change of the UAR with the full colour


def write(found, folder) -> Path:
    """Write stress.json, stress.html and stress.md.

    Arguments
    ---------
    found : dict
        From ``runner.stress``.
    folder : str or Path
        Created if missing.

    Returns
    -------
    Path
        Of stress.html.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(to_json_safe(found), indent=1, ensure_ascii=False)
    atomic_write(folder / FILE, f"{text}\n")
    found = json.loads(text)
    atomic_write(folder / "stress.md", section(found))
    atomic_write(folder / "stress.html", page(found))
    return folder / "stress.html"


def page(found) -> str:
    """Render the page.

    Arguments
    ---------
    found : dict
        Content of stress.json.

    Returns
    -------
    str
        A self-contained HTML page.
    """
    environment = jinja2.Environment(autoescape=True, trim_blocks=True)
    environment.lstrip_blocks = True
    here = files("speechbrain_clser.stress")
    template = environment.from_string(
        here.joinpath("stress.html").read_text(encoding="utf-8")
    )
    style = files("speechbrain_clser.evaluation").joinpath("page.css")
    axes = found["conditions"][0]["groups"]
    return template.render(
        found=found,
        rows=found["conditions"],
        columns=[
            (axis, group, title(axis, group))
            for axis, groups in axes.items()
            for group in groups
        ],
        lead=lead(found),
        rules=RULES,
        gap_rules=GAP_RULES,
        percent=formatting.percent,
        interval=formatting.interval,
        signed=signed,
        colour=colour,
        title=title,
        style=style.read_text(encoding="utf-8"),
    )


def lead(found) -> str:
    """Summarise the verdicts in a sentence.

    Example
    -------
    >>> rows = [{"verdict": v, "missing": ""} for v in ("robust", "degraded")]
    >>> lead({"conditions": [{"missing": ""}, *rows]})
    '2 conditions: 1 degraded, 1 robust.'
    """
    rows = [row for row in found["conditions"][1:] if not row["missing"]]
    counts = {
        name: sum(row["verdict"] == name for row in rows) for name in RULES
    }
    parts = ", ".join(f"{n} {name}" for name, n in counts.items() if n)
    return f"{len(rows)} conditions: {parts}."


def title(axis, group) -> str:
    """Name a group; languages by their English name.

    Example
    -------
    >>> title("language", "deu"), title("gender", "female")
    ('German', 'female')
    """
    return name_of(group) if axis == "language" else group


def signed(change) -> str:
    """Format a change in points with its interval; a dash without one.

    Example
    -------
    >>> signed({"mean": -0.1, "low": -0.2, "high": 0.0})
    '-10.0 [-20.0, +0.0]'
    >>> signed({"mean": -0.1, "low": None, "high": None})
    '-10.0'
    """
    values = [change[key] for key in ("mean", "low", "high")]
    if values[0] is None:
        return formatting.UNKNOWN
    texts = ["" if value is None else f"{100 * value:+.1f}" for value in values]
    return f"{texts[0]} [{texts[1]}, {texts[2]}]" if texts[1] else texts[0]


def colour(change) -> str:
    """Return the background of a change: red for losses, blue for gains.

    Example
    -------
    >>> colour({"mean": -0.15}), colour({"mean": None})
    ('rgba(200, 40, 40, 0.50)', 'transparent')
    """
    value = change["mean"]
    if value is None or math.isnan(value):
        return "transparent"
    opacity = min(abs(value) / DARKEST, 1)
    hue = "200, 40, 40" if value < 0 else "40, 90, 200"
    return f"rgba({hue}, {opacity:.2f})"


def section(found) -> str:
    """Write the section of a model card.

    Arguments
    ---------
    found : dict
        Content of stress.json.

    Returns
    -------
    str
        Markdown, from the heading on.
    """
    shown = {
        "columns": ["condition", "UAR", "change", "same class", "verdict"],
        "rows": [
            [
                row["name"],
                f"{formatting.percent(row['uar']['mean'])} "
                f"{formatting.interval(row['uar'])}",
                signed(row["change"]),
                formatting.percent(row["agreement"]["mean"]),
                row["verdict"],
            ]
            for row in found["conditions"]
            if not row["missing"]
        ],
    }
    groups = {
        "columns": ["group", "speakers", "UAR", "minus the others", "verdict"],
        "rows": [
            [
                f"{row['axis']}: {title(row['axis'], row['group'])}",
                row["n_speakers"],
                f"{formatting.percent(row['uar']['mean'])} "
                f"{formatting.interval(row['uar'])}",
                signed(row["gap"]),
                row["verdict"],
            ]
            for row in found["gaps"]
        ],
    }
    parts = [
        "## Robustness and fairness",
        f"Test set of {found['protocol']}, {found['n_utterances']} utterances of "
        f"{found['n_speakers']} speakers, changed in several ways. {lead(found)} "
        "UAR in percent, changes in points, 95 % intervals over speakers; "
        "`same class`: share of utterances with the class predicted from the "
        "clean recording.",
        tables.render(shown),
        _rules(RULES),
    ]
    if found["gaps"]:
        parts += [tables.render(groups), _rules(GAP_RULES)]
    return "\n\n".join(parts) + "\n"


def _rules(rules):
    """List the thresholds of verdicts in a sentence."""
    return " ".join(f"`{name}`: {rule}." for name, rule in rules.items())
