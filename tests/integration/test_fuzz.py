"""Whatever is the matter with a file, it is classified or listed with a reason."""

import collections
import csv
import os
import random
import subprocess
import sys
import time

import pytest
import yaml
from helpers import damaged, served, toy

from speechbrain_clser.data import protocol

PATIENCE_S = 900
REASONS = {
    *("missing", "suffix", "unreadable", "truncated", "rate", "empty", "nan"),
    *("loud", "silent", "long"),
}


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A model on the built-in encoder."""
    return served.make(tmp_path_factory.mktemp("model")).folder


def predict(model, folder, out, *options):
    """Run ``clser predict`` in a process that may crash or hang."""
    command = [sys.executable, "-m", "speechbrain_clser.cli", "predict"]
    command += [str(model), str(folder), "--out", str(out), "--device=cpu"]
    return subprocess.run(
        [*command, *options],
        env={**os.environ, **toy.environment()},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )


def read(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def hold(model, tmp_path, n_files, seed, *options):
    """Damage files, and ask that each is accounted for."""
    files = damaged.write(tmp_path / "files", n_files, seed)
    out = tmp_path / "a.csv"
    done = predict(model, tmp_path / "files", out, *options)
    assert done.returncode == 1, done.stderr[-2000:]
    assert "Traceback" not in done.stderr
    heard, bad = read(out), read(tmp_path / "a.bad.csv")
    n_rows = collections.Counter(row["file"] for row in [*heard, *bad])
    assert n_rows.keys() == {*map(str, files)}
    assert all(
        n_rows[row["file"]] == int(row.get("n_segments", 1))
        for row in [*heard, *bad]
    )
    assert {row["reason"] for row in bad} <= REASONS
    for row in heard:
        chances = [float(row[key]) for key in row if key.startswith("p_")]
        assert sum(chances) == pytest.approx(1.0, abs=1e-4)
    return heard, bad


def test_every_damaged_file_is_classified_or_listed(model, tmp_path):
    heard, bad = hold(model, tmp_path, 60, seed=0)
    for kind in ("eight_bits", "eight_channels", "many_samples_a_second"):
        assert sum(kind in row["file"] for row in heard) == 6
    for kind in ("no_samples", "odd_samples", "other_content"):
        assert sum(kind in row["file"] for row in bad) == 6
    assert all(row["file"] in row["message"] for row in bad)


@pytest.mark.slow
@pytest.mark.parametrize(
    "seed, options",
    [(1, []), (2, ["--window-s=0.5"])],
    ids=["whole", "windows"],
)
def test_a_thousand_damaged_files_are_classified_or_listed(
    model, tmp_path, seed, options
):
    hold(model, tmp_path, 1000, seed, *options)


VALUES = [
    *(None, True, False, 0, 1, -1, 7, 10**30, 2**31, 0.5, -0.5, 1e308),
    *(float("nan"), float("inf"), "", " ", "emodb", "Löwe 狮", "\U0001f600"),
    *("a" * 10_000, "emodb:deu", "../x", [], [1], [None], ["emodb"], [[]]),
    *([["emodb"]], ["anger"], ["anger", "anger"], ["anger", "fear"], {}),
    *({"emodb": 1}, {"emodb": [1, 2]}, {"emodb": [1, 2, 3]}, {1: 2}),
    *({"calm": "neutral"}, {"a": {"b": {"c": []}}}, ["speaker"], ["phone"]),
    *("all", "official", "shots", "unlabelled", "random", "oracle_target_uar"),
]


def mutated(rng):
    """The text of a shipped protocol after a few changes."""
    name = rng.choice(protocol.shipped())
    values = yaml.safe_load((protocol.SHIPPED / f"{name}.yaml").read_text())
    known = [*protocol.Protocol.__dataclass_fields__, "surprise", "sources "]
    for _ in range(rng.randint(1, 2)):
        kind = rng.choice(["set", "set", "delete", "nest"])
        key = rng.choice([*values, *known])
        if kind == "set":
            values[key] = rng.choice(VALUES)
        elif kind == "delete":
            values.pop(key, None)
        else:
            for _ in range(rng.choice([1, 50])):
                values[key] = [values.get(key)]
    text = yaml.safe_dump(values, allow_unicode=True)
    lines = text.splitlines(keepends=True)
    kind = rng.choice(["none", "none", "none", "twice", "cut", "char"])
    if kind == "twice":
        lines.append(rng.choice(lines))
    elif kind == "cut":
        lines = [text[: rng.randrange(len(text))]]
    elif kind == "char":
        place = rng.randrange(len(text))
        lines = [
            text[:place],
            rng.choice("\x00[]{}:&*!?|>\t'\"%@`-"),
            text[place:],
        ]
    return "".join(lines)


@pytest.mark.slow
def test_five_hundred_mutated_protocols_load_or_are_refused_by_name(tmp_path):
    rng, path = random.Random(0), tmp_path / "mutant.yaml"
    outcomes = collections.Counter()
    keys = [*protocol.Protocol.__dataclass_fields__]
    keys.remove("name")
    for _ in range(500):
        text = mutated(rng)
        path.write_text(text, encoding="utf-8")
        started = time.monotonic()
        try:
            found = protocol.load(str(path))
        except ValueError as error:
            outcomes["refused"] += 1
            message = str(error)
            assert message.startswith((f"{path}: ", "protocol 'mutant': ")), (
                text
            )
            is_file = "expected" in message and str(path) in message
            assert is_file or any(key in message for key in keys), message
            assert len(message) < 2000, text
        else:
            outcomes["loaded"] += 1
            assert len(found.digest) == 12 and len(found.scheme) > 1
        assert time.monotonic() - started < 2, text
    assert min(outcomes["refused"], outcomes["loaded"]) > 20, outcomes
