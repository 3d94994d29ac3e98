import logging

import pytest

from speechbrain_clser import progress as module
from speechbrain_clser.progress import has_bars, progress


@pytest.fixture
def terminal(monkeypatch):
    """Standard error with or without a terminal."""

    def be(is_terminal):
        monkeypatch.setattr("sys.stderr.isatty", lambda: is_terminal)

    return be


def test_bars_need_terminal_and_can_be_disabled(terminal, monkeypatch):
    terminal(False)
    assert not has_bars()
    terminal(True)
    assert has_bars()
    monkeypatch.setenv("TQDM_DISABLE", "1")
    assert not has_bars()


def test_terminal_shows_bar_without_log(terminal, caplog, capsys):
    terminal(True)
    caplog.set_level(logging.INFO)
    assert [*progress(3, "Checking emodb", "files", range(3))] == [0, 1, 2]
    assert "Checking emodb: 100% |" in capsys.readouterr().err
    assert caplog.messages == []


def test_progress_is_logged_without_terminal(
    terminal, caplog, capsys, monkeypatch
):
    terminal(False)
    caplog.set_level(logging.INFO)
    now = [100.0]
    with progress(100, "Extracting", "s") as shown:
        shown._time = lambda: now[0]
        shown.start_t = shown.last_print_t = now[0]
        for _ in range(100):
            now[0] += 0.25
            shown.update(1)
    assert capsys.readouterr().err == ""
    first, *between, last = caplog.messages
    assert first == "Extracting:   0%, 0 of 100, ? s/s, ? left"
    assert last == "Extracting: 100%, 100 of 100,  4.00 s/s, 00:00 left"
    # 25 seconds: one line after 10 and one after 20 seconds.
    assert between == [
        "Extracting:  40%, 40 of 100,  4.00 s/s, 00:15 left",
        "Extracting:  80%, 80 of 100,  4.00 s/s, 00:05 left",
    ]
    assert module.LINE_EVERY_S == 10


def test_empty_task_shows_nothing(terminal, caplog):
    terminal(False)
    caplog.set_level(logging.INFO)
    with progress(0, "Extracting", "s"), progress(5, "x", "s", disable=True):
        pass
    assert caplog.messages == []
