"""Compare the scores of several runs: a table with paired differences."""

import csv
import io
import os
from collections.abc import Sequence
from pathlib import Path

from speechbrain_clser.evaluation import comparison, formatting, tables
from speechbrain_clser.evaluation import run as runs
from speechbrain_clser.evaluation.console import columns
from speechbrain_clser.printable import pluralise


def compare(
    folders: Sequence[str | os.PathLike],
    against: str | os.PathLike | None = None,
    across_protocols: bool = False,
) -> dict:
    """Compare the UAR, or the CCC, of runs on the same test utterances.

    Arguments
    ---------
    folders : sequence of path
        ``output_folder`` of each run.
    against : path, optional
        Run that the others are compared with; by default the first. It is
        added to the table if it is not among ``folders``.
    across_protocols : bool
        Whether the runs may be of different protocols.

    Returns
    -------
    dict
        ``rows``, one dict per run with names, sizes, ``uar`` or ``ccc`` with its
        interval, ``against``, ``difference`` with its interval, ``p`` and
        ``p_holm``, None for missing values; ``notes``, explanations of the table.
        Scores and differences are 0-1. ``p`` is from the paired
        permutation test over speakers, ``p_holm`` is corrected for the number
        of comparisons.

    Raises
    ------
    FileNotFoundError
        If a folder is not a run folder, or has no scored training.
    ValueError
        If there are fewer than two runs, a run is given twice, a training is
        unfinished, or protocols or test utterances differ.
    """
    folders = [Path(folder).resolve() for folder in folders]
    baseline = folders[0] if against is None else Path(against).resolve()
    if baseline not in folders:
        folders.insert(0, baseline)
    _check_folders(folders)
    found = {folder: _read(folder) for folder in folders}
    differing = _differing_protocols(found, baseline)
    if differing and not across_protocols:
        raise ValueError(
            f"expected runs of one protocol, found {'; '.join(differing)}; "
            "give runs of one protocol, or --across-protocols to compare runs "
            "on the same test utterances under different supervision"
        )
    _check_recordings(found, baseline)
    names = dict(zip(folders, labels(folders), strict=True))
    cells = comparison.compare_systems(
        {names[folder]: {"": folder} for folder in folders}, names[baseline]
    )
    rows = [
        _row(names[folder], run, cells[names[folder]]["mean"], names[baseline])
        for folder, run in found.items()
    ]
    notes = [_reading(found[baseline], rows, names[baseline]), *differing]
    return {"rows": rows, "notes": [*notes, *_supervision(found, names)]}


def labels(folders: Sequence[Path]) -> list:
    """Shorten paths to the parts in which they differ.

    Example
    -------
    >>> labels([Path("results/sere/demo/mfcc"), Path("results/tric/demo/mfcc")])
    ['sere', 'tric']
    >>> labels([Path("results/a"), Path("results/a/b")])
    ['a', 'a/b']
    """
    parts = [folder.parts for folder in folders]
    while all(len(one) > 1 for one in parts) and _are_same(parts, 0):
        parts = [one[1:] for one in parts]
    while all(len(one) > 1 for one in parts) and _are_same(parts, -1):
        parts = [one[:-1] for one in parts]
    return ["/".join(one) for one in parts]


def write(found: dict, kind: str) -> str:
    """Write a comparison as text.

    All formats are in percent with the notes, except for ``"csv"``, which has the
    keys of the rows as columns, 0-1 and unrounded.
    """
    return FORMATS[kind](found)


def _are_same(parts, place):
    return len({one[place] for one in parts}) == 1


def _check_folders(folders):
    """Raise ValueError for a single or a repeated run."""
    if len(folders) < 2:
        raise ValueError(
            f"expected two runs or more to compare, found {folders[0]} alone; "
            "name another run, or see its report.html"
        )
    twice = [folder for folder in folders if folders.count(folder) > 1]
    if twice:
        raise ValueError(f"{twice[0]}: given twice; name each run once")


def _read(folder):
    """Read a run; raise ValueError if a training is unfinished."""
    run = runs.read(folder)
    if run.unfinished:
        raise ValueError(
            f"{folder}: expected a finished run, found no predictions in "
            f"{', '.join(run.unfinished)}; let train.py finish (the command is "
            "in environment.json), or delete these folders"
        )
    return run


def _differing_protocols(found, baseline):
    """Describe the protocol differences of each run to the baseline."""
    first = found[baseline].protocol
    sentences = []
    for folder, run in found.items():
        own = run.protocol
        if own["digest"] != first["digest"]:
            keys = [
                key
                for key in {**first, **own}
                if key not in ("name", "digest")
                and first.get(key) != own.get(key)
            ]
            sentences.append(
                f"protocol {own['name']} ({own['digest']}) of {folder} differs "
                f"from {first['name']} ({first['digest']}) of {baseline} in "
                f"{', '.join(keys)}"
            )
    return sentences


