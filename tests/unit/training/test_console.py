import errno
import logging
import subprocess
import sys

import pytest
from helpers import toy

from speechbrain_clser.training import console


def is_shown(name, level):
    record = logging.makeLogRecord({"name": name, "levelno": level})
    return console.ForUser().filter(record)


@pytest.mark.parametrize(
    "name, lowest",
    [
        ("speechbrain_clser", logging.INFO),
        ("speechbrain_clser.features.store", logging.INFO),
        ("speechbrain.core", logging.WARNING),
        ("some_library", logging.WARNING),
        ("transformers.modeling_utils", logging.ERROR),
        ("huggingface_hub.utils", logging.ERROR),
        ("matplotlib.font_manager", logging.ERROR),
        ("py.warnings", logging.ERROR),
    ],
)
def test_console_shows_ours_and_real_warnings(name, lowest):
    levels = (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR)
    assert [level for level in levels if is_shown(name, level)] == [
        level for level in levels if level >= lowest
    ]


def test_epochs_are_shown_and_missing_torchvision_is_not():
    assert is_shown("speechbrain.utils.train_logger", logging.INFO)
    assert not is_shown("speechbrain.utils.train_logger", logging.WARNING)


def test_second_process_shows_warnings_alone(monkeypatch):
    monkeypatch.setattr(console, "if_main_process", lambda: False)
    assert not is_shown("speechbrain_clser.data", logging.INFO)
    assert is_shown("speechbrain_clser.data", logging.WARNING)


TALK = """
import logging, sys, warnings
from speechbrain_clser.training import console
import speechbrain as sb
console.set_up()
def talk(when):
    logging.getLogger("speechbrain_clser.x").info("ours %s", when)
    logging.getLogger("matplotlib.x").info("theirs %s", when)
    logging.getLogger("matplotlib.x").debug("details %s", when)
    warnings.warn(f"deprecated {when}")
talk("before")
sb.create_experiment_directory(sys.argv[1], log_config=console.LOG_CONFIG)
talk("after")
"""


def test_log_file_has_what_the_console_leaves_out(tmp_path):
    script = tmp_path / "talk.py"
    script.write_text(TALK)
    done = subprocess.run(
        [sys.executable, script, tmp_path / "seed_1"],
        env=toy.environment(),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["ours before", "ours after"]
    assert done.stderr == ""
    kept = (tmp_path / "seed_1" / "log.txt").read_text()
    assert "INFO - ours after" in kept and "INFO - theirs after" in kept
    assert "Beginning experiment!" in kept and "deprecated after" in kept
    assert "before" not in kept and "details" not in kept


def test_log_file_on_a_full_disk_is_an_error_without_traceback(
    tmp_path, monkeypatch, capsys
):
    def full(self):
        raise OSError(errno.ENOSPC, "no space left")

    path = tmp_path / "log.txt"
    handler = console.LogFile(path)
    monkeypatch.setattr(handler, "flush", full.__get__(handler))
    with pytest.raises(OSError, match="no space left") as caught:
        handler.handle(logging.makeLogRecord({"msg": "epoch"}))
    assert caught.value.filename == str(path)
    assert capsys.readouterr().err == ""
    monkeypatch.undo()
    handler.close()
