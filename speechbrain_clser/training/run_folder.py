"""Files that a run writes before it trains."""

import csv
import dataclasses
import io
import json
import logging
import platform
import re
import subprocess
from importlib.metadata import version
from pathlib import Path

from speechbrain_clser import __version__
from speechbrain_clser.data.protocol_files import folder_name
from speechbrain_clser.deprecation import current_names
from speechbrain_clser.evaluation.console import columns
from speechbrain_clser.evaluation.run_checks import COLUMNS
from speechbrain_clser.features.encoders import encoder_name
from speechbrain_clser.io import atomic_write, read_json, read_table

logger = logging.getLogger(__name__)

# Overrides that are part of the folder's name, or that change no result.
NAMED_ELSEWHERE = {
    *("protocol", "encoder", "normalise_by", "output_folder"),
    *("data_folder", "cache_folder", "save_folder", "train_log"),
    *("allow_bad_files", "skip_prep", "report", "train_logger"),
    *("seed", "seeds", "trials", "baselines", "threads", "bundle_encoder"),
}
PACKAGES = (
    "speechbrain",
    "torch",
    "torchaudio",
    "numpy",
    "scikit-learn",
    "transformers",
)


def of_trial(folder, trial) -> Path:
    """Find the folder of a trial of labelled utterances within a run.

    The first is the run folder itself; the others are in it, with the same files,
    so that trials can be added later.

    Example
    -------
    >>> of_trial("run", 0).as_posix(), of_trial("run", 3).as_posix()
    ('run', 'run/trial_3')
    """
    if not trial:
        return Path(folder)
    of_previous_version = Path(folder, f"draw_{trial}")
    if of_previous_version.is_dir():
        return of_previous_version
    return Path(folder, f"trial_{trial}")


def write(folder, material, device, command, extractor):
    """Write protocol, ledger, audit, parts, data and environment of a run.

    Raises
    ------
    ValueError
        If the folder holds a run on another protocol or other data, or the
        file, naming the damaged one.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    _refuse_other_material(folder, material)
    environment = {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "device": device,
        "command": command,
        "encoder": {
            "class": type(extractor).__name__,
            "key": extractor.key,
            "config": dataclasses.asdict(extractor.config),
        },
        "packages": {
            "speechbrain-clser": __version__,
            **{name: version(name) for name in PACKAGES},
        },
        "commit": commit(),
    }
    for name, value in {
        "protocol": _protocol(material),
        "ledger": material.ledger.to_dict(),
        "audit": [dataclasses.asdict(f) for f in material.findings],
        "data": describe(material),
        "environment": environment,
    }.items():
        text = json.dumps(value, indent=1, ensure_ascii=False)
        atomic_write(folder / f"{name}.json", text + "\n")
    atomic_write(folder / "parts.csv", _parts(material))


def write_json(path, record):
    """Write a record of the run."""
    text = json.dumps(record, indent=1, ensure_ascii=False)
    atomic_write(path, text + "\n")


def write_missing_values(folder, columns, parts, frames):
    """Write the number of utterances with missing values, for the report.

    Arguments
    ---------
    folder : str or Path
        Of the run, or of one of its trials.
    columns : sequence of str
        Of the frames.
    parts : Splits
        Rows of the run.
    frames : Mapping
        Utterance id to torch.Tensor, (frames, dim), NaN where undefined.
    """
    from speechbrain_clser.features.normalisation import count_missing

    record = {
        part: count_missing((frames[row.id] for row in rows), columns)
        for part, rows in parts.items()
        if rows
    }
    text = json.dumps(record, indent=1)
    atomic_write(Path(folder, "missing_values.json"), text + "\n")


def _protocol(material):
    protocol = material.protocol
    return {**protocol.values, "digest": protocol.digest}


def _parts(material):
    """Return parts.csv: the rows of each part."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["part", *COLUMNS])
    for part, rows in material.parts.items():
        for row in rows:
            if part == "unlabelled":  # whatever label the corpus has
                row = dataclasses.replace(row, emotion="")
            writer.writerow([part, *(getattr(row, key) for key in COLUMNS)])
    return file.getvalue()


