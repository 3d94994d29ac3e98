"""Write the card of a published model from its README and the report."""

from huggingface_hub import ModelCardData

from speechbrain_clser.evaluation import formatting, training_data
from speechbrain_clser.evaluation.document import (
    Heading,
    Items,
    Table,
    Text,
    markdown,
)
from speechbrain_clser.evaluation.sections import provenance
from speechbrain_clser.inference.model_results import headline, results
from speechbrain_clser.inference.readme import FOLDER, LIMITS, RESULTS, limits

INTENDED = (
    "Research on cross-lingual emotion recognition, such as the comparison of "
    "methods. The model is not intended for decisions about people, for example "
    "in hiring, teaching, policing, insurance or medicine. In the European "
    "Union, recognising the emotions of people at work or in education is "
    "prohibited except for medical and safety reasons (Regulation 2024/1689, "
    "Article 5)."
)


def card(
    report: dict, readme: str, data: ModelCardData, repo_id: str, training: dict
) -> str:
    """Write the card of a model."""
    title, *sections = readme.replace(FOLDER, repo_id).split("\n## ")
    # The card has its own versions of these two sections.
    kept = [
        f"\n## {section}"
        for section in sections
        if section.partition("\n")[0] not in (RESULTS, LIMITS)
    ]
    facts = [
        *results(report, training),
        *languages(report),
        *use(report),
        *provenance.data(report),
        *provenance.protocol(report),
        *provenance.audit(report),
        Heading("Training"),
        Items(made_by(report, training)),
    ]
    return "\n".join(
        [
            f"---\n{data.to_yaml()}\n---\n",
            title,
            markdown(headline(report)),
            "".join(kept).lstrip("\n"),
            markdown(facts),
        ]
    )


def languages(report: dict) -> list:
    """Return the table of languages: use in training and scores."""
    known = training_data.languages(report)
    rows = [
        [
            _named(group["name"]),
            known.get(group["name"], "never"),
            name,
            group["n_utterances"],
            group["n_speakers"],
            formatting.percent(group["mean"]),
            formatting.interval(group),
            formatting.percent(group["chance_uar"]),
        ]
        for name, part in report["parts"].items()
        for group in part["groups"]["language"]
    ]
    header = ["language", "used in training", "part", "utterances"]
    header += ["speakers", "UAR", "95 %", "chance"]
    return [
        Heading("Languages"),
        Table(header, rows),
        Text(
            "No scores exist for other languages. For the pretraining "
            "languages of the encoder, if there is one, see its own card."
        ),
    ]


def use(report: dict) -> list:
    """Return the sections on intended use and limits."""
    return [
        Heading("Intended use"),
        Text(INTENDED),
        Heading(LIMITS),
        Items([("", limit) for limit in limits(report, report["classes"])]),
    ]


def made_by(report: dict, training: dict) -> list:
    """Return the selected training and software versions; no local paths."""
    which = (
        f"seed {training['seed']}, epoch {training['epoch']} of phase "
        f"{training['phase']}"
    )
    if report["n_trials"] > 1:
        which += f", trial {training['trial']}"
    return [("chosen", which), *provenance.software(report)]


def _named(code):
    """Format a language as name and code; None if a corpus does not name it."""
    return f"{formatting.language(code)} ({code})" if code else None
