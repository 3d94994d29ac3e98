"""Build the metadata of a model card: search terms and scores."""

import re
import unicodedata

from huggingface_hub import EvalResult, ModelCardData

from speechbrain_clser.evaluation import formatting, training_data
from speechbrain_clser.features.hub import HUB_ID
from speechbrain_clser.languages import two_letters

TASK = "audio-classification"
TAGS = (
    *("speechbrain", "speechbrain-clser", "pytorch", "cross-lingual"),
    *("emotion-recognition", "speech-emotion-recognition"),
)
# Score of a report to the hub's metric and a readable name.
METRICS = {
    "uar": ("recall", "UAR, unweighted average recall"),
    "wa": ("accuracy", "WA, weighted accuracy"),
    "macro_f1": ("f1", "macro-F1"),
    "weighted_f1": ("f1", "weighted F1"),
}
VOTE_METRICS = {
    "jsd": (
        "jensen_shannon_divergence",
        "JSD, Jensen-Shannon divergence from the shares of raters' votes",
    ),
}
EXAMPLE = "example.wav"  # of the demo corpus, published with every model
RATED_METRICS = {
    "ccc": ("ccc", "CCC, concordance correlation coefficient"),
    "pearson": ("pearsonr", "Pearson's correlation coefficient"),
    "rmse": ("rmse", "RMSE, root mean square error of values of 0-1"),
}
OWN_TERMS = "terms-of-the-training-corpora"
COMMIT = re.compile(r"^ +revision: '?[0-9a-f]{40}'?$", flags=re.MULTILINE)


def metadata(
    report: dict, repo_id: str, model_yaml: str, licence: str = ""
) -> ModelCardData:
    """Build the metadata of a model card.

    Without a licence, the card refers to the terms of the training corpora.
    """
    return ModelCardData(
        language=_languages(report),
        **_licence(repo_id, licence),
        library_name="speechbrain",
        pipeline_tag=TASK,
        tags=[*TAGS, report["method"]],
        datasets=[slug(card["name"]) for card in training_data.cards(report)],
        metrics=list(
            dict.fromkeys(name for name, _ in _metrics(report).values())
        ),
        base_model=_encoder(report, model_yaml),
        model_name=repo_id.rpartition("/")[2],
        eval_results=_results(report),
        widget=[{"src": EXAMPLE, "example_title": "Synthetic speech"}],
    )


def slug(name: str) -> str:
    """Return a name that the hub accepts as that of a data set.

    Example
    -------
    >>> slug("My corpus (2026) é")
    'My-corpus-2026-e'
    """
    text = unicodedata.normalize("NFKD", name)
    text = text.encode("ascii", "ignore").decode()
    return re.sub(r"[^\w.-]+", "-", text, flags=re.ASCII).strip("-") or "corpus"


def _metrics(report):
    """Return the scores of a report with the hub's metrics."""
    if "dimensions" in report:
        return RATED_METRICS
    has_votes = "divergence" in report["parts"]["test"]
    return METRICS | (VOTE_METRICS if has_votes else {})


def _languages(report):
    """List the languages used in training or evaluation."""
    ledger = report["ledger"]
    codes = [
        origin.partition(":")[2]
        for origin in (*training_data.origins(report), *ledger["targets"])
    ]
    # A corpus may not name its language; the hub prefers two-letter codes.
    found = [two_letters(code) for code in codes if code]
    return list(dict.fromkeys(found))


def _licence(repo_id, licence):
    """Return the licence keys; other terms than the hub's need a link."""
    if licence:
        return {"license": licence}
    return {
        "license": "other",
        "license_name": OWN_TERMS,
        "license_link": f"https://huggingface.co/{repo_id}#data",
    }


def _encoder(report, model_yaml):
    """Return the hub id of the pretrained encoder, None if it is local."""
    name = report["settings"]["encoder"]
    is_of_hub = HUB_ID.fullmatch(name) and COMMIT.search(model_yaml)
    return name if is_of_hub else None


def _results(report):
    """Return the test scores in percent, of each corpus, rounded as in the report.

    The scores of several corpora together have no place in the metadata: the hub
    takes one data set per result. Of each of several, a report has the UAR only.
    """
    part = report["parts"]["test"]
    targets = report["ledger"]["targets"]
    names = list(dict.fromkeys(t.partition(":")[0] for t in targets))
    if len(names) == 1:
        return _of_corpus(report, names[0], part["scores"])
    # A report on dimensions has no groups.
    of_corpora = part.get("groups", {}).get("corpus", [])
    groups = {group["name"]: group for group in of_corpora}
    return [
        result
        for name in names
        if name in groups
        for result in _of_corpus(report, name, {"uar": groups[name]})
    ]


def _of_corpus(report, name, scores):
    """Return the results on one corpus."""
    protocol = report["protocol"]
    (title,) = (
        card["title"]
        for card in report["data"]["corpora"]
        if card["name"] == name
    )
    targets = report["ledger"]["targets"]
    own = [t for t in targets if t.partition(":")[0] == name]
    over = formatting.trainings(report["n_trials"], report["n_seeds"])
    percents = formatting.percent, formatting.interval, "in percent"
    decimals = formatting.decimal, formatting.decimal_interval
    forms = dict.fromkeys(METRICS, percents)
    forms |= dict.fromkeys(VOTE_METRICS, (*decimals, "in bits"))
    if "dimensions" in report:
        unit = f"mean of {formatting.enumeration(report['dimensions'])}"
        forms = dict.fromkeys(RATED_METRICS, (*decimals, unit))
    return [
        EvalResult(
            task_type=TASK,
            task_name="Speech emotion recognition",
            dataset_type=slug(name),
            dataset_name=f"{title} ({formatting.languages(own)})",
            dataset_split=f"protocol {protocol['name']} ({protocol['digest']})",
            metric_type=metric,
            metric_name=f"{title_of}, {unit}, 95 % interval "
            f"{interval(scores[score])}, {over}",
            metric_value=float(value(scores[score]["mean"])),
        )
        for score, (metric, title_of) in _metrics(report).items()
        if score in scores  # reports of version 0.1 have no weighted F1
        for value, interval, unit in [forms[score]]
    ]
