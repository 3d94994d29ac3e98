"""Tests for listing and checking corpus rows."""

import pytest
from helpers import sounds, trees
from helpers.four import FOUR

from speechbrain_clser.data.manifest import prepare
from speechbrain_clser.data.manifest.rows import (
    one_spelling,
    rows_of,
    spelling_key,
)


def test_missing_folder_raises(tmp_path, shelf):
    with pytest.raises(FileNotFoundError, match="toy: expected its folder at"):
        prepare(FOUR, tmp_path / "nowhere", shelf)


def test_empty_folder_raises(tmp_path, shelf):
    (tmp_path / "toy").mkdir()
    expected = "found none; unpack the archive.*https://example.org/toy"
    with pytest.raises(ValueError, match=expected):
        prepare(FOUR, tmp_path / "toy", shelf)


def test_folder_of_another_corpus_raises(tmp_path, shelf):
    root = trees.make(tmp_path / "EMO-DB", "emodb")
    expected = (
        r"toy: expected names such as ann_hi_1.wav .*found 28 recordings, none "
        r"of that form, such as 03a01Aa.wav, .*give the folder of this corpus"
    )
    with pytest.raises(ValueError, match=expected):
        prepare(FOUR, root, shelf)


@pytest.mark.parametrize("allow_bad_files", [False, True])
def test_unknown_label_raises_even_with_allow_bad_files(
    root, shelf, allow_bad_files
):
    sounds.write(root / "ann_mid_5.wav")
    expected = (
        "toy: expected a label among hi, lo, found 'mid' for ann_mid_5 "
        ".*ann_mid_5.wav"
    )
    with pytest.raises(ValueError, match=expected):
        prepare(FOUR, root, shelf, allow_bad_files)


@pytest.mark.parametrize("allow_bad_files", [False, True])
def test_duplicate_corpus_raises(root, shelf, allow_bad_files):
    sounds.write(root / "copy" / "ann_hi_1.wav")
    expected = "found toy_ann_hi_1 as .* and as .*holds the corpus"
    with pytest.raises(ValueError, match=expected):
        prepare(FOUR, root, shelf, allow_bad_files)


def test_rows_have_prefixed_ids_and_canonical_emotions(root):
    (row, *_), _ = rows_of(FOUR, root)
    assert (row.id, row.speaker) == ("toy_ann_hi_1", "toy_ann")
    assert (row.corpus, row.emotion) == ("toy", "happiness")


@pytest.mark.parametrize(
    "one, other",
    [
        ("ann", "ANN"),
        ("spk_1", "spk 1"),
        ("spk_1", " Spk - 1 "),
        ("René", "Rene\u0301"),
        ("Straße", "STRASSE"),
        ("İ", "i\u0307"),
    ],
)
def test_spellings_of_one_name_share_a_key(one, other):
    assert spelling_key(one) == spelling_key(other)


@pytest.mark.parametrize(
    "one, other",
    [("spk1", "spk_1"), ("1", "01"), ("ann", "anna"), ("René", "Rene")],
)
def test_names_that_differ_in_letters_or_digits_differ(one, other):
    assert spelling_key(one) != spelling_key(other)


def test_most_frequent_spelling_is_selected_with_alphabetical_ties():
    chosen, merged = one_spelling(["B", "b", "ann", "Ann", "ann", "c"])
    assert chosen == {"B": "B", "b": "B", "ann": "ann", "Ann": "ann", "c": "c"}
    assert merged == {"B": ["b"], "ann": ["Ann"]}
