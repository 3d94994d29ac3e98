"""Phones of an utterance: reference, recognised, aligned or pseudo-phones.

Every source returns a tuple of ``Phone`` per utterance, ordered by time, without
overlap, in an inventory shared by all languages.
"""
