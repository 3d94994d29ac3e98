"""Write the card of a published model from its README and the report."""

from huggingface_hub import ModelCardData

from speechbrain_clser.evaluation import report as reports
from speechbrain_clser.evaluation.rendering import include, render
from speechbrain_clser.inference.readme import FOLDER, LIMITS, RESULTS, limits
from speechbrain_clser.publish import training_data


def card(
    report: dict, readme: str, data: ModelCardData, repo_id: str, training: dict
) -> str:
    """Write the card of a model.

    Arguments
    ---------
    report : dict
        From ``evaluation.report.build``.
    readme : str
        README.md of the model folder.
    data : ModelCardData
        From ``metadata``.
    repo_id : str
        Hub id ``owner/name``.
    training : dict
        Provenance of the model; see ``Choice.origin``.

    Returns
    -------
    str
        A README.md with metadata.
    """
    title, *sections = readme.replace(FOLDER, repo_id).split("\n## ")
    # The card has its own versions of these two sections.
    kept = [
        f"\n## {section}"
        for section in sections
        if section.partition("\n")[0] not in (RESULTS, LIMITS)
    ]
    return "\n".join(
        [
            f"---\n{data.to_yaml()}\n---\n",
            title,
            section("headline", report, training),
            "".join(kept).lstrip("\n"),
            section("card", report, training),
        ]
    )


def section(name: str, report: dict, training: dict) -> str:
    """Render a template of ``publish/templates`` as Markdown.

    Arguments
    ---------
    name : str
        ``"headline"``, ``"card"`` or ``"model_results"``.
    report, training : dict
        As for ``card``.
    """
    return render(
        include(f"publish/templates/{name}.j2"),
        "markdown",
        report=report,
        training=training,
        headings={"results": RESULTS, "limits": LIMITS},
        summary_rows=reports.summary_rows(report),
        baseline_rows=reports.baseline_rows(report),
        used_in_training=training_data.languages(report),
        limits=limits(report, report["classes"]),
    )
