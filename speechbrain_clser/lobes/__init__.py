"""Reusable network modules on frames and embeddings."""

from speechbrain_clser.deprecation import renamed_part


def __getattr__(name):
    """Return a module under its name in the previous version."""
    return renamed_part(__name__, name)
