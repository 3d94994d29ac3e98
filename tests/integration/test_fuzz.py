"""Test that damaged files, models and protocols are used or refused by name."""

import collections
import csv
import json
import os
import random
import subprocess
import sys
import time

import pytest
import yaml
from helpers import damaged, damaged_models, encoders, served, toy
from helpers.limits import MAX_RSS_BYTES, MAX_S, limited

from speechbrain_clser.data import protocol, protocol_files, protocol_grammar
from speechbrain_clser.data.protocol_supervision import SETTINGS
from speechbrain_clser.inference.classifier import EmotionClassifier

PATIENCE_S = 900
REASONS = {
    *("missing", "suffix", "unreadable", "truncated", "rate", "empty", "nan"),
    *("loud", "silent", "long", "short", "large", "antiphase"),
}
# Loads each given folder, classifies a recording, and prints the result. The parent
# stops the process if the alarm does not.
LOAD = """
import json, signal, sys, time
from speechbrain_clser.inference.classifier import EmotionClassifier

def late(*_):
    raise SystemExit("too late")

signal.signal(signal.SIGALRM, late)
wav, *folders = sys.argv[1:]
for folder in folders:
    start, result = time.process_time(), {"folder": folder, "error": ""}
    signal.alarm(30)
    try:
        classifier = EmotionClassifier.from_hparams(folder)
        prediction = classifier.classify_files([wav], has_bar=False)[0]
        result["probabilities"] = [*prediction.probabilities.values()]
    except BaseException as error:
        result["error"], result["message"] = type(error).__name__, str(error)
        is_expected = isinstance(error, (ValueError, FileNotFoundError))
        result["is_expected"] = is_expected
    signal.alarm(0)
    # Not ru_maxrss, which includes the memory of the parent process.
    status = open("/proc/self/status").read()
    result["rss_bytes"] = int(status.split("VmHWM:")[1].split()[0]) * 1024
    result["cpu_s"] = time.process_time() - start
    print(json.dumps(result), flush=True)
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Export a model with the built-in encoder."""
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


def check_files(model, tmp_path, n_files, seed, *options):
    """Write damaged files and check that each is classified or listed."""
    files = damaged.write(tmp_path / "files", n_files, seed)
    out = tmp_path / "a.csv"
    done = predict(model, tmp_path / "files", out, *options)
    assert done.returncode == 1, done.stderr[-2000:]
    assert "Traceback" not in done.stderr
    rows_used, bad = read(out), read(tmp_path / "a.bad.csv")
    n_rows = collections.Counter(row["file"] for row in [*rows_used, *bad])
    assert n_rows.keys() == {*map(str, files)}
    assert all(
        n_rows[row["file"]] == int(row.get("n_segments", 1))
        for row in [*rows_used, *bad]
    )
    assert {row["reason"] for row in bad} <= REASONS
    for row in rows_used:
        probabilities = [float(row[key]) for key in row if key.startswith("p_")]
        assert sum(probabilities) == pytest.approx(1.0, abs=1e-4)
    return rows_used, bad


def test_every_damaged_file_is_classified_or_listed(model, tmp_path):
    rows_used, bad = check_files(model, tmp_path, 60, seed=0)
    for kind in ("eight_bits", "eight_channels", "many_samples_a_second"):
        assert sum(kind in row["file"] for row in rows_used) == 6
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
    check_files(model, tmp_path, 1000, seed, *options)


def test_every_damaged_file_is_read_in_limited_time_and_memory(model, tmp_path):
    classifier = EmotionClassifier.from_hparams(model)
    for path in damaged.write(tmp_path, 60, seed=3):
        with limited(path):
            classifier.classify_files([path], has_bar=False, keep_going=True)


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    """Export a model with bundled encoder, statistics and summary."""
    folder = tmp_path_factory.mktemp("packed")
    encoder = encoders.make(folder / "encoder", "wav2vec2_group")
    rows = served.tones(folder / "wavs")
    return served.make(folder, yaml="linear", rows=rows, encoder=encoder)


