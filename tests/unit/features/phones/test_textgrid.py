"""Tests for TextGrids in both formats of Praat."""

import sys

import pytest
from praatio import textgrid

from speechbrain_clser.features.phones.textgrid import read_textgrid


def write(path, form="long_textgrid", **tiers):
    """A TextGrid of 1 s with these tiers."""
    grid = textgrid.Textgrid()
    for name, entries in tiers.items():
        name = name.replace("_", " - ")
        grid.addTier(textgrid.IntervalTier(name, entries, 0, 1))
    grid.save(str(path), form, includeBlankSpaces=True)
    return path


WORD, PHONES = [(0.1, 0.5, "ja")], [(0.1, 0.2, "j"), (0.2, 0.5, "aː")]


@pytest.mark.parametrize("form", ["long_textgrid", "short_textgrid"])
def test_only_phone_tier_is_read(tmp_path, form):
    path = write(tmp_path / "a.TextGrid", form, words=WORD, phones=PHONES)
    found = read_textgrid(path)
    assert [(p.ipa, p.start_s, p.end_s) for p in found] == [
        ("j", 0.1, 0.2),
        ("a", 0.2, 0.5),
    ]


def test_tiers_of_two_speakers_are_merged_by_time(tmp_path):
    path = write(
        tmp_path / "a.TextGrid",
        bob_phones=[(0.6, 0.9, "b")],
        ann_phones=PHONES,
    )
    assert [p.ipa for p in read_textgrid(path)] == ["j", "a", "b"]


def test_missing_tier_raises_with_existing_tiers(tmp_path):
    path = write(tmp_path / "a.TextGrid", words=WORD)
    with pytest.raises(ValueError, match="tier named phones.*found words"):
        read_textgrid(path)


def test_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="b.TextGrid, found none"):
        read_textgrid(tmp_path / "b.TextGrid")


def test_missing_praatio_names_the_extra(tmp_path, monkeypatch):
    path = write(tmp_path / "a.TextGrid", phones=PHONES)
    monkeypatch.setitem(sys.modules, "praatio", None)
    with pytest.raises(ImportError, match=r"-e '.\[phones\]'"):
        read_textgrid(path)
