"""Summarise the phones of each language for the report."""

import collections
from collections.abc import Iterable, Mapping

from speechbrain_clser.data.utterance import Utterance


def coverage(rows: Iterable[Utterance], phones: Mapping) -> dict:
    """Count the phones of each language.

    Arguments
    ---------
    rows : iterable of Utterance
        Utterances to summarise.
    phones : mapping
        Utterance id to tuple of Phone.

    Returns
    -------
    dict
        ``languages``: of each its ``n_utterances``, ``n_without`` (utterances
        without a phone), ``n_segments``, ``mean_confidence``, ``mean_ms``, and
        ``phones``, most frequent first, each with ``n_segments`` and
        ``mean_confidence``. ``shared``: the phones that all languages have, in
        alphabetical order. Means are rounded; None without data.

    Example
    -------
    >>> from speechbrain_clser.features.phones.phone import Phone
    >>> row = Utterance("1", "1.wav", "W", "ann", "deu")
    >>> phones = (Phone("a", 0.0, 0.1, 0.5), Phone("a", 0.1, 0.3, 1.0))
    >>> found = coverage([row], {"1": phones})
    >>> found["languages"]["deu"]["phones"], found["shared"]
    ({'a': {'n_segments': 2, 'mean_confidence': 0.75}}, ['a'])
    """
    utterances = collections.defaultdict(list)
    for row in rows:
        utterances[row.language].append(phones.get(row.id, ()))
    languages = {
        language: _of_language(labels)
        for language, labels in utterances.items()
    }
    inventories = [set(found["phones"]) for found in languages.values()]
    shared = set.intersection(*inventories) if inventories else set()
    return {
        "languages": dict(sorted(languages.items())),
        "shared": sorted(shared),
    }


def _of_language(labels):
    """Counts of the utterances of a language."""
    segments = [phone for phones in labels for phone in phones]
    by_phone = collections.defaultdict(list)
    for phone in segments:
        by_phone[phone.ipa].append(phone)
    commonest = sorted(by_phone, key=lambda ipa: (-len(by_phone[ipa]), ipa))
    return {
        "n_utterances": len(labels),
        "n_without": sum(not phones for phones in labels),
        "n_segments": len(segments),
        "mean_confidence": _mean((p.confidence for p in segments), 3),
        "mean_ms": _mean((1000 * (p.end_s - p.start_s) for p in segments), 1),
        "phones": {
            ipa: {
                "n_segments": len(by_phone[ipa]),
                "mean_confidence": _mean(
                    (p.confidence for p in by_phone[ipa]), 3
                ),
            }
            for ipa in commonest
        },
    }


def _mean(values, n_digits):
    """Return the rounded mean, or None."""
    values = list(values)
    return round(sum(values) / len(values), n_digits) if values else None
