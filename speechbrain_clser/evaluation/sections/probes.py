"""Section on linear probes and shortcut baselines."""

from speechbrain_clser.evaluation import formatting
from speechbrain_clser.evaluation.document import Heading, Table, Text
from speechbrain_clser.evaluation.formatting import PART_NAMES


def probes(report: dict) -> list:
    """Render probe accuracies and scores of shortcut baselines.

    Arguments
    ---------
    report : dict
        From ``report.build``.

    Returns
    -------
    list
        Blocks of ``document``.
    """
    found, shortcuts = report["probes"], report["shortcuts"]
    probe_table = Table(
        ["probe", "before training", "after", "chance", "utterances"],
        [_probe(probe) for probe in found["questions"]],
    )
    shortcut_table = Table(
        [
            "features",
            *(
                f
                for name in report["parts"]
                for f in (PART_NAMES[name], "95 %")
            ),
        ],
        _shortcuts(report["parts"], shortcuts["known"]),
    )
    return [
        Heading("Probes"),
        Text(
            "Linear probes on the embeddings, by two-fold cross-validation on "
            "the source validation, whose speakers are not in the training "
            "set. Balanced accuracy in percent, mean over seeds; the values "
            "before training are those of the untrained model.",
            role="lead",
        ),
        *([probe_table] if found["questions"] else []),
        *map(Text, found["left_out"]),
        Text(
            "Shortcut baselines: the UAR of a linear classifier whose only "
            "input is the duration of an utterance or the name of its corpus; "
            "corpora that are not in the training set have the same input.",
            role="lead",
        ),
        *([shortcut_table] if shortcuts["known"] else []),
        *map(Text, shortcuts["left_out"]),
    ]


def _probe(probe):
    """Return the row of a probe."""
    within = f" within {probe['given']}" if probe["given"] else ""
    return [
        f"{probe['asked']}{within} (of {probe['n_names']})",
        *(
            None
            if probe[moment] is None
            else formatting.format_mean_sd(probe[moment])
            for moment in ("before", "after")
        ),
        formatting.percent(probe["chance"]),
        probe["n_utterances"],
    ]


def _shortcuts(parts, classifiers):
    """Return rows of the method, the shortcut baselines and chance."""
    rows = [
        (
            "this method",
            {name: p["scores"]["uar"] for name, p in parts.items()},
        ),
        *((f"{one['seen']} only", one["parts"]) for one in classifiers),
        (
            "chance",
            {
                name: {"mean": p["chance_uar"], "low": None, "high": None}
                for name, p in parts.items()
            },
        ),
    ]
    return [
        [
            title,
            *(
                text
                for name in parts
                for text in (
                    formatting.percent(found[name]["mean"]),
                    formatting.interval(found[name]),
                )
            ),
        ]
        for title, found in rows
    ]
