import pytest

from speechbrain_clser import corpora
from speechbrain_clser.data import corpus_facts


def test_facts_are_those_of_the_cards():
    found = {
        name: corpus_facts.Facts(
            corpora.load(name).card.languages,
            tuple(sorted({*corpora.load(name).emotions.values()} - {None})),
        )
        for name in corpora.names()
    }
    assert found == corpus_facts.CORPORA, "update CORPORA of data.corpus_facts"


def test_corpora_that_are_not_shipped_have_no_shared_classes():
    with pytest.raises(ValueError, match="got mine; list the classes"):
        corpus_facts.shared_classes(["emodb", "mine"], {})
    merged = {"boredom": "neutral", "calm": "neutral"}
    found = corpus_facts.shared_classes(["emodb:deu", "ravdess/1"], merged)
    assert "neutral" in found and "boredom" not in found
