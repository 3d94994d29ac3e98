"""Configure the memory allocator of the process."""

import ctypes
import sys

# From malloc.h. Freed memory is kept only with one arena for all threads.
SETTINGS = {
    "M_ARENA_MAX": (-8, 1),
    "M_MMAP_THRESHOLD": (-3, 2**30),
    "M_TRIM_THRESHOLD": (-1, 2**31 - 1),
}


def keep_freed() -> bool:
    """Keep freed memory in the process for later allocations.

    By default glibc returns large blocks to the system, which zeroes them on
    every new allocation: a quarter of the time of feature extraction on a CPU.
    The setting affects the whole process and cannot be undone, so programs
    should call this, not libraries.

    Returns
    -------
    bool
        Whether glibc accepted all settings.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except AttributeError:  # another C library
        return False
    accepted = [mallopt(*setting) for setting in SETTINGS.values()]
    return all(accepted)
