import os
import pydoc
import signal
import subprocess
import sys

import pytest
import torch
from helpers import toy
from ruamel.yaml import YAML

from speechbrain_clser.errors import BadAudioError
from speechbrain_clser.training import command_line, console


@pytest.fixture(autouse=True)
def process(monkeypatch):
    """A process whose logging and signals stay as they are."""
    monkeypatch.setattr(console, "set_up", lambda: None)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.delenv("RANK", raising=False)


def status_of(main, *arguments):
    """Status with which a run ends."""
    with pytest.raises(SystemExit, match=r"^\d+$") as ended:
        command_line.run(main, [*arguments])
    return ended.value.code


def failing(error):
    def main(arguments, at_end):
        raise error

    return main


@pytest.mark.parametrize(
    "given, expected", [(None, "PASSIVE"), ("ACTIVE",) * 2]
)
def test_threads_wait_without_computing_unless_stated_otherwise(
    monkeypatch, given, expected
):
    monkeypatch.setenv("OMP_WAIT_POLICY", given or "")
    if given is None:
        monkeypatch.delenv("OMP_WAIT_POLICY")
    with pytest.raises(SystemExit, match="0"):
        command_line.run(lambda *_: None, [])
    assert os.environ["OMP_WAIT_POLICY"] == expected


def test_run_that_succeeds_ends_with_0(capsys):
    seen = []

    def main(arguments, at_end):
        seen.append(arguments)
        at_end.callback(seen.append, "closed")

    assert status_of(main, "x.yaml", "--seeds", "3") == 0
    assert seen == [["x.yaml", "--seeds", "3"], "closed"]
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    "error, shown",
    [
        (ValueError("expected 1, found 2"), "expected 1, found 2"),
        (ValueError("a\x1b[2J b: no sound"), r"a\x1b[2J b: no sound"),
        (KeyError("there is no x"), "there is no x"),
        (FileNotFoundError("a.yaml: not found"), "a.yaml: not found"),
        (ImportError("pip install x"), "pip install x"),
        (BadAudioError("empty", "a.wav: no samples"), "a.wav: no samples"),
        (torch.OutOfMemoryError("tried to allocate"), "tried to allocate"),
    ],
)
def test_error_of_a_user_is_one_message(error, shown, capsys):
    assert status_of(failing(error), "x.yaml") == 1
    assert capsys.readouterr() == ("", f"Error: {shown}\n")


def test_broken_yaml_is_one_message(capsys):
    def main(arguments, at_end):
        YAML().load("a: [1")

    assert status_of(main) == 1
    shown = capsys.readouterr().err
    assert shown.startswith("Error: ") and "line 1" in shown


def test_traceback_is_shown_when_asked_for():
    seen = []

    def main(arguments, at_end):
        seen.append(arguments)
        raise ValueError("expected 1, found 2")

    with pytest.raises(ValueError, match="expected 1"):
        command_line.run(main, ["x.yaml", "--traceback"])
    assert seen == [["x.yaml"]]


@pytest.mark.parametrize(
    "error",
    [
        *(TypeError("a bug"), RuntimeError("a bug"), AttributeError("a bug")),
        pydoc.ErrorDuringImport(
            "a.py", (ValueError, ValueError("a bug"), None)
        ),
    ],
)
def test_error_of_ours_keeps_its_traceback(error):
    with pytest.raises(type(error), match="a bug"):
        command_line.run(failing(error), ["x.yaml"])


INFO = (KeyboardInterrupt, KeyboardInterrupt(), None)


@pytest.mark.parametrize(
    "error",
    [KeyboardInterrupt(), pydoc.ErrorDuringImport("method.py", INFO)],
)
def test_interrupt_is_one_line_and_130(error, capsys):
    assert status_of(failing(error)) == 130
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("Stopped; ")


def test_end_by_a_scheduler_closes_what_is_open(monkeypatch):
    handlers = {}
    monkeypatch.setattr(signal, "signal", handlers.__setitem__)
    closed = []

    def main(arguments, at_end):
        at_end.callback(closed.append, True)
        handlers[signal.SIGTERM](signal.SIGTERM, None)

    assert status_of(main) == 143
    assert closed == [True]


@pytest.fixture
def several(monkeypatch):
    """The second of two processes; gives the statuses it ends with."""
    ended = []

    def leave(status):
        ended.append(status)
        raise SystemExit(status)

    monkeypatch.setenv("RANK", "1")
    monkeypatch.setattr(torch.distributed, "is_initialized", lambda: True)
    monkeypatch.setattr(
        *(torch.distributed, "destroy_process_group"),
        lambda: ended.append("destroyed"),
    )
    monkeypatch.setattr(command_line.os, "_exit", leave)
    return ended


def test_process_of_several_says_which_it_is_and_leaves(several, capsys):
    status_of(failing(ValueError("expected 1, found 2")))
    assert several == [1]  # it does not wait for the group to be destroyed
    assert capsys.readouterr().err == "[rank: 1] Error: expected 1, found 2\n"


def test_process_of_several_that_is_done_leaves_the_group(several):
    status_of(lambda arguments, at_end: None)
    assert several == ["destroyed", 0]


def test_process_of_several_with_a_bug_shows_it_and_leaves(several, capsys):
    status_of(failing(TypeError("a bug")))
    assert several == [1]
    assert "TypeError: a bug" in capsys.readouterr().err


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("[../gloo/transport/tcp/pair.cc] Connection closed"),
        torch.distributed.DistBackendError("NCCL: remote process exited"),
    ],
)
def test_process_that_lost_another_says_so_in_a_line(several, capsys, error):
    status_of(failing(error))
    assert several == [1]
    (line,) = capsys.readouterr().err.splitlines()
    assert line == "[rank: 1] Stopped, because another process ended."


SECOND_FAILS = """
import os, sys
import torch
from pathlib import Path
from speechbrain_clser.training import as_found, command_line
def main(arguments, at_end):
    torch.distributed.init_process_group("gloo")
    folder, rank = Path(arguments[0]), os.environ["RANK"]
    at_end.enter_context(as_found.as_found(folder, [[1]]))
    if rank == "0":
        folder.mkdir()
        (folder / "settings.json").write_text("{}")
    torch.distributed.barrier()
    if rank == "1":
        raise ValueError("expected a file, found none")
    torch.distributed.barrier()
command_line.run(main, sys.argv[1:])
"""


@pytest.mark.slow
def test_second_process_that_fails_is_shown_and_ends_the_first(tmp_path):
    script, folder = tmp_path / "fails.py", tmp_path / "run"
    script.write_text(SECOND_FAILS)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "torch.distributed.run", "--standalone"),
            *("--nproc_per_node=2", str(script), str(folder)),
        ],
        env=toy.environment(),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 1
    assert "[rank: 1] Error: expected a file, found none" in done.stderr
    assert not folder.exists()
