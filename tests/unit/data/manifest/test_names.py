"""Tests for merging spellings of speaker names."""

import pytest

from speechbrain_clser.data.manifest.names import one_spelling, spelling_key


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
