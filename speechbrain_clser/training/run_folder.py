"""What a run writes down before it trains, and how it knows itself again."""

import csv
import dataclasses
import io
import json
import platform
import re
from importlib.metadata import version
from pathlib import Path

from speechbrain_clser import __version__

# Of parts.csv, as an Utterance names them, after the name of the part.
COLUMNS = (
    *("id", "corpus", "language", "speaker"),
    *("emotion", "duration_s", "digest"),
)
PACKAGES = (
    "speechbrain",
    "torch",
    "torchaudio",
    "numpy",
    "scikit-learn",
)
# Keys of the YAML that say where and how, but not what is computed.
INDIFFERENT = {
    "data_folder",
    "output_folder",
    "seed_folder",
    "manifest_folder",
    "cache_folder",
    "seeds",
    "threads",
}


def write(folder, material, device, command):
    """Write protocol, ledger, audit, parts, data and environment of a run.

    Arguments
    ---------
    folder : str or Path
        Of the run.
    material : Material
        What was prepared.
    device : str
        That computes.
    command : list of str
        As typed.

    Raises
    ------
    ValueError
        If the folder holds a run on another protocol or other data.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    _refuse_other_material(folder, material)
    environment = {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "device": device,
        "command": command,
        "packages": {
            "speechbrain-clser": __version__,
            **{name: version(name) for name in PACKAGES},
        },
    }
    for name, value in {
        "protocol": _protocol(material),
        "ledger": material.ledger.to_dict(),
        "audit": [dataclasses.asdict(f) for f in material.findings],
        "data": describe(material),
        "environment": environment,
    }.items():
        text = json.dumps(value, indent=1, ensure_ascii=False)
        (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    (folder / "parts.csv").write_text(_parts(material), encoding="utf-8")


def _protocol(material):
    protocol = material.protocol
    return {**dataclasses.asdict(protocol), "digest": protocol.digest}


def _parts(material):
    """Who is in which part, with what label and what sound."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["part", *COLUMNS])
    for part, rows in material.parts.items():
        for row in rows:
            writer.writerow([part, *(getattr(row, key) for key in COLUMNS)])
    return file.getvalue()


def _refuse_other_material(folder, material):
    """Stop before old checkpoints meet another protocol or other data."""
    if not any(folder.glob("seed_*")):
        return
    protocol = json.loads((folder / "protocol.json").read_text("utf-8"))
    parts = (folder / "parts.csv").read_text("utf-8")
    for name, is_same in (
        ("protocol values", protocol["digest"] == material.protocol.digest),
        ("data", _is_same_table(parts, _parts(material))),
    ):
        if not is_same:
            raise ValueError(
                f"{folder} holds a run on other {name}; give another "
                f"--output_folder, or delete that one to start anew"
            )


def _is_same_table(before, now):
    """Tell whether two CSV texts agree in the columns that both have.

    A run of an earlier version, with fewer columns, can so be taken up again.
    """
    before, now = (
        {name: values for name, *values in zip(*csv.reader(file), strict=True)}
        for file in (io.StringIO(before), io.StringIO(now))
    )
    return all(before[name] == now[name] for name in before.keys() & now.keys())


def describe(material):
    """Count utterances, speakers and classes of every part.

    Arguments
    ---------
    material : Material
        What was prepared.

    Returns
    -------
    dict
        ``parts`` (name to counts), ``left_out`` (reason to number) and
        ``corpora`` (facts from the cards).
    """
    scheme = material.protocol.scheme
    parts = {}
    for part, rows in material.parts.items():
        indices = [scheme.index(row.emotion) for row in rows]
        parts[part] = {
            "utterances": len(rows),
            "speakers": len({row.speaker for row in rows}),
            "minutes": round(sum(row.duration_s for row in rows) / 60, 1),
            "origins": sorted({f"{r.corpus}:{r.language}" for r in rows}),
            "classes": {
                name: indices.count(index)
                for index, name in enumerate(scheme.classes)
            },
        }
    return {
        "parts": parts,
        "left_out": material.parts.left_out,
        "corpora": [dataclasses.asdict(card) for card in material.cards],
    }


def refuse_other_run(folder, resolved):
    """Stop when a folder holds the checkpoints of another experiment.

    Resuming is automatic, so a changed value must not meet old weights.

    Arguments
    ---------
    folder : str or Path
        Of the seed.
    resolved : str
        The resolved YAML that is about to run.

    Raises
    ------
    ValueError
        If a value that changes results differs from the last run's.
    """
    path = Path(folder) / "hyperparams.yaml"
    if not path.exists():
        return
    before, now = _entries(path.read_text(encoding="utf-8")), _entries(resolved)
    changed = sorted(
        key
        for key in (before.keys() | now.keys()) - INDIFFERENT
        if before.get(key) != now.get(key)
    )
    if changed:
        raise ValueError(
            f"{folder} holds a run with other values of {', '.join(changed)}; "
            f"give another --output_folder, or delete that one to start anew "
            f"(found {path.name}: {before.get(changed[0], 'nothing')!r})"
        )


def _entries(text):
    """Top-level keys of a YAML text, each with the lines that belong to it."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    parts = re.split(r"^(?=[A-Za-z_])", "\n".join(lines), flags=re.MULTILINE)
    return {
        part.partition(":")[0]: part.partition(":")[2].strip()
        for part in parts
        if part.strip()
    }
