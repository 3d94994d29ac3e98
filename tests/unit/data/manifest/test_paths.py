"""Tests for manifest paths."""

from pathlib import Path

from speechbrain_clser.data.manifest.paths import phones_of, report_of, within


def test_report_and_phones_paths_are_next_to_manifest():
    path = Path("manifests", "my.corpus.csv")
    assert report_of(path) == Path("manifests", "my.corpus.json")
    assert phones_of(path) == Path("manifests", "my.corpus.phones.json")


def test_within_returns_relative_path_or_unchanged_path():
    root = Path("/corpus")
    assert within(root, root / "a" / "b.wav") == "a/b.wav"
    assert within(root, "/corpus2/b.wav") == "/corpus2/b.wav"
