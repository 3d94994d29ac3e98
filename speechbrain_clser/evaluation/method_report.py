"""Report entries and sections that the class of the method provides.

A run folder may come from another machine, so the class is imported only if it is of
this package or if an installed package declares it as an entry point.
"""

import importlib
import logging

from speechbrain_clser import entry_points
from speechbrain_clser.evaluation.rendering import render
from speechbrain_clser.evaluation.run import Run

logger = logging.getLogger(__name__)

OWN = "speechbrain_clser.methods."


def extend(report: dict, run: Run) -> dict:
    """Add the entries of the method to a report.

    Arguments
    ---------
    report : dict
        Entries of all methods.
    run : Run
        The run that is reported.

    Returns
    -------
    dict
        The report with what ``Method.report_entries`` returns; a method that
        cannot be imported adds nothing, with a warning.

    Raises
    ------
    ValueError
        If the method returns a key of the report.
    """
    path = run.settings["method"]
    method, problem = _import(path)
    if method is None:
        logger.warning(
            "%s: the report has no sections of its own for this method: %s",
            *(path, problem),
        )
        return report
    entries = method.report_entries(run)
    if shared := sorted(entries.keys() & report.keys()):
        raise ValueError(
            f"{path}.report_entries: expected new keys for report.json, found "
            f"{', '.join(shared)}, which all reports have; rename them"
        )
    return report | entries


def sections(report: dict, form: str) -> str:
    """Render the sections of the method.

    Arguments
    ---------
    report : dict
        From ``report.build``.
    form : str
        Of ``rendering.render``.

    Returns
    -------
    str
        Empty if the method has none or cannot be imported.
    """
    method, _ = _import(report["settings"]["method"])
    if method is None:
        return ""
    template, context = method.report_sections(report)
    return render(template, form, report=report, **context)


def _import(path):
    """Return the class of a method, or None and why it is unavailable."""
    module, _, name = path.rpartition(".")
    try:
        if path.startswith(OWN):
            found = getattr(importlib.import_module(module), name, None)
            problem = "it is not a method of this version of speechbrain-clser"
        else:
            found, problem = entry_points.part(path), entry_points.advice(path)
    except ImportError as error:
        return None, str(error)
    if found is not None and not hasattr(found, "report_sections"):
        return None, "it is no speechbrain_clser.methods.base.Method"
    return found, problem
