import ctypes
import subprocess
import sys
import types

import pytest
from house.sources import ROOT

from speechbrain_clser.inference import memory

CHURN = """
import resource, sys
sys.path.insert(0, {root!r})
import numpy
from speechbrain_clser.inference.memory import keep_freed
assert {keep} is False or keep_freed()
for _ in range(3):
    [numpy.ones(4_000_000) for _ in range(3)]
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    [numpy.ones(4_000_000) for _ in range(3)]
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(keep):
    """Return the number of page faults of a process."""
    code = CHURN.format(root=str(ROOT), keep=keep)
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True
    )
    return int(done.stdout)


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="of glibc alone"
)
def test_freed_memory_is_reused():
    assert faults(keep=True) < faults(keep=False) / 10


def test_other_systems_are_unchanged(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    assert not memory.keep_freed()


def test_other_c_libraries_are_unchanged(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(ctypes, "CDLL", lambda name: types.SimpleNamespace())
    assert not memory.keep_freed()


def test_refused_setting_does_not_skip_others(monkeypatch):
    made = []
    library = types.SimpleNamespace(mallopt=lambda *args: made.append(args))
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(ctypes, "CDLL", lambda name: library)
    assert not memory.keep_freed()
    assert made == [*memory.SETTINGS.values()]
