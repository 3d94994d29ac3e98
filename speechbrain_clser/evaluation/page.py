"""What a run shows to people: report.md, and report.html that needs no network.

The first screen answers what was trained on what, with which supervision, how
well, and whether that is better than guessing. The rest is for those who ask.
"""

import os
from pathlib import Path

from speechbrain_clser.evaluation.document import markdown, page
from speechbrain_clser.evaluation.report import FILE
from speechbrain_clser.evaluation.sections.adaptation import adaptation
from speechbrain_clser.evaluation.sections.anchoring import anchoring
from speechbrain_clser.evaluation.sections.attention import attention
from speechbrain_clser.evaluation.sections.by_group import people
from speechbrain_clser.evaluation.sections.classes import classes
from speechbrain_clser.evaluation.sections.missing_values import undefined
from speechbrain_clser.evaluation.sections.model import (
    confidence,
    embeddings,
    training,
)
from speechbrain_clser.evaluation.sections.phones import phones
from speechbrain_clser.evaluation.sections.probes import knowledge
from speechbrain_clser.evaluation.sections.provenance import (
    audit,
    data,
    making,
)
from speechbrain_clser.evaluation.sections.resonance import resonance
from speechbrain_clser.evaluation.sections.scores import scores
from speechbrain_clser.evaluation.sections.summary import answer, title
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
        Of report.html.

    Raises
    ------
    FileNotFoundError
        If there is no report yet.
    """
    folder = Path(run_folder)
    path = folder / FILE
    if not path.is_file():
        raise FileNotFoundError(
            f"{folder}: expected {FILE}, found none; call report.build first"
        )
    report = read_json(path, "type clser report for this run again")
    blocks = story(report)
    atomic_write(folder / "report.md", markdown(blocks))
    shown = folder / "report.html"
    atomic_write(shown, page(title(report), blocks))
    return shown


def story(report: dict) -> list:
    """Tell a report in order, the answer first.

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
        *answer(report),
        *scores(report),
        *adaptation(report),
        *classes(report),
        *people(report),
        *confidence(report),
        *training(report),
        *embeddings(report),
        *anchoring(report),
        *resonance(report),
        *attention(report),
        *phones(report),
        *knowledge(report),
        *audit(report),
        *data(report),
        *undefined(report),
        *making(report),
    ]
