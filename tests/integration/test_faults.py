"""Test runs on a full disk: one message, and the next run resumes."""

import subprocess
import sys

import pytest
from helpers import toy

# Runs train.py with a full disk from the n-th call of a function on.
FULL = """
import errno, importlib, runpy, sys
n_good, name, *sys.argv = sys.argv[1:]
module, name = name.rsplit(".", 1)
module = importlib.import_module(module)
write, n_calls = getattr(module, name), 0
def full(*args, **kwargs):
    global n_calls
    n_calls += 1
    if n_calls > int(n_good):
        if name == "save":  # the message of torch
            raise RuntimeError("[enforce fail at inline_container.cc:672] .")
        raise OSError(errno.ENOSPC, "No space left on device")
    return write(*args, **kwargs)
setattr(module, name, full)
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Folder of the toy corpora."""
    folder = tmp_path_factory.mktemp("toy")
    toy.make(folder)
    return folder


@pytest.mark.slow
def test_run_on_a_full_disk_is_one_message_and_resumes(data):
    output, reached = data / "run", []
    for n_good, name in [
        *((0, "os.fsync"), (3, "os.fsync"), (7, "os.fsync")),
        *((10, "os.fsync"), (2, "torch.save"), (12, "os.fsync")),
    ]:
        done = subprocess.run(
            [
                *(sys.executable, "-c", FULL, str(n_good), name),
                *toy.command(data, output)[1:],
            ],
            cwd=toy.RECIPE,
            env=toy.environment(),
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 1, done.stdout
        (line,) = done.stderr.splitlines()
        assert line.startswith(f"Error: {data}"), line
        assert "no space left" in line and "bytes are free" in line
        reached.append(line.split(":")[1])
        assert not [*output.rglob("*.partial")]
    assert len(set(reached)) == len(reached), reached  # different moments
    whole = toy.train(data, output)
    assert whole.returncode == 0, whole.stdout


@pytest.mark.slow
def test_damaged_files_of_a_run_are_written_anew(tmp_path):
    toy.make(tmp_path)
    run = tmp_path / "run"
    assert toy.train(tmp_path, run).returncode == 0
    (training,) = run.glob("seed_*")
    whole = {
        path: path.read_bytes()
        for pattern in ("*/*.csv", "*/*.safetensors", "*.json", "*.jsonl")
        for path in training.glob(pattern)
    }
    assert {path.parent.name for path in whole} >= {
        *("predictions", "baselines", "embeddings"),
    }
    for path, content in whole.items():
        path.write_bytes(content[: len(content) // 2])
    again = toy.train(tmp_path, run)
    assert again.returncode == 0, again.stdout
    assert "linear.csv: expected" in again.stdout
    for path, content in whole.items():
        assert path.read_bytes() == content, path
