"""Where the numbers come from: audit, data, and how the run was made."""

import json
import shlex

from speechbrain_clser.data.audit import LIMITS
from speechbrain_clser.evaluation.document import (
    Code,
    Details,
    Heading,
    Items,
    Table,
    Text,
)


def audit(report: dict) -> list:
    """List what stands on both sides of a split.

    Arguments
    ---------
    report : dict
        From ``report.build``.

    Returns
    -------
    list
        Blocks of ``document``.
    """
    findings = [
        (finding["severity"], finding["sentence"])
        for finding in report["audit"]
    ]
    nothing = Text("Nothing was found on both sides of a split.")
    return [
        Heading("Audit"),
        Text(
            "What stands on both sides of a split, and labels that something "
            f"else gives away. {LIMITS}",
            role="lead",
        ),
        Items(findings) if findings else nothing,
    ]


def data(report: dict) -> list:
    """Count what was used, what was left out, and name the corpora.

    Arguments
    ---------
    report : dict
        From ``report.build``.

    Returns
    -------
    list
        Blocks of ``document``.
    """
    used, classes = report["data"], report["classes"]
    parts = [
        [
            name,
            part["utterances"],
            part["speakers"],
            part["minutes"],
            *(part["classes"].get(name, "–") for name in classes),
            ", ".join(part["origins"]),
        ]
        for name, part in used["parts"].items()
        if part["utterances"]
    ]
    header = ["part", "utterances", "speakers", "minutes", *classes, "from"]
    corpora = [
        (
            card["name"],
            f"{card['title']}; {card['elicitation']}; {card['citation']}; "
            f"licence: {card['licence']}.",
        )
        for card in used["corpora"]
    ]
    left_out = [
        (str(n), reason) for reason, n in sorted(used["left_out"].items())
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


def making(report: dict) -> list:
    """Tell all that is needed to make the run again.

    Arguments
    ---------
    report : dict
        From ``report.build``.

    Returns
    -------
    list
        Blocks of ``document``.
    """
    environment, protocol = report["environment"], report["protocol"]
    facts = [
        ("protocol", f"{protocol['name']} (digest {protocol['digest']})"),
        (
            "seeds",
            ", ".join(str(s["seed"]) for s in report["selection"]["seeds"]),
        ),
        ("device", f"{environment['device']}, {environment['platform']}"),
        *software(report),
    ]
    if report["n_trials"] > 1:
        which = "who was drawn stands in parts.csv of each folder"
        facts.insert(1, ("trials", f"{report['n_trials']}; {which}"))
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
        Details("Protocol", [_values(protocol)]),
    ]


def software(report: dict) -> list:
    """Tell which code made a run.

    Arguments
    ---------
    report : dict
        From ``report.build``.

    Returns
    -------
    list of (str, str)
        Title and fact.
    """
    environment = report["environment"]
    versions = {"python": environment["python"], **environment["packages"]}
    facts = [("versions", ", ".join(f"{k} {v}" for k, v in versions.items()))]
    if commit := environment["commit"]:
        facts.append(("commit of speechbrain-clser", commit))
    return facts


def protocol(report: dict) -> list:
    """Give all values of the protocol, its digest among them.

    Arguments
    ---------
    report : dict
        From ``report.build``.

    Returns
    -------
    list
        Blocks of ``document``.
    """
    return [Heading("Protocol"), _values(report["protocol"])]


def _values(protocol):
    """Every value, as in a file."""
    return Table(
        ["name", "value"],
        [
            [key, json.dumps(value, ensure_ascii=False)]
            for key, value in protocol.items()
        ],
    )
