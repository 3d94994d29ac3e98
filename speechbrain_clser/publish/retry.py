"""Trying again what may go better a moment later."""

import logging
import time
from collections.abc import Callable

# HTTPError is that of httpx in version 1 of the client, of httpx2 in 2.
from huggingface_hub.errors import HfHubHTTPError, HTTPError

from speechbrain_clser.hub_answers import retry_after_s

logger = logging.getLogger(__name__)

WAITS_S = (1, 4, 16)
LONGEST_WAIT_S = 300  # that a busy hub may ask for; it counts in 5 minutes
# The server is busy, or was when it was asked.
PASSING = frozenset({408, 429, 500, 502, 503, 504})


def with_retries(step: Callable):
    """Do a step of a conversation with the hub, again if it breaks off.

    Arguments
    ---------
    step : callable
        Without arguments; once it is done, doing it again changes nothing.

    Returns
    -------
    object
        What it gives.

    Raises
    ------
    HTTPError, RuntimeError
        Of the client, if the last try failed too, or none can go better.
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
    """Tell whether an error, or what caused it, is of the moment.

    Arguments
    ---------
    error : BaseException
        Of the client; uploading wraps what went wrong in a RuntimeError.

    Returns
    -------
    bool
        True of a connection that broke and a server that is busy.

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
