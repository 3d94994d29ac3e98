import pickle

import pytest

from speechbrain_clser.errors import BadAudioError, LeakError, message_of


def test_bad_audio_error_keeps_a_reason_to_count_by():
    error = BadAudioError("empty", "a.wav: found 0 samples")
    assert (error.reason, str(error)) == ("empty", "a.wav: found 0 samples")


@pytest.mark.parametrize(
    "error", [BadAudioError("empty", "nothing in it"), LeakError("nothing")]
)
def test_own_errors_are_caught_as_value_errors(error):
    with pytest.raises(ValueError, match="nothing"):
        raise error


def test_bad_audio_error_survives_a_worker_process():
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
def test_message_is_never_a_bare_key_or_empty(error, shown):
    assert message_of(error).endswith(shown)
