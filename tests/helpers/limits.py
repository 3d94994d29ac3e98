"""Limit the time and the memory of a case of a fuzz test."""

import contextlib
import re
import time
from pathlib import Path

MAX_S, MAX_RSS_BYTES = 10, 1.5e9
RESET_PEAK = "5"  # see proc(5), clear_refs


@contextlib.contextmanager
def limited(case):
    """Assert that a block takes less than 10 s of CPU time and 1.5 GB.

    Memory is the growth of the resident set at its peak, on Linux only.

    Arguments
    ---------
    case : object
        Shown if the assertion fails.
    """
    proc = Path("/proc/self")
    is_linux = (proc / "clear_refs").exists()
    if is_linux:
        (proc / "clear_refs").write_text(RESET_PEAK)
        before = _status_bytes("VmRSS")
    start = time.process_time()
    yield
    assert time.process_time() - start < MAX_S, case
    if is_linux:
        assert _status_bytes("VmHWM") - before < MAX_RSS_BYTES, case


def _status_bytes(key):
    """Read a size of this process."""
    status = Path("/proc/self/status").read_text()
    return 1024 * int(re.search(rf"{key}:\s*(\d+)", status)[1])
