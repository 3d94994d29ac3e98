import importlib

import pytest
from huggingface_hub import constants
from huggingface_hub.errors import (
    HfHubHTTPError,
    HTTPError,
    LocalEntryNotFoundError,
)

from speechbrain_clser.features import hub
from speechbrain_clser.hub_errors import describe_error, retry_after_s
from speechbrain_clser.inference import source

# Error classes of the installed client version.
httpx = importlib.import_module(HTTPError.__module__.partition(".")[0])


def refused(status, **headers):
    """Error of the client for a response."""
    request = httpx.Request("GET", "https://hub")
    response = httpx.Response(status, request=request, headers=headers)
    return HfHubHTTPError(f"status {status}", response=response)


def uncached(error):
    """Error of the client for a response and a cache miss."""
    outer = LocalEntryNotFoundError("check your internet connection")
    outer.__cause__ = error
    return outer


@pytest.fixture(autouse=True)
def online(monkeypatch):
    """Error of the client without a response."""
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)


ANSWERS = [
    (refused(429), "the hub responded with 429 Too Many Requests; retry later"),
    (refused(429, **{"retry-after": "60"}), "Requests, retry in 60 s"),
    (refused(503), "the hub responded with 503 Service Unavailable; retry later"),
    (refused(599), "the hub responded with 599; retry later"),
    (refused(404), "the hub responded with 404 Not Found; correct the id"),
    (refused(401), "the hub responded with 401 Unauthorized; log in"),
    (httpx.ConnectError("refused"), "the hub did not respond; run once with"),
]  # fmt: skip


@pytest.mark.parametrize("error, output", ANSWERS)
def test_hub_response_is_distinguished_from_no_response(error, output):
    assert output in describe_error(error)
    assert output in describe_error(uncached(error))


def test_offline_is_reported(monkeypatch):
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert describe_error(uncached(None)).startswith("HF_HUB_OFFLINE is set; ")


@pytest.mark.parametrize(
    "headers, wait_s",
    [
        ({"ratelimit": '"api";r=0;t=55'}, 55),
        ({"retry-after": "Wed, 21 Oct 2065 07:28:00 GMT"}, 0),
        ({"retry-after": " 7 "}, 7),
        ({}, 0),
    ],
)
def test_retry_delay_is_read(headers, wait_s):
    assert retry_after_s(refused(429, **headers)) == wait_s


@pytest.mark.parametrize(
    "error, output",
    [
        *((uncached(error), output) for error, output in ANSWERS),
        *((error, output) for error, output in ANSWERS[:-1]),
    ],
)
def test_encoder_and_model_errors_contain_hub_response(
    error, output, monkeypatch
):
    def fail(*_, **__):
        raise error

    for module, ask in ((hub, hub.resolve), (source, source.locate)):
        monkeypatch.setattr(module, "snapshot_download", fail)
        with pytest.raises(FileNotFoundError, match="not in the c") as info:
            ask("owner/name")
        assert output in str(info.value)
