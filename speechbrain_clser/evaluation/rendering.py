"""Rendering of Jinja2 templates as Markdown and as HTML.

A template describes the content once. It calls macros that ``templates/markdown.j2``
and ``templates/html.j2`` define under the same names: ``section``, ``text``, ``score``,
``items``, ``table``, ``code``, ``details`` and, for a figure, ``picture``. Values are
escaped by the macros; text in the template itself must not contain ``<`` or ``&``.
"""

import functools
import json
import re
import shlex

import jinja2
from jinja2.sandbox import SandboxedEnvironment

from speechbrain_clser.data.audit import LIMITS
from speechbrain_clser.evaluation import adaptation, formatting, tables


def render(template: str, form: str, **context) -> str:
    """Render a template.

    Arguments
    ---------
    template : str
        Text of the template. It may include files of this package, such as
        ``evaluation/templates/data.j2``.
    form : str
        ``"markdown"`` or ``"html"``.
    **context
        Values that the template uses, such as ``report``.

    Returns
    -------
    str
        Markdown with a final newline, or HTML elements.

    Raises
    ------
    jinja2.TemplateError
        If the template is wrong, or uses a value that is not defined.

    Example
    -------
    >>> source = '{% call section("Scores") %}{{ text("a < b") }}{% endcall %}'
    >>> print(render(source, "markdown"), end="")
    ## Scores
    <BLANKLINE>
    a &lt; b
    """
    text = _environment(form).from_string(template).render(context)
    if form == "html":
        return text
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n"


def include(path: str) -> str:
    """Return a template that includes a file of this package.

    Example
    -------
    >>> include("evaluation/templates/data.j2")
    '{% include "evaluation/templates/data.j2" %}'
    """
    return f'{{% include "{path}" %}}'


@functools.cache
def _environment(form):
    """Build the environment of a form with all filters, functions and macros."""
    environment = SandboxedEnvironment(
        loader=jinja2.PackageLoader(__package__.partition(".")[0], "."),
        autoescape=form == "html",
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
    )
    environment.filters |= {
        "percent": formatting.percent,
        "decimal": formatting.decimal,
        "decimal_interval": formatting.decimal_interval,
        "decimal_sd": formatting.decimal_sd,
        "interval": formatting.interval,
        "mean_sd": formatting.format_mean_sd,
        "difference": formatting.format_difference,
        "enumeration": formatting.enumeration,
        "language": formatting.language,
        "cell": tables.cell,
        "markdown_table": tables.render,
        "numeric_columns": _numeric_columns,
        "shell": shlex.join,
        "json": functools.partial(json.dumps, ensure_ascii=False),
    }
    environment.globals |= {
        "audit_limits": LIMITS,
        "languages": formatting.languages,
        "origins": formatting.ORIGINS,
        "part_names": formatting.PART_NAMES,
        "picture": _picture,
        "pluralise": formatting.pluralise,
        "refusals": adaptation.refusals,
        "software": formatting.software,
        "trainings": formatting.trainings,
        "unweighted": formatting.unweighted,
    }
    macros = environment.get_template(f"evaluation/templates/{form}.j2").module
    environment.globals |= vars(macros)
    return environment


def _numeric_columns(rows, columns):
    """Return of each column whether its values are numbers."""
    return [
        tables.is_numeric([row[k] for row in rows]) for k in range(len(columns))
    ]


@jinja2.pass_context
def _picture(context, draw, caption="", width=700):
    """Render a figure of the report; the name of the function is the prefix of its ids."""
    if not context.eval_ctx.autoescape:  # no figures in Markdown
        return ""
    from speechbrain_clser.evaluation.plots.style import svg

    name = draw.__name__.replace("_", "-")
    element = svg(draw(context["report"]), name)
    return context["figure"](element, caption, width)
