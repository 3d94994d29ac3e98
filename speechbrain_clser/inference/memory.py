"""What a program asks of the system's memory."""

import ctypes
import sys

# Of malloc.h. One arena for all threads: only that keeps what is freed.
SETTINGS = {
    "M_ARENA_MAX": (-8, 1),
    "M_MMAP_THRESHOLD": (-3, 2**30),
    "M_TRIM_THRESHOLD": (-1, 2**31 - 1),
}


def keep_freed() -> bool:
    """Keep the memory that one batch frees for the next.

    glibc gives large pieces back and asks for them again, and the system wipes
    them every time: a quarter of the time that features take on a CPU. This
    concerns the whole program and cannot be taken back, so it is for
    programs to call and not for libraries.

    Returns
    -------
    bool
        Whether there is glibc, and it takes all of it.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except AttributeError:  # another C library
        return False
    taken = [mallopt(*setting) for setting in SETTINGS.values()]
    return all(taken)
