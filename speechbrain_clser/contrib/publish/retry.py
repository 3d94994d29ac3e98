"""Retry requests to the hub after temporary errors."""

import logging
import time
from collections.abc import Callable

# HTTPError is that of httpx in version 1 of the client, of httpx2 in 2.
from huggingface_hub.errors import HfHubHTTPError, HTTPError

from speechbrain_clser.hub_errors import retry_after_s

logger = logging.getLogger(__name__)

WAITS_S = (1, 4, 16)
LONGEST_WAIT_S = 300  # rate limits of the hub are per 5 minutes
# Status codes of temporary server errors.
PASSING = frozenset({408, 429, 500, 502, 503, 504})


def with_retries(step: Callable):
    """Call a function and retry it after temporary errors of the hub.

    The function must be idempotent.

    Raises
    ------
    HTTPError, RuntimeError
        If the last attempt failed, or the error is not temporary.
    """
    for wait_s in (*WAITS_S, None):
        try:
            return step()
        except (HTTPError, RuntimeError) as error:
            if wait_s is None or not may_pass(error):
                raise
            wait_s = max(wait_s, min(retry_after_s(error), LONGEST_WAIT_S))
            logger.warning("%s; trying again in %d s", error, wait_s)
        time.sleep(wait_s)


def may_pass(error: BaseException) -> bool:
    """Return whether an error or its cause is temporary.

    Uploads wrap the cause in a RuntimeError.

    Example
    -------
    >>> may_pass(RuntimeError("a bug"))
    False
    """
    while error:
        if isinstance(error, HfHubHTTPError):
            return error.response.status_code in PASSING
        if isinstance(error, HTTPError):
            return True
        error = error.__cause__
    return False
