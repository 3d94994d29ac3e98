"""Sections on audit, data and reproduction of a run."""

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
    """Render the findings of the audit.

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
            "Items on both sides of a split, and labels that correlate with "
            f"metadata. {LIMITS}",
            role="lead",
        ),
        Items(findings) if findings else nothing,
    ]


def data(report: dict) -> list:
    """Render the parts, the omitted utterances and the corpora.

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
            [Text("Omitted utterances, by reason:"), Items(left_out)]
            if left_out
            else []
        ),
        Items(corpora),
    ]


def reproduction(report: dict) -> list:
    """Render command, software and settings that reproduce the run.

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
        where = "the labelled utterances are in parts.csv of each folder"
        facts.insert(1, ("trials", f"{report['n_trials']}; {where}"))
    if protocol["note"]:
        facts.insert(1, ("note", protocol["note"]))
    return [
        Heading("Reproduction"),
        Code(shlex.join(environment["command"])),
        Items(facts),
        Details(
            "Settings of the first seed",
            [Table(["name", "value"], list(report["settings"].items()))],
        ),
        Details("Protocol", [_values(protocol)]),
    ]


def software(report: dict) -> list:
    """List the software versions of a run.

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
    """Render all values of the protocol and its digest.

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
    """Build the table of all values in JSON."""
    return Table(
        ["name", "value"],
        [
            [key, json.dumps(value, ensure_ascii=False)]
            for key, value in protocol.items()
        ],
    )
