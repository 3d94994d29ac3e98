"""Provide a finished run."""

from helpers.finished import finished, output, run  # noqa: F401
