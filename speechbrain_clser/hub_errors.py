"""Describe error responses of a model hub."""

import http
import re

from huggingface_hub import constants
from huggingface_hub.errors import HfHubHTTPError

SECONDS = re.compile(r"\s*(?:.*;\s*t\s*=\s*)?(\d+)\s*(?:;.*)?")
NO_RESPONSE = "run once with network access, or give a local folder"
ADVICE = {
    401: "log in with `hf auth login`, or correct the id",
    403: "request access from its owner, then log in with `hf auth login`",
    404: "correct the id or the revision, or log in with `hf auth login` if "
    "it is private",
    429: "retry later; the limit is higher after `hf auth login`",
}
LATER = "retry later, or give a local folder"


def describe_error(error: BaseException) -> str:
    """Describe the response of a hub, and what to do.

    Arguments
    ---------
    error : BaseException
        Error of the hub client, or an error caused by one.

    Returns
    -------
    str
        Description and advice, separated by a semicolon.

    Example
    -------
    >>> describe_error(ValueError("cut")).partition("; ")[2]
    'run once with network access, or give a local folder'
    """
    refusal = _refusal(error)
    if refusal is not None:
        status = refusal.response.status_code
        known = [one.phrase for one in http.HTTPStatus if one == status]
        message = f"the hub responded with {' '.join([str(status), *known])}"
        if wait_s := retry_after_s(error):
            message += f", retry in {wait_s} s"
        return f"{message}; {ADVICE.get(status, LATER)}"
    if constants.HF_HUB_OFFLINE:
        return f"HF_HUB_OFFLINE is set; {NO_RESPONSE}"
    return f"the hub did not respond; {NO_RESPONSE}"


def retry_after_s(error: BaseException) -> int:
    """Return the retry delay of a hub response.

    Arguments
    ---------
    error : BaseException
        As for ``describe_error``.

    Returns
    -------
    int
        Seconds; 0 if not specified.

    Example
    -------
    >>> retry_after_s(ValueError("cut"))
    0
    """
    refusal = _refusal(error)
    if refusal is None:
        return 0
    for name in ("retry-after", "ratelimit"):
        found = SECONDS.fullmatch(refusal.response.headers.get(name, ""))
        if found:
            return int(found[1])
    return 0


def _refusal(error):
    """Find the client error with a response among an error and its causes."""
    while error is not None:
        # The error of a cache miss has no response, but its cause may have one.
        is_refusal = isinstance(error, HfHubHTTPError)
        if is_refusal and getattr(error, "response", None) is not None:
            return error
        error = error.__cause__
    return None
