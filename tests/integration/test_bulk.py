"""Test prediction on a local Ray cluster whose processes are killed."""

import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from helpers import served

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        subprocess.run(
            [sys.executable, "-c", "import ray.data"], capture_output=True
        ).returncode,
        reason="the extra ray is not installed",
    ),
]
N_COPIES, N_WORKERS, PATIENCE_S = 40, 2, 600


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    """Return a model, and a folder of recordings and one that is unusable."""
    made = served.make(tmp_path_factory.mktemp("model"))
    folder = tmp_path_factory.mktemp("recordings")
    for number, path in enumerate(N_COPIES * made.files):
        (folder / f"{number:03d}.wav").symlink_to(path)
    (folder / "bad.wav").write_bytes(b"RIFF")
    return made.folder, folder


def start(model, folder, out):
    """Start a prediction in a process group of its own."""
    command = [sys.executable, "-m", "speechbrain_clser.cli", "predict"]
    command += [str(model), str(folder), "--out", str(out), "--engine=ray"]
    command += [f"--workers={N_WORKERS}", "--part-files=6", "--window-s=0.2"]
    return subprocess.Popen(
        command,
        env={**os.environ, "OMP_NUM_THREADS": "1", "RAY_ADDRESS": "local"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(process, out, n_parts):
    """Wait until some parts are done, and return their tables."""
    deadline = time.time() + PATIENCE_S
    while len(found := tables(out)) < n_parts and time.time() < deadline:
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.02)
    return found


def tables(out):
    """Return the tables of finished parts and their times."""
    return {
        path: path.stat().st_mtime_ns
        for path in out.glob("part-*.csv")
        if ".bad." not in path.name
    }


def workers():
    """List the processes of Ray that have a model."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if path.read_bytes().startswith(b"ray::MapWorker"):
                found.append(int(path.parent.name))
        except OSError:  # it has ended
            pass
    return found


def files(out):
    """List the recordings of all tables, segments counted once."""
    found = []
    for path in tables(out):
        with open(path, newline="") as file:
            found += dict.fromkeys(row["file"] for row in csv.DictReader(file))
    return sorted(found)


def check(process, out, folder):
    """Check that each recording is in one table."""
    _, said = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 1 and "1 cannot be used" in said, said
    expected = sorted(map(str, folder.glob("[0-9]*.wav")))
    assert files(out) == expected
    assert len(tables(out)) == -(-(len(expected) + 1) // 6)


def test_killed_worker_is_replaced(recordings, tmp_path):
    model, folder = recordings
    process = start(model, folder, tmp_path)
    wait_for(process, tmp_path, 3)
    os.kill(workers()[0], signal.SIGKILL)
    check(process, tmp_path, folder)


def test_killed_driver_is_resumed(recordings, tmp_path):
    model, folder = recordings
    process = start(model, folder, tmp_path)
    before = wait_for(process, tmp_path, 3)
    process.kill()
    process.communicate(timeout=PATIENCE_S)
    deadline = time.time() + PATIENCE_S
    while workers() and time.time() < deadline:  # Ray ends them
        time.sleep(0.1)
    check(start(model, folder, tmp_path), tmp_path, folder)
    assert before.items() <= tables(tmp_path).items()