def _check_recordings(found, baseline):
    """Raise ValueError if test recordings differ in their audio."""
    first = _digests(found[baseline])
    for folder, run in found.items():
        own = _digests(run)
        if differing := [
            name
            for name in first.keys() & own.keys()
            if first[name] != own[name]
        ]:
            raise ValueError(
                f"{folder}: expected the test recordings of {baseline}, "
                f"found other audio for {len(differing)} of them, such as "
                f"{min(differing)} (see digest in parts.csv); train both runs "
                "on the same corpora"
            )


def _digests(run):
    """Map ids of test utterances to digests, which older runs lack."""
    return {
        row["id"]: row["digest"]
        for row in run.rows
        if row["part"] == "test" and row.get("digest")
    }


def _row(name, run, cell, baseline):
    test = run.seeds[0].predictions[comparison.PART]
    tested = cell.get("difference")
    values = tested or dict.fromkeys(("difference", "low", "high", "p"))
    score = "ccc" if run.is_rated else "uar"
    return {
        "run": name,
        "folder": str(run.folder),
        "method": run.method,
        "protocol": run.protocol["name"],
        "digest": run.protocol["digest"],
        "trials": len({seed.trial for seed in run.seeds}),
        "trainings": len(run.seeds),
        "utterances": len(test),
        "speakers": len(set(test.speaker)),
        score: cell[score]["mean"],
        f"{score}_low": cell[score]["low"],
        f"{score}_high": cell[score]["high"],
        "against": baseline if tested else None,
        "difference": values["difference"],
        "difference_low": values["low"],
        "difference_high": values["high"],
        "p": values["p"],
        "p_holm": tested and tested["p_holm"],
    }


def _reading(run, rows, baseline):
    """Return the explanation of the table."""
    where = formatting.languages(run.ledger["targets"])
    n_tests = len(rows) - 1
    score = "UAR in percent"
    if run.is_rated:
        names = run.seeds[0].predictions[comparison.PART].names
        score = f"CCC, mean of {formatting.enumeration(names)},"
    return (
        f"{score} on {rows[0]['utterances']} utterances of "
        f"{pluralise(rows[0]['speakers'], 'speaker')} ({where}), protocol "
        f"{run.protocol['name']} ({run.protocol['digest']}), with the 95 % "
        f"interval over speakers. Differences are to {baseline}, paired over "
        "speakers; p is that of the paired permutation test over speakers, "
        f"corrected by Holm for {pluralise(n_tests, 'comparison')}."
    )


def _supervision(found, names):
    """Return the supervision of each run, if runs differ."""
    entries = {names[f]: run.ledger["sentence"] for f, run in found.items()}
    if len(set(entries.values())) == 1:
        return []
    return [
        f"Supervision of {name}: {sentence}."
        for name, sentence in entries.items()
    ]


def _shown(found):
    """Return the table with rounded percentages."""
    rows, score = [], "ccc" if "ccc" in found["rows"][0] else "uar"
    for row in found["rows"]:
        own, other = (
            {
                "mean": row[name],
                "low": row[f"{name}_low"],
                "high": row[f"{name}_high"],
            }
            for name in (score, "difference")
        )
        difference, p = (None, None), None
        if row["against"]:
            difference = _texts(score, other, "+")
            p = f"{row['p_holm']:.4f}"
        texts = _texts(score, own)
        rows.append([row["run"], row["trainings"], *texts, *difference, p])
    header = ["run", "trainings", score.upper(), "95 %", "difference", "95 %"]
    return {"columns": [*header, "p (Holm)"], "rows": rows}


def _texts(score, found, sign=""):
    """Format a mean or a difference, with a sign, and its interval."""
    if score == "ccc":
        mean = formatting.decimal(found["mean"], sign)
        return mean, formatting.decimal_interval(found, sign)
    if sign:
        return formatting.format_difference(found)
    return formatting.percent(found["mean"]), formatting.interval(found)


def _table(found):
    shown = _shown(found)
    cells = [
        ["–" if value is None else value for value in row]
        for row in shown["rows"]
    ]
    lines = columns([shown["columns"], *cells])
    return "\n".join([*lines, "", *found["notes"]]) + "\n"


def _markdown(found):
    notes = "\n\n".join(found["notes"])
    return f"{tables.render(_shown(found))}\n{notes}\n"


def _latex(found):
    notes = "".join(f"% {note}\n" for note in found["notes"])
    return f"{notes}{tables.render_latex(_shown(found))}"


def _csv(found):
    text = io.StringIO()
    writer = csv.DictWriter(text, [*found["rows"][0]], lineterminator="\n")
    writer.writeheader()
    writer.writerows(found["rows"])
    return text.getvalue()


FORMATS = {
    "table": _table,
    "markdown": _markdown,
    "latex": _latex,
    "csv": _csv,
}
