"""Reusable modules: frames in, frames or one embedding out."""

from speechbrain_clser.deprecation import renamed_part


def __getattr__(name):
    """Find what was called otherwise in the previous version."""
    return renamed_part(__name__, name)
