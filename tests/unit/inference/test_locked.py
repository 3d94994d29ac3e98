import subprocess
import sys

import filelock
import pytest
from helpers import toy

from speechbrain_clser.inference.locked import locked

HOLD = """
import sys, time
from speechbrain_clser.inference.locked import locked
with locked(sys.argv[1]):
    print("locked", flush=True)
    time.sleep(60)
"""


def test_lock_is_held_until_the_process_ends(tmp_path):
    path = tmp_path / "of" / "a.csv"
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        env=toy.environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout.readline() == "locked\n"
        with pytest.raises(ValueError, match="a.csv: another process is"):
            with locked(path):
                pass
        process.kill()
    with locked(path), locked(path.with_name("b.csv")):
        pass
    assert [*path.parent.iterdir()] == []


def test_file_system_without_locks_logs_a_warning(
    tmp_path, monkeypatch, caplog
):
    def none(*_, **__):
        raise NotImplementedError("no flock here")

    monkeypatch.setattr(filelock.FileLock, "acquire", none)
    with locked(tmp_path / "a.csv"):
        pass
    assert "a.csv: the file system does not support locks" in caplog.text
