"""What a hub answered, told apart from no answer."""

import http
import re

from huggingface_hub import constants
from huggingface_hub.errors import HfHubHTTPError

SECONDS = re.compile(r"\s*(?:.*;\s*t\s*=\s*)?(\d+)\s*(?:;.*)?")
NO_ANSWER = "run once with a network, or give a folder that holds it"
ADVICE = {
    401: "log in with `hf auth login`, or correct the id",
    403: "ask its owner for access, then log in with `hf auth login`",
    404: "correct the id or the revision, or log in with `hf auth login` if "
    "it is private",
    429: "ask again later; who is logged in may ask more often",
}
LATER = "ask again later, or give a folder that holds it"


def answer_of(error: BaseException) -> str:
    """Describe what a hub answered, and what to do.

    Arguments
    ---------
    error : BaseException
        Of the client; or anything else that an error of the client caused.

    Returns
    -------
    str
        A clause, a semicolon and an advice.

    Example
    -------
    >>> answer_of(ValueError("cut")).partition("; ")[2]
    'run once with a network, or give a folder that holds it'
    """
    refusal = _refusal(error)
    if refusal is not None:
        status = refusal.response.status_code
        known = [one.phrase for one in http.HTTPStatus if one == status]
        message = f"the hub answered {' '.join([str(status), *known])}"
        if wait_s := retry_after_s(error):
            message += f", to be asked again in {wait_s} s"
        return f"{message}; {ADVICE.get(status, LATER)}"
    if constants.HF_HUB_OFFLINE:
        return f"HF_HUB_OFFLINE is set; {NO_ANSWER}"
    return f"the hub did not answer; {NO_ANSWER}"


def retry_after_s(error: BaseException) -> int:
    """Read how long a busy hub wants to be left alone.

    Arguments
    ---------
    error : BaseException
        As for ``answer_of``.

    Returns
    -------
    int
        0 if it does not say.

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
    """The client's error with an answer, among an error and its causes."""
    while error is not None:
        # That of a cache without an entry has no response, but its cause may.
        is_refusal = isinstance(error, HfHubHTTPError)
        if is_refusal and getattr(error, "response", None) is not None:
            return error
        error = error.__cause__
    return None