def _refuse_other_material(folder, material):
    """Raise ValueError if the run has another protocol or other data."""
    if not any(folder.glob("seed_*")):
        return
    advice = (
        "if protocol and data are those of the run, delete it and type the "
        "command again: it is written anew"
    )
    protocol, parts = folder / "protocol.json", folder / "parts.csv"
    for path, name in ((protocol, "protocol values"), (parts, "data")):
        if not path.exists():
            logger.warning("%s: not there, so it is written anew", path)
            continue
        if path is protocol:
            before = read_json(path, advice, dict)
            is_same = before.get("digest") == material.protocol.digest
        else:
            is_same = _is_same_table(path, material, advice)
        if not is_same:
            raise ValueError(
                f"{folder} holds a run on other {name}; give another "
                f"--output_folder, or delete that one to start anew"
            )


def _is_same_table(path, material, advice):
    """Return whether two tables agree in the columns that both have.

    So a run of an earlier version, with fewer columns, can be resumed. A table
    with the first rows only is damaged.
    """
    header, before = read_table(path, advice)
    if not {"part", "id"} <= {*header}:
        raise ValueError(
            f"{path}: expected the columns {', '.join(['part', *COLUMNS])}, "
            f"found {', '.join(header) or 'none'}; {advice}"
        )
    columns, *now = csv.reader(io.StringIO(_parts(material)))
    both = [name for name in header if name in columns]
    before, now = (
        [[row[names.index(name)] for name in both] for row in rows]
        for names, rows in ((header, before), (columns, now))
    )
    part = both.index("part")
    for row in before:
        row[part] = current_names(row[part], path)
    if len(before) < len(now) and before == now[: len(before)]:
        raise ValueError(
            f"{path}: expected {len(now)} rows, found the first {len(before)} "
            f"alone; {advice}"
        )
    return before == now


def describe(material):
    """Count utterances, speakers and classes of every part.

    The unlabelled part has no counts of classes.
    """
    scheme = material.protocol.scheme
    parts = {}
    for part, rows in material.parts.items():
        indices = [scheme.of(row) for row in rows]
        parts[part] = {
            "utterances": len(rows),
            "speakers": len({row.speaker for row in rows}),
            "minutes": round(sum(row.duration_s for row in rows) / 60, 1),
            "origins": sorted({f"{r.corpus}:{r.language}" for r in rows}),
            "classes": {
                name: indices.count(index)
                for index, name in enumerate(scheme.classes)
                if part != "unlabelled"
            },
        }
    return {
        "parts": parts,
        "left_out": material.parts.left_out,
        "corpora": [dataclasses.asdict(card) for card in material.cards],
    }


def suffix(overrides) -> str:
    """Name the overrides of a run, for its folder.

    Example
    -------
    >>> suffix({"protocol": "demo", "loss_weights": {"supcon": 0.0}})
    '_loss_weights-supcon-0.0'
    """
    return "".join(
        "_" + re.sub(r"[^\w.+]+", "-", f"{key} {value}").strip("-")
        for key, value in overrides.items()
        if key not in NAMED_ELSEWHERE
    )


def name(yaml, protocol, encoder, normalise_by) -> str:
    """Name the folder of a run by what it does.

    Example
    -------
    >>> name("source_only", "../my.yaml", "facebook/wav2vec2-base", "none")
    'results/source_only/my/wav2vec2-base_none'
    """
    parts = (yaml, folder_name(protocol), encoder_name(encoder))
    return f"results/{'/'.join(parts)}_{normalise_by}"


def commit(folder: Path = Path(__file__).parent) -> str:
    """Return the commit of the code.

    Example
    -------
    >>> commit(getfixture("tmp_path"))
    ''
    """
    if not _git(folder, "ls-files"):  # it may lie inside another clone
        return ""
    what = ("--always", "--abbrev=40", "--exclude=*")
    return _git(folder, "describe", *what, "--dirty")


def _git(folder, *arguments):
    """Return the output of git, or nothing if it fails."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        return ""
    return "" if done.returncode else done.stdout.strip()


def plan(description, ledger, findings, machinery):
    """Describe what a run will do."""
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
        for name, n in parts.get("test", {}).get("classes", {}).items()
        if not n
    ]
    if absent:
        lines.append(
            f"warning: the test set has no utterance of "
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
