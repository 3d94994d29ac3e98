import importlib

import pytest
from huggingface_hub.errors import (
    HfHubHTTPError,
    HTTPError,
    OfflineModeIsEnabled,
)

from speechbrain_clser.contrib.publish.retry import may_pass, with_retries

# The HTTP library of the installed client version.
httpx = importlib.import_module(HTTPError.__module__.partition(".")[0])


def refused(status, **headers):
    """Return the error of the client for a status code."""
    request = httpx.Request("GET", "https://hub")
    response = httpx.Response(status, request=request, headers=headers)
    return HfHubHTTPError(f"status {status}", response=response)


def wrapped(error):
    """Return the error of an upload with a cause."""
    outer = RuntimeError("Error while uploading")
    outer.__cause__ = error
    return outer


CUT = httpx.RemoteProtocolError("Server disconnected")


def step(*outcomes):
    """Return a function that returns or raises the outcomes in turn."""
    left = list(outcomes)

    def do():
        outcome = left.pop(0)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    return do


@pytest.mark.parametrize(
    "error, passes",
    [
        (CUT, True),
        (httpx.ConnectError("refused"), True),
        (httpx.ReadTimeout("late"), True),
        (refused(503), True),
        (refused(429), True),
        (wrapped(CUT), True),
        (wrapped(refused(500)), True),
        (refused(401), False),
        (refused(412), False),
        (wrapped(refused(403)), False),
        (wrapped(ValueError("no file")), False),
        (RuntimeError("a bug"), False),
    ],
)
def test_only_temporary_errors_may_pass(error, passes):
    assert may_pass(error) is passes


def test_step_that_works_is_done_once(waits):
    assert with_retries(step("done")) == "done" and waits == []


def test_waiting_time_grows(waits):
    assert with_retries(step(CUT, refused(503), wrapped(CUT), "done")) == "done"
    assert waits == [1, 4, 16]


def test_error_of_the_last_attempt_is_raised(waits):
    with pytest.raises(httpx.RemoteProtocolError, match="disconnected"):
        with_retries(step(CUT, CUT, CUT, CUT))
    assert waits == [1, 4, 16]


@pytest.mark.parametrize("error", [refused(401), OfflineModeIsEnabled("off")])
def test_permanent_error_is_raised_at_once(error, waits):
    with pytest.raises(type(error), match="401|off"):
        with_retries(step(error, "done"))
    assert waits == []


def test_retry_is_logged(waits, caplog):
    with_retries(step(CUT, "done"))
    assert "Server disconnected; trying again in 1 s" in caplog.text


@pytest.mark.parametrize(
    "headers, waited_s",
    [({"retry-after": "60"}, 60), ({"retry-after": "9999"}, 300), ({}, 1)],
)
def test_retry_after_header_is_used(headers, waited_s, waits):
    assert with_retries(step(refused(429, **headers), "done")) == "done"
    assert waits == [waited_s]
