"""Tests for phones of the manifest, of TextGrids and of CTM files."""

import dataclasses

import pytest
from helpers.rows import rows_of
from praatio import textgrid

from speechbrain_clser.data.utterance import Utterance
from speechbrain_clser.features.phones.reference_phones import (
    aligned_phones,
    known_phones,
)


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
