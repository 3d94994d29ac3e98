"""Report pages of a run: report.md and a self-contained report.html.

The first section summarises the data, the supervision, the score and its
comparison with chance. Details follow.
"""

import os
from pathlib import Path

from speechbrain_clser.evaluation import method_report
from speechbrain_clser.evaluation.document import markdown, page
from speechbrain_clser.evaluation.report import FILE
from speechbrain_clser.evaluation.sections.adaptation import adaptation
from speechbrain_clser.evaluation.sections.by_group import by_group
from speechbrain_clser.evaluation.sections.classes import classes
from speechbrain_clser.evaluation.sections.missing_values import missing_values
from speechbrain_clser.evaluation.sections.model import (
    confidence,
    embeddings,
    training,
)
from speechbrain_clser.evaluation.sections.phones import phones
from speechbrain_clser.evaluation.sections.probes import probes
from speechbrain_clser.evaluation.sections.provenance import (
    audit,
    data,
    reproduction,
)
from speechbrain_clser.evaluation.sections.scores import scores
from speechbrain_clser.evaluation.sections.summary import overview, title
from speechbrain_clser.io import atomic_write, read_json


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
    blocks = build_blocks(report)
    atomic_write(folder / "report.md", markdown(blocks))
    html_path = folder / "report.html"
    atomic_write(html_path, page(title(report), blocks))
    return html_path


def build_blocks(report: dict) -> list:
    """Build the blocks of the report page.

    Arguments
    ---------
    report : dict
        From ``report.build``.

    Returns
    -------
    list
        Blocks of ``document``.
    """
    return [
        *overview(report),
        *scores(report),
        *adaptation(report),
        *classes(report),
        *by_group(report),
        *confidence(report),
        *training(report),
        *embeddings(report),
        *method_report.sections(report),
        *phones(report),
        *probes(report),
        *audit(report),
        *data(report),
        *missing_values(report),
        *reproduction(report),
    ]
