"""What a run shows to people: report.md, and report.html that needs no network.

The first screen answers what was trained on what, with which supervision, how
well, and whether that is better than guessing. The rest is for those who ask.
"""

import json
import os
import shlex
from pathlib import Path

from speechbrain_clser.evaluation import plots, wording
from speechbrain_clser.evaluation.document import (
    Code,
    Details,
    Heading,
    Items,
    Picture,
    Score,
    Table,
    Text,
    markdown,
    page,
)
from speechbrain_clser.evaluation.report import FILE

NAMES = {"target_scored": "Target", "source_valid": "Source"}


def write(run_folder: str | os.PathLike) -> None:
    """Write report.md and report.html beside report.json.

    Arguments
    ---------
    run_folder : path
        With a report; see ``report.build``.

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
    report = json.loads(path.read_text(encoding="utf-8"))
    blocks = story(report)
    texts = {
        "report.md": markdown(blocks),
        "report.html": page(_title(report), blocks),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")


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
        *_answer(report),
        *_scores(report),
        *_classes(report),
        *_people(report),
        *_calibration(report),
        *_training(report),
        *_map(report),
        *_audit(report),
        *_data(report),
        *_making(report),
    ]


def _title(report):
    sources, targets = (
        wording.languages(report["ledger"][key])
        for key in ("sources", "targets")
    )
    return f"{report['method']}: {sources} → {targets}"


def _answer(report):
    """The first screen."""
    part = report["parts"]["target_scored"]
    uar = part["scores"]["uar"]
    n_seeds = report["n_seeds"]
    verdict = report["verdict"]
    over = f"mean of {n_seeds} seeds" if n_seeds > 1 else "one seed"
    is_known = uar["low"] is not None
    trust = (
        f"95 % interval {wording.interval(uar)}" if is_known else "no interval"
    )
    return [
        Heading(_title(report), level=1),
        Text(_material(report), role="lead"),
        Text(f"Supervision: {report['ledger']['sentence']}.", role="lead"),
        Score(
            f"{wording.percent(uar['mean'])} %",
            f"UAR on the target · {trust} · "
            f"chance {wording.percent(part['chance_uar'])} · {over}",
        ),
        _picture(report, plots.uar_against_chance),
        Text(verdict["sentence"], role=verdict["kind"]),
        *(Text(notice, role="notice") for notice in report["notices"]),
    ]


def _material(report):
    """What was trained on what, in numbers."""
    parts, settings = report["data"]["parts"], report["settings"]
    train, scored = (
        f"{wording.count(parts[name]['utterances'], 'utterance')} of "
        f"{wording.count(parts[name]['speakers'], 'speaker')}"
        for name in ("train", "scored")
    )
    return (
        f"Trained on {train}, scored on {scored}, as "
        f"{wording.enumeration(report['classes'])}. Encoder: "
        f"{settings['encoder']}. Input normalised by: "
        f"{settings['normalise_by']}."
    )


def _scores(report):
    """Means and intervals, and each seed."""
    columns = ["", "UAR", "95 %", "WA", "macro-F1", "ECE"]
    parts = report["parts"]
    rows = [
        [
            NAMES[name],
            *_spread(part["scores"], ("uar",)),
            wording.interval(part["scores"]["uar"]),
            *_spread(part["scores"], ("wa", "macro_f1", "ece")),
        ]
        for name, part in parts.items()
    ]
    chosen = report["selection"]["seeds"]
    seeds = [
        [one["seed"], one["phase"], one["epoch"]]
        + [
            wording.percent(score)
            for score in (
                source["uar"],
                target["uar"],
                target["wa"],
                target["macro_f1"],
            )
        ]
        for one, source, target in zip(
            chosen,
            parts["source_valid"]["per_seed"],
            parts["target_scored"]["per_seed"],
            strict=True,
        )
    ]
    header = [
        "seed",
        "phase",
        "epoch",
        "source UAR",
        "target UAR",
        "WA",
        "macro-F1",
    ]
    return [
        Heading("Scores"),
        Table(columns, rows),
        Text(
            "Source is the validation part of the training languages. All in "
            "percent, mean over seeds; after ± the standard deviation between "
            "seeds. UAR, unweighted average recall, is the mean of "
            "the classes' recalls; WA, weighted accuracy, the share of right "
            "answers; ECE the expected calibration error. The interval is a "
            "bootstrap over speakers (10,000 draws): how the mean would move "
            "with other speakers.",
            role="lead",
        ),
        Text(f"Epochs were chosen by {report['selection']['rule']}."),
        Table(header, seeds),
    ]


def _classes(report):
    """Where the answers go."""
    part = report["parts"]["target_scored"]
    return [
        Heading("Classes"),
        _picture(
            report,
            plots.recall_per_class,
            "Recall of each class on the target, with 95 % interval; in "
            "brackets its utterances.",
        ),
        _picture(
            report,
            plots.confusion_matrix,
            "Confusion on the target: share of each row, and utterances "
            "summed over seeds.",
            width=min(700, 210 + 72 * len(report["classes"])),
        ),
        _picture(
            report,
            plots.prediction_histogram,
            "Utterances of each class, and answers (mean over seeds).",
        ),
        Details(
            "As a table",
            [
                Table(
                    ["class", "utterances", "recall", "95 %", "answers"],
                    [
                        [
                            recall["class"],
                            recall["n"],
                            wording.percent(recall["mean"]),
                            wording.interval(recall),
                            f"{bar['predicted']:.1f}",
                        ]
                        for recall, bar in zip(
                            part["recalls"], part["histogram"], strict=True
                        )
                    ],
                )
            ],
        ),
    ]


def _people(report):
    """The same score by language, corpus, gender and speaker."""
    rows, speakers = [], []
    for name, part in report["parts"].items():
        for column, groups in part["groups"].items():
            for group in groups:
                label = group["name"] or "unknown"
                if column == "language":
                    label = wording.language(label)
                rows.append(
                    [
                        NAMES[name],
                        column,
                        label,
                        wording.percent(group["mean"]),
                        wording.interval(group),
                        group["n_utterances"],
                        group["n_speakers"],
                        group["n_classes"],
                    ]
                )
        for speaker in part["speakers"]:
            speakers.append(
                [
                    NAMES[name],
                    speaker["name"],
                    speaker["gender"] or "unknown",
                    wording.percent(speaker["mean"]),
                    speaker["n_utterances"],
                    speaker["n_classes"],
                ]
            )
    counted = ["utterances", "speakers", "classes"]
    return [
        Heading("Languages and speakers"),
        _picture(
            report,
            plots.uar_by_language,
            "UAR of each language with 95 % interval; each small dot is a "
            "speaker.",
        ),
        Table(["part", "by", "", "UAR", "95 %", *counted], rows),
        Details(
            f"All {len(speakers)} speakers",
            [
                Table(
                    ["part", "speaker", "gender", "UAR", *counted[::2]],
                    speakers,
                )
            ],
        ),
    ]


def _calibration(report):
    return [
        Heading("Confidence"),
        _picture(
            report,
            plots.reliability,
            "Accuracy of the answers by their confidence, on the target. Below "
            "the line the model is surer than it should be.",
            width=420,
        ),
    ]


def _training(report):
    return [
        Heading("Training"),
        _picture(
            report,
            plots.training_curves,
            "A line per seed. Only the sources are seen here: no epoch was "
            "chosen by the target."
            if not report["ledger"]["oracle"]
            else "A line per seed. The epoch was chosen by the target: oracle.",
        ),
    ]


def _map(report):
    points = report["map"]
    return [
        Heading("Embeddings"),
        _picture(
            report,
            plots.embedding_map,
            f"{len(points['x'])} of {points['n_utterances']} embeddings of "
            f"seed {points['seed']} in two dimensions ({points['method']}). "
            "Clusters by emotion are wished for, clusters by language or "
            "speaker are not.",
        ),
    ]


def _audit(report):
    findings = [
        (finding["severity"], finding["sentence"])
        for finding in report["audit"]
    ]
    nothing = Text("Nothing was found on both sides of a split.")
    return [
        Heading("Audit"),
        Text(
            "What stands on both sides of a split, and labels that something "
            "else gives away.",
            role="lead",
        ),
        Items(findings) if findings else nothing,
    ]


def _data(report):
    data, classes = report["data"], report["classes"]
    parts = [
        [
            name,
            part["utterances"],
            part["speakers"],
            part["minutes"],
            *(part["classes"][name] for name in classes),
            ", ".join(part["origins"]),
        ]
        for name, part in data["parts"].items()
        if part["utterances"]
    ]
    header = ["part", "utterances", "speakers", "minutes", *classes, "from"]
    corpora = [
        (
            card["name"],
            f"{card['title']}; {card['elicitation']}; {card['citation']}; "
            f"licence: {card['licence']}.",
        )
        for card in data["corpora"]
    ]
    left_out = [
        (str(n), reason) for reason, n in sorted(data["left_out"].items())
    ]
    return [
        Heading("Data"),
        Table(header, parts),
        *(
            [Text("Utterances left out, by reason:"), Items(left_out)]
            if left_out
            else []
        ),
        Items(corpora),
    ]


def _making(report):
    environment, protocol = report["environment"], report["protocol"]
    versions = {"python": environment["python"], **environment["packages"]}
    facts = [
        ("protocol", f"{protocol['name']} (digest {protocol['digest']})"),
        ("seeds", ", ".join(str(c["seed"]) for c in report["curves"])),
        ("device", f"{environment['device']}, {environment['platform']}"),
        ("versions", ", ".join(f"{k} {v}" for k, v in versions.items())),
    ]
    if protocol["note"]:
        facts.insert(1, ("note", protocol["note"]))
    return [
        Heading("How it was made"),
        Code(shlex.join(environment["command"])),
        Items(facts),
        Details(
            "Settings of the first seed",
            [Table(["name", "value"], list(report["settings"].items()))],
        ),
        Details(
            "Protocol",
            [
                Table(
                    ["name", "value"],
                    [
                        [key, json.dumps(value, ensure_ascii=False)]
                        for key, value in protocol.items()
                    ],
                )
            ],
        ),
    ]


def _picture(report, draw, caption="", **look):
    """A figure by the function that draws it."""
    name = draw.__name__.replace("_", "-")
    return Picture(plots.svg(draw(report), name), caption, **look)


def _spread(scores, names):
    """Scores with their spread over seeds, where there is one."""
    for name in names:
        mean, sd = scores[name]["mean"], scores[name]["sd"]
        spread = "" if sd is None else f" ± {wording.percent(sd)}"
        yield f"{wording.percent(mean)}{spread}"
