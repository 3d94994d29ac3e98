"""Tests for language codes."""

import pytest

from speechbrain_clser import corpora
from speechbrain_clser.languages import (
    find,
    name_of,
    normalise,
    two_letters,
)


@pytest.mark.parametrize(
    ("code", "spellings"),
    [
        ("deu", "de deu ger German de-DE de_AT DEU GERMAN"),
        ("eng", "en eng English en-US EN"),
        ("cmn", "zh zho chi cmn Chinese Mandarin zh-CN zh-Hant-TW"),
        ("yue", "yue zh-yue Cantonese"),
        ("swh", "sw swa swh Swahili"),
        ("zsm", "ms may msa zsm Malay"),
        ("tgl", "tl tgl fil Tagalog Filipino"),
        ("ara", "ar ara arb Arabic"),
        ("fas", "fa per fas pes Farsi Persian"),
        ("sqi", "sq alb als Albanian"),  # codespell:ignore als
        ("urd", "ur urd Urdu"),
        ("tlh", "tlh Klingon"),
        ("und", "und UND und-DE"),
    ],
)
def test_spellings_of_a_language_have_one_code(code, spellings):
    found = {
        spelling: normalise(f" {spelling} ") for spelling in spellings.split()
    }
    assert found == dict.fromkeys(found, code)


@pytest.mark.parametrize(
    ("spelling", "message"),
    [
        (
            "Inglish",
            "expected a language code or name, found 'Inglish'; did you mean 'eng' ",
        ),
        ("Germn", r"did you mean 'deu' \(German\)\?"),
        ("xyz", "use an ISO 639-3 code such as 'eng', or 'und'"),
        ("Hindi/Urdu", "'Hindi/Urdu'"),
        ("", "''"),
        ("-", "'-'"),
        ("a", "'a'"),
        ("none", "'none'"),
        ("mul", "'mul'"),
        ("123", "'123'"),
    ],
)
def test_what_is_no_language_is_refused_with_the_nearest(spelling, message):
    assert find(spelling) == ""
    with pytest.raises(ValueError, match=message):
        normalise(spelling)


def test_languages_of_corpora_are_normal_and_have_names():
    for name in corpora.names():
        for language in corpora.load(name).card.languages:
            assert normalise(language) == language != name_of(language)


@pytest.mark.parametrize(
    ("code", "name", "two"),
    [
        ("deu", "German", "de"),
        ("cmn", "Mandarin", "zh"),
        ("swh", "Swahili", "sw"),
        ("yue", "Cantonese", "yue"),
        ("und", "und", "und"),
        ("neither", "neither", "neither"),
    ],
)
def test_code_has_an_english_name_and_two_letters(code, name, two):
    assert (name_of(code), two_letters(code)) == (name, two)
