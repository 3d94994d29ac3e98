"""Tests for the shared phone inventory."""

import unicodedata

import pytest

from speechbrain_clser.features.phones.ipa import to_ipa


@pytest.mark.parametrize(
    "raw, ipa",
    [
        ("ˈaː", "a"),
        ("ˌiː", "i"),
        ("iːː", "i"),
        ("a5", "a"),
        ("a˥˩", "a"),
        ("á", "a"),
        ("onɡ5", "oŋ"),
        ("əɜ", "ə"),
        ("iɛɜ", "iɛ"),
    ],
)
def test_length_tone_and_stress_are_dropped(raw, ipa):
    assert to_ipa(raw) == ipa


def test_english_nurse_vowel_is_not_a_tone():
    assert to_ipa("ɜː") == "ɜ"


@pytest.mark.parametrize("raw", ["t̪", "t[", "tː", "tt", "t̚"])
def test_exact_place_and_gemination_are_dropped(raw):
    assert to_ipa(raw) == "t"


@pytest.mark.parametrize("raw", ["tʰ", "tʲ", "tʷ", "tˤ", "ɑ̃", "ç"])
def test_distinctive_diacritics_are_kept(raw):
    assert to_ipa(raw) == raw


@pytest.mark.parametrize(
    "one, other",
    [
        ("t͡ʃ", "tʃ"),
        ("ʧ", "tS"),
        ("ts.", "ʈ͡ʂ"),
        ("th", "tʰ"),
        ("tɕh", "t͡ɕʰ"),
        ("g", "ɡ"),
        ("aj", "ai"),
        ("ow", "oʊ"),
        ("ɔø", "ɔʏ"),
        ("ɚ", "əɹ"),
        ("s.", "ʂ"),
        ("t^", "c"),
        ("N", "ŋ"),
        ("ʲ", "??"),
    ],
)
def test_equivalent_symbols_are_one_phone(one, other):
    assert to_ipa(one) == to_ipa(other)


def test_composed_and_decomposed_letters_are_one_phone():
    for raw in ("ç", "ã", "ẽː"):
        decomposed = unicodedata.normalize("NFD", raw)
        assert to_ipa(raw) == to_ipa(decomposed)


@pytest.mark.parametrize("raw", ["", "1", "??", "ʲ", "ˈ", "_"])
def test_non_phone_is_empty(raw):
    assert to_ipa(raw) == ""


@pytest.mark.parametrize("raw", ["ai5", "ts.h", "iouɜ", "ˈɐ̃ʊ̃", "ss", "ɚ"])
def test_conversion_is_idempotent(raw):
    assert to_ipa(to_ipa(raw)) == to_ipa(raw)
