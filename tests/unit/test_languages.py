"""Tests for language codes."""

import collections

import pytest

from speechbrain_clser import corpora
from speechbrain_clser.languages import (
    is_known,
    name_of,
    normalise,
    table,
    two_letters,
)


@pytest.mark.parametrize(
    "spelling",
    ["de", "deu", "ger", "German", "de-DE", "de_AT", " DEU ", "GERMAN"],
)
def test_spellings_of_a_language_have_one_code(spelling):
    assert normalise(spelling) == "deu" and is_known(spelling)


@pytest.mark.parametrize("spelling", ["zh", "zho", "chi", "Mandarin", "zh-CN"])
def test_macrolanguage_maps_to_main_language(spelling):
    assert normalise(spelling) == "cmn"


@pytest.mark.parametrize("spelling", ["Klingon", "xyz", "", "-"])
def test_unknown_language_is_unchanged(spelling):
    assert normalise(spelling) == spelling and not is_known(spelling)


def test_codes_and_names_are_unambiguous():
    owners = collections.defaultdict(set)
    for code, names in table().items():
        for name in (code, *names):
            owners[name.lower()].add(code)
    assert [name for name, codes in owners.items() if len(codes) > 1] == []


def test_languages_of_corpora_are_known_and_have_names():
    for name in corpora.names():
        for language in corpora.load(name).card.languages:
            assert normalise(language) == language != name_of(language)


def test_every_known_language_but_cantonese_has_two_letters():
    without = [code for code in table() if len(two_letters(code)) != 2]
    assert without == ["yue"]
