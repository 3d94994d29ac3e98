"""Tests for the phone counts of the report."""

import json

from helpers.rows import rows_of

from speechbrain_clser.features.phones.coverage import coverage
from speechbrain_clser.features.phones.phone import Phone

GERMAN = rows_of("x", "deu", 1, 1, ("anger", "neutral"))
TURKISH = rows_of("x", "tur", 1, 1, ("anger",))
PHONES = {
    GERMAN[0].id: (
        Phone("a", 0.0, 0.1, 1.0),
        Phone("n", 0.1, 0.2, 0.5),
        Phone("a", 0.2, 0.5, 0.0),
    ),
    TURKISH[0].id: (Phone("ɯ", 0.0, 0.1), Phone("a", 0.1, 0.2)),
}


def test_phones_are_counted_by_language():
    found = coverage([*TURKISH, *GERMAN], PHONES)
    assert list(found["languages"]) == ["deu", "tur"]
    assert found["languages"]["deu"] == {
        "n_utterances": 2,
        "n_without": 1,
        "n_segments": 3,
        "mean_confidence": 0.5,
        "mean_ms": 166.7,
        "phones": {
            "a": {"n_segments": 2, "mean_confidence": 0.5},
            "n": {"n_segments": 1, "mean_confidence": 0.5},
        },
    }


def test_shared_phones_are_those_of_all_languages():
    assert coverage([*TURKISH, *GERMAN], PHONES)["shared"] == ["a"]
    assert coverage(GERMAN, PHONES)["shared"] == ["a", "n"]


def test_language_without_phones_is_reported():
    found = coverage(GERMAN, {})
    assert found["languages"]["deu"]["n_without"] == 2
    assert found["languages"]["deu"]["mean_confidence"] is None
    assert found["shared"] == []


def test_empty_input_gives_empty_counts():
    assert coverage([], {}) == {"languages": {}, "shared": []}


def test_counts_are_json_serialisable():
    found = coverage(GERMAN, PHONES)
    assert json.loads(json.dumps(found)) == found
