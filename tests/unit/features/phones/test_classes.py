"""Tests for broad phone classes, compared with phonetics textbooks."""

import sys

import pytest

from speechbrain_clser.features.phones import classes

BOOK = {
    "vowel": "a e i o u y ø œ ə ɛ ɪ ɯ ʊ ɑ̃ aɪ oʊ ueɪ əɹ ɑɹ ja".split(),
    "nasal": "m n ɲ ŋ ɳ nʲ".split(),
    "stop": "p b t d k ɡ c ɟ q ʔ tʰ kʷ dˤ".split(),
    "fricative": "f v s z ʃ x ç h ɦ ħ ʁ ɬ ts dʒ tɕʰ pf".split(),
    "liquid": "l r ɾ ɹ j w ʋ ʎ ɭ".split(),
}


@pytest.mark.parametrize("name", classes.CLASSES)
def test_classes_match_textbook(name):
    assert {classes.phone_class(ipa) for ipa in BOOK[name]} == {name}


@pytest.mark.parametrize("ipa", ["", "unit_7", "1", "a?"])
def test_non_phone_has_no_class(ipa):
    assert classes.phone_class(ipa) == ""


def test_missing_panphon_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "panphon", None)
    with pytest.raises(ImportError, match=r"-e '.\[phones\]'"):
        classes._table.__wrapped__()
