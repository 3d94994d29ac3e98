"""Section on the adaptation to the target."""

from speechbrain_clser.evaluation import formatting
from speechbrain_clser.evaluation.adaptation import refusals
from speechbrain_clser.evaluation.document import (
    Details,
    Heading,
    Table,
    Text,
)

FITTED_TO = {
    "scored": "fitted to all scored utterances jointly",
    "unlabelled": "fitted to unlabelled target utterances that are not scored",
    "halves": (
        "fitted to each half of the target's speakers and applied to the "
        "other half"
    ),
}


def adaptation(report: dict) -> list:
    """Render constants, class shares before and after, and refusals.

    Arguments
    ---------
    report : dict
        From ``report.build``.

    Returns
    -------
    list
        Blocks of ``document``; empty without adaptation.
    """
    found = report["adaptation"]
    if found is None:
        return []
    shares = found["class_shares"]
    return [
        Heading("Adaptation"),
        Text(
            f"{found['name']}, {found['form']}: {FITTED_TO[found['fitted_to']]} "
            f"({found['n_target_utterances']} target utterances, without "
            "labels)."
            + (
                f" Class shares assumed of the target: {shares}."
                if shares
                else ""
            )
            + " Only baselines with the adaptation in their name use it.",
            role="lead",
        ),
        _shares(report["classes"], found["seeds"]),
        *(
            Text(
                f"Refused for {', '.join(systems)}; scores are without "
                f"adaptation: {message}."
            )
            for message, systems in refusals(found).items()
        ),
        *map(Text, dict.fromkeys(_constants(found["seeds"]))),
        *_candidates(found["seeds"][0]),
    ]


def _shares(classes, seeds):
    """Build the table of predicted class shares; means over seeds."""
    rows = []
    for system in seeds[0]["systems"]:
        of = [s["systems"][system] for s in seeds if system in s["systems"]]
        rows += [
            [
                f"{system}, {when}",
                *(
                    formatting.percent(
                        sum(one[f"shares_{when}"][name] for one in of) / len(of)
                    )
                    for name in classes
                ),
            ]
            for when in ("before", "after")
        ]
    return Table(["predicted, % of utterances", *classes], rows)


def _constants(seeds):
    """Yield sentences about the constants of each training."""
    for one in seeds:
        for vectors, space in one["vectors"].items():
            if not space["constants"]:
                continue
            values = ", ".join(
                f"{name} {value}"
                for name, value in space["constants"].items()
                if value is not None
            )
            origin = formatting.ORIGINS[space["constants_from"]]
            yield f"Constants on {vectors} ({origin}): {values}."


def _candidates(seed):
    """Yield tables of the scores within the sources, of the first training."""
    for vectors, space in seed["vectors"].items():
        if not space["candidates"]:
            continue
        folds = list(space["candidates"][0]["uar"])
        rows = [
            [
                ", ".join(f"{k} {v}" for k, v in one["constants"].items())
                if one["constants"]
                else "without adaptation",
                formatting.percent(one["mean"]),
                *(formatting.percent(one["uar"][fold]) for fold in folds),
            ]
            for one in sorted(space["candidates"], key=lambda c: -c["mean"])
        ]
        yield Details(
            f"UAR within the sources, by constants, on {vectors}: each column "
            "is held out and adapted to without labels",
            [Table(["constants", "mean", *folds], rows)],
        )
