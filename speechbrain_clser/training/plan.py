"""Description of a run, printed before it starts."""

from speechbrain_clser.evaluation.console import columns


def plan(description, ledger, findings, machinery):
    """Describe what a run will do.

    Arguments
    ---------
    description : dict
        From ``run_folder.describe``.
    ledger : Ledger
        What is used of the target.
    findings : list of Finding
        Of the audit.
    machinery : str
        Encoder, device, seeds.

    Returns
    -------
    str
        Several lines.
    """
    parts = {
        name: counts
        for name, counts in description["parts"].items()
        if counts["utterances"]
    }
    classes = list(next(iter(parts.values()))["classes"])
    table = [["part", "utterances", "speakers", "minutes", *classes, "from"]]
    for name, counts in parts.items():
        table.append(
            [
                name,
                *(counts[key] for key in table[0][1:4]),
                *(counts["classes"].get(name, "-") for name in classes),
                ", ".join(counts["origins"]),
            ]
        )
    lines = [f"Supervision: {ledger.sentence}", "", *columns(table), ""]
    absent = [
        name
        for name, n in parts.get("scored", {}).get("classes", {}).items()
        if not n
    ]
    if absent:
        lines.append(
            f"warning: the test set (scored) has no utterance of "
            f"{', '.join(absent)}: UAR will be the mean over the other "
            f"{len(classes) - len(absent)} classes"
        )
    lines += [
        f"left out: {n} ({reason})"
        for reason, n in description["left_out"].items()
    ]
    lines += [f"audit, {f.severity}: {f.sentence}" for f in findings]
    lines += ["", machinery]
    return "\n".join(lines)
