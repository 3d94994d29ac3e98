"""Write the card of a published model from its README and the report."""

from huggingface_hub import ModelCardData

from speechbrain_clser.inference.model_results import section
from speechbrain_clser.inference.readme import FOLDER, LIMITS, RESULTS


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
        Provenance of the model; see ``Choice.provenance``.

    Returns
    -------
    str
        A README.md with metadata.
    """
    title, *sections = readme.replace(FOLDER, repo_id).split("\n## ")
    # The card has its own versions of these two sections.
    kept = [
        f"\n## {text}"
        for text in sections
        if text.partition("\n")[0] not in (RESULTS, LIMITS)
    ]
    return "\n".join(
        [
            f"---\n{data.to_yaml()}\n---\n",
            title,
            section("inference/templates/headline.j2", report, training),
            "".join(kept).lstrip("\n"),
            section("contrib/publish/templates/card.j2", report, training),
        ]
    )
