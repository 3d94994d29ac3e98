"""Tests for CTM files."""

import pytest

from speechbrain_clser.features.phones.ctm import read_ctm

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


def test_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="at .*y.ctm, found none"):
        read_ctm(tmp_path / "y.ctm")
