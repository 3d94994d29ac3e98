"""Implement the longer commands of ``clser``."""
