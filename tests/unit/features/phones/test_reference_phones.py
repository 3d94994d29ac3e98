"""Tests for phones of the manifest, of TextGrids and of CTM files."""

import dataclasses
import sys

import pytest
from helpers.rows import rows_of
from praatio import textgrid

from speechbrain_clser.data.utterance import Utterance
from speechbrain_clser.features.phones.reference_phones import (
    aligned_phones,
    known_phones,
    read_ctm,
    read_textgrid,
)


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


def test_missing_textgrid_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="b.TextGrid, found none"):
        read_textgrid(tmp_path / "b.TextGrid")


@pytest.mark.parametrize("content", [b"", b"no grid", b"\x80\x81"])
def test_damaged_files_are_named(tmp_path, content):
    path = tmp_path / "a.TextGrid"
    path.write_bytes(content)
    with pytest.raises(
        ValueError, match="a.TextGrid: expected a TextGrid, found"
    ):
        read_textgrid(path)
    path.write_bytes(content + b"\x80")
    with pytest.raises(ValueError, match="expected a CTM file in UTF-8"):
        read_ctm(path)


def test_unknown_phone_is_named_with_file_and_recording(tmp_path):
    path = write(tmp_path / "a.TextGrid", phones=PHONES)
    with pytest.raises(
        ValueError, match="a.TextGrid: expected a phone of ARPA.* 'j'"
    ):
        read_textgrid(path, "arpabet")
    path = tmp_path / "x.ctm"
    path.write_text("a 1 0 0.1 AH0\nb 1 0 0.1 XX\n")
    with pytest.raises(
        ValueError, match="x.ctm, b: expected .*found 'XX'; .*--phone"
    ):
        read_ctm(path, "arpabet")


def test_missing_praatio_names_the_extra(tmp_path, monkeypatch):
    path = write(tmp_path / "a.TextGrid", phones=PHONES)
    monkeypatch.setitem(sys.modules, "praatio", None)
    with pytest.raises(ImportError, match=r"-e '.\[phones\]'"):
        read_textgrid(path)


LINES = """;; by a tool
a 1 0.00 0.10 SIL
a 1 0.10 0.20 n_B 0.5

b A 0.30 0.10 iː
"""


def test_recordings_are_separated_and_comments_skipped(tmp_path):
    path = tmp_path / "x.ctm"
    path.write_text(LINES, encoding="utf-8")
    found = read_ctm(path)
    (n,), (i,) = found["a"], found["b"]
    assert (n.ipa, n.start_s, n.end_s, n.confidence) == ("n", 0.1, 0.3, 0.5)
    assert (i.ipa, i.start_s, i.end_s, i.confidence) == ("i", 0.3, 0.4, 1.0)


@pytest.mark.parametrize("line", ["a 1 0.1 n", "a 1 x 0.1 n", "a 1 0 0.1 n y"])
def test_malformed_line_raises(tmp_path, line):
    path = tmp_path / "x.ctm"
    path.write_text(f";;\n{line}\n")
    with pytest.raises(ValueError, match=f"x.ctm:2: .*found '{line}'"):
        read_ctm(path)


def test_missing_ctm_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="at .*y.ctm, found none"):
        read_ctm(tmp_path / "y.ctm")


def row(name, phones=()):
    """An utterance of a corpus."""
    return Utterance(
        f"x_{name}", f"wav/{name}.wav", "F", "x", "deu", phones=phones
    )


def test_phones_of_the_manifest_are_returned():
    spoken = (("ˈyː", 0.0, 0.25), ("s", 0.25, 0.5))
    found = known_phones([row("a", spoken), row("b")])
    assert [(p.ipa, p.start_s, p.end_s) for p in found["x_a"]] == [
        ("y", 0.0, 0.25),
        ("s", 0.25, 0.5),
    ]
    assert found["x_b"] == ()


def save(path, label):
    """A TextGrid with one phone."""
    path.parent.mkdir(exist_ok=True)
    grid = textgrid.Textgrid()
    grid.addTier(textgrid.IntervalTier("phones", [(0, 0.4, label)], 0, 1))
    grid.save(str(path), "short_textgrid", includeBlankSpaces=True)


def test_textgrids_are_found_by_name_at_any_depth(tmp_path):
    save(tmp_path / "one" / "a.TextGrid", "AY1")
    save(tmp_path / "b.TextGrid", "T")
    found = aligned_phones([row("a"), row("b"), row("c")], tmp_path, "arpabet")
    assert [[p.ipa for p in phones] for phones in found.values()] == [
        ["aɪ"],
        ["t"],
        [],
    ]


def test_ctm_file_is_read_by_recording(tmp_path):
    path = tmp_path / "x.ctm"
    path.write_text("a 1 0 0.1 t\n")
    found = aligned_phones([row("a"), row("b")], path)
    assert [len(phones) for phones in found.values()] == [1, 0]


def test_alignment_is_of_the_id_before_the_file_name(tmp_path):
    path = tmp_path / "x.ctm"
    path.write_text("x_a 1 0 0.1 t\na 1 0 0.1 s\n")
    assert aligned_phones([row("a")], path)["x_a"][0].ipa == "t"


def test_file_name_of_several_utterances_is_refused(tmp_path):
    path = tmp_path / "x.ctm"
    path.write_text("a 1 0 0.1 t\n")
    other = dataclasses.replace(row("a"), id="y_a")
    with pytest.raises(ValueError, match="'a', found x_a, y_a; name align"):
        aligned_phones([row("a"), other], path)


def test_duplicate_textgrids_raise(tmp_path):
    save(tmp_path / "one" / "a.TextGrid", "t")
    save(tmp_path / "two" / "a.TextGrid", "t")
    with pytest.raises(ValueError, match="found .*one.*and .*two.*keep one"):
        aligned_phones([row("a")], tmp_path)


def test_folder_without_textgrids_raises(tmp_path):
    with pytest.raises(FileNotFoundError, match="found none; give the output"):
        aligned_phones(rows_of("x", "deu"), tmp_path)
