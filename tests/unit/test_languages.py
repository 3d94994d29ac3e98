"""One language has one code."""

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
def test_one_language_has_one_code_however_it_is_written(spelling):
    assert normalise(spelling) == "deu" and is_known(spelling)


@pytest.mark.parametrize("spelling", ["zh", "zho", "chi", "Mandarin", "zh-CN"])
def test_macrolanguage_is_the_language_that_is_meant(spelling):
    assert normalise(spelling) == "cmn"


@pytest.mark.parametrize("spelling", ["Klingon", "xyz", "", "-"])
def test_unknown_language_stays_as_it_is(spelling):
    assert normalise(spelling) == spelling and not is_known(spelling)


def test_no_code_or_name_means_two_languages():
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