def load_all(folders, wav):
    """Load models in one process; return the result of each."""
    done = subprocess.run(
        [sys.executable, "-c", LOAD, str(wav), *map(str, folders)],
        env={**os.environ, **toy.environment()},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("seed", range(4))
def test_damaged_models_are_loaded_or_refused_by_name(packed, tmp_path, seed):
    folders = damaged_models.write(packed.folder, tmp_path, 50, seed)
    found = load_all(folders, packed.files[0])
    assert [output["folder"] for output in found] == [*map(str, folders)]
    assert found[0]["error"] == ""
    for output in found:
        assert not output["error"] or output["is_expected"], output
        assert output["cpu_s"] < MAX_S, output
        assert output["rss_bytes"] < MAX_RSS_BYTES, output
        if not output["error"]:
            assert sum(output["probabilities"]) == pytest.approx(1, abs=1e-3)
    assert 5 < sum(bool(output["error"]) for output in found) < len(found)


VALUES = [
    *(None, True, False, 0, 1, -1, 7, 10**30, 2**31, 0.5, -0.5, 1e308),
    *(float("nan"), float("inf"), "", " ", "emodb", "Löwe 狮", "\U0001f600"),
    *("a" * 10_000, "emodb:deu", "../x", [], [1], [None], ["emodb"], [[]]),
    *([["emodb"]], ["anger"], ["anger", "anger"], ["anger", "fear"], {}),
    *({"emodb": 1}, {"emodb": [1, 2]}, {"emodb": [1, 2, 3]}, {1: 2}),
    *({"calm": "neutral"}, {"a": {"b": {"c": []}}}, ["speaker"], ["phone"]),
    *({"shots": 3}, {"share": 0.2}, "transductive", "shared"),
    *("all", "official", "shots", "unlabelled", "random", "oracle_target_uar"),
]
# YAML other than plain values: aliases, merge keys, tags, escapes, large numbers.
ODD = [
    *("{key}: &a [*a]", "{key}: &a {{calm: *a}}", "{key}: *unknown"),
    *(
        "<<: {{{key}: [anger]}}",
        "<<: [{{{key}: 1}}, {{{key}: 2}}]",
        "<<: {key}",
    ),
    *("{key}: !!set {{anger, fear}}", "{key}: !!omap [calm: neutral]"),
    *("{key}: !!binary aGk=", "{key}: !!float x", "{key}: !own x"),
    *("{key}: !!python/name:os.system", "{key}: 2020-01-01", "{key}: 1:30"),
    *('{key}: "\\ud800"', '{key}: ["a\\0b"]', "{key}: [':deu', '/']"),
    *("{key}: 0x" + "f" * 5000, "{key}: " + "9" * 5000, "? [{key}]\n: x"),
    *("---\n{key}: x", "{key}: {{emodb: [" + "1, " * 20_000 + "]}}"),
]


def mutated(rng):
    """Return the text of a shipped protocol with random changes."""
    if rng.random() < 0.5:
        path = (
            protocol_files.SHIPPED
            / f"{rng.choice(protocol_files.shipped())}.yaml"
        )
        values = yaml.safe_load(path.read_text())
    else:
        setting = rng.choice([*SETTINGS, "random"])
        values = protocol_grammar.parse(f"iemocap_to_emodb:{setting}")
    known = ["name", *protocol.KEYS, "surprise", "sources "]
    known.append("supervision")
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
    kind = rng.choice([*["none"] * 3, *["odd"] * 3, "twice", "cut", "char"])
    if kind == "odd":
        key = rng.choice([*values, *known])
        keep = [line for line in lines if not line.startswith(f"{key}:")]
        lines = [*keep, rng.choice(ODD).format(key=key), "\n"]
    elif kind == "twice":
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
    keys = {*protocol.KEYS, "supervision"} - {"name"}
    for _ in range(500):
        text = mutated(rng)
        path.write_text(text, encoding="utf-8")
        started = time.process_time()
        try:
            with limited(text):
                found = protocol.load(str(path))
        except ValueError as error:
            outcomes["refused"] += 1
            message = str(error)
            assert message.startswith(f"{path}: "), text
            assert "expected" in message or any(
                key in message for key in keys
            ), message
            assert len(message) < 2000, text
        else:
            outcomes["loaded"] += 1
            assert len(found.digest) == 12 and len(found.scheme) > 1
            found.note.encode()
        assert time.process_time() - started < 2, text
    assert min(outcomes["refused"], outcomes["loaded"]) > 20, outcomes
