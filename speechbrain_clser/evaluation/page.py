"""Report pages of a run: report.md and a self-contained report.html.

The first section summarises the data, the supervision, the score and its
comparison with chance. Details follow.
"""

import os
from importlib.resources import files
from pathlib import Path

from speechbrain_clser.deprecation import current_names
from speechbrain_clser.evaluation import formatting, method_report, plots
from speechbrain_clser.evaluation.rendering import include, render
from speechbrain_clser.evaluation.report import FILE, is_rated
from speechbrain_clser.io import atomic_write, read_json

TEMPLATES = "evaluation/templates"


def write(run_folder: str | os.PathLike) -> Path:
    """Write report.md and report.html beside report.json.

    Arguments
    ---------
    run_folder : path
        With a report; see ``report.build``.

    Returns
    -------
    Path
        Path of report.html.

    Raises
    ------
    FileNotFoundError
        If report.json does not exist.
    """
    folder = Path(run_folder)
    path = folder / FILE
    if not path.is_file():
        raise FileNotFoundError(
            f"{folder}: expected {FILE}, found none; call report.build first"
        )
    report = read_json(path, "run clser report for this run again")
    report = current_names(report, path)
    atomic_write(folder / "report.md", body(report, "markdown"))
    html_path = folder / "report.html"
    atomic_write(html_path, _html(report))
    return html_path


def body(report: dict, form: str) -> str:
    """Render all sections, ``form`` of ``rendering.render``."""
    name = "rated" if is_rated(report) else "report"
    return render(
        include(f"{TEMPLATES}/{name}.j2"),
        form,
        report=report,
        title=title(report),
        plots=plots,
        method_sections=method_report.sections(report, form),
    )


def title(report: dict) -> str:
    """Return method and languages, such as ``source_only: German → Urdu``."""
    sources, targets = (
        formatting.languages(report["ledger"][key])
        for key in ("sources", "targets")
    )
    return f"{report['method']}: {sources} → {targets}"


def _html(report):
    """Render the page with its style."""
    style = files(__package__).joinpath("page.css").read_text(encoding="utf-8")
    return render(
        include(f"{TEMPLATES}/page.j2"),
        "html",
        title=title(report),
        body=body(report, "html"),
        style=style,
    )
