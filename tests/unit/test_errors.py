import errno
import pickle
import shutil
from types import SimpleNamespace

import pytest

from speechbrain_clser.errors import BadAudioError, LeakError, message_of


def test_bad_audio_error_has_reason():
    error = BadAudioError("empty", "a.wav: found 0 samples")
    assert (error.reason, str(error)) == ("empty", "a.wav: found 0 samples")


@pytest.mark.parametrize(
    "error", [BadAudioError("empty", "nothing in it"), LeakError("nothing")]
)
def test_own_errors_are_caught_as_value_errors(error):
    with pytest.raises(ValueError, match="nothing"):
        raise error


def test_bad_audio_error_is_picklable():
    error = pickle.loads(pickle.dumps(BadAudioError("empty", "nothing")))
    assert (error.reason, str(error)) == ("empty", "nothing")


@pytest.mark.parametrize(
    "error, shown",
    [
        (ValueError("expected 1, got 2"), "expected 1, got 2"),
        (KeyError("expected one of a, b"), "expected one of a, b"),
        (KeyError("lr"), "KeyError: lr"),
        (KeyError(3), "KeyError: 3"),
        (FileNotFoundError(2, "No such file", "x"), "No such file: 'x'"),
        (ValueError(), "ValueError"),
    ],
)
def test_message_of_is_never_a_bare_key_or_empty(error, shown):
    assert message_of(error).endswith(shown)


@pytest.mark.parametrize("number", ["ENOSPC", "EDQUOT"])
@pytest.mark.parametrize("is_named", [True, False])
def test_full_disk_message_has_place_space_and_advice(
    tmp_path, monkeypatch, number, is_named
):
    usage = SimpleNamespace(free=12345)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    path = tmp_path / "run" / "parts.csv"
    name = str(path) if is_named else None
    shown = message_of(OSError(getattr(errno, number), "full", name))
    assert shown.startswith(f"{name or 'a file'}: no space left")
    assert "12,345 bytes are free on the disk of /" in shown
    assert "run the same command again" in shown
