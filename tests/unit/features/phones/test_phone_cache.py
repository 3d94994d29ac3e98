"""Tests for the phone cache."""

import pytest
from helpers.rows import rows_of

from speechbrain_clser.features.phones import phone_cache as module
from speechbrain_clser.features.phones.phone import Phone
from speechbrain_clser.features.phones.phone_cache import cached_phones

ROWS = rows_of("a", "deu", 2, 2)


class Finder:
    """Returns one phone each, records requests and can be interrupted."""

    def __init__(self, dies_at=None):
        self.asked, self.dies_at = [], dies_at

    def __call__(self, rows):
        if self.dies_at is not None and len(self.asked) >= self.dies_at:
            raise RuntimeError("killed")
        self.asked += [row.id for row in rows]
        return {row.id: (Phone("ʃ", 0.1, 0.3, 0.5, row.id),) for row in rows}


def identity(row):
    return row.id


def test_cached_phones_are_returned_unchanged(tmp_path):
    first = cached_phones(tmp_path / "phones", ROWS, identity, Finder())
    again = Finder()
    assert cached_phones(tmp_path / "phones", ROWS, identity, again) == first
    assert again.asked == []
    assert list(first) == [row.id for row in ROWS]


def test_only_missing_phones_are_computed(tmp_path):
    cached_phones(tmp_path / "phones", ROWS[:3], identity, Finder())
    finder = Finder()
    cached_phones(tmp_path / "phones", ROWS, identity, finder)
    assert finder.asked == [row.id for row in ROWS[3:]]


def test_other_key_is_computed_again(tmp_path):
    cached_phones(tmp_path / "phones", ROWS, identity, Finder())
    finder = Finder()
    cached_phones(
        tmp_path / "phones", ROWS, lambda row: row.id + " Hallo", finder
    )
    assert len(finder.asked) == len(ROWS)


def test_interruption_loses_current_block_only(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "AT_ONCE", 2)
    with pytest.raises(RuntimeError, match="killed"):
        cached_phones(tmp_path / "phones", ROWS, identity, Finder(dies_at=2))
    finder = Finder()
    cached_phones(tmp_path / "phones", ROWS, identity, finder)
    assert finder.asked == [row.id for row in ROWS[2:]]


def test_partial_line_is_computed_again(tmp_path):
    path = tmp_path / "phones"
    whole = cached_phones(path, ROWS, identity, Finder())
    path.write_text(path.read_text("utf-8")[:-9], encoding="utf-8")
    finder = Finder()
    assert cached_phones(path, ROWS, identity, finder) == whole
    assert finder.asked == [ROWS[-1].id]
    assert cached_phones(path, ROWS, identity, None) == whole
