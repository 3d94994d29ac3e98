"""Phones of an utterance: known, recognised, aligned to its text, or invented.

Whatever the source, an utterance has a tuple of ``Phone``, in order of time and
without overlap, in one inventory that all languages share.
"""
