import pytest

from speechbrain_clser import corpora
from speechbrain_clser.publish import licences

# Of the shipped corpora, those whose models may be shared without asking.
OPEN = {
    *("cafe", "demo", "emodb", "emovo", "enterface", "esd", "mesd"),
    *("ravdess", "urdu"),
}


def cards(**found):
    """Cards, as far as they matter here."""
    return [{"name": n, "licence": text} for n, text in found.items()]


def test_licences_that_let_a_model_be_shared_pass():
    licences.check(cards(a="CC0-1.0", b="CC BY 4.0", c="research only"))


@pytest.mark.parametrize(
    "licence",
    [
        *("CC BY-NC-ND 4.0", "research only, after signing a licence"),
        *("research only, after registration", "unknown", ""),
    ],
)
def test_licence_that_forbids_it_or_is_silent_is_refused(licence):
    with pytest.raises(ValueError, match=r"found b .*--allow-licence b$"):
        licences.check(cards(a="CC0-1.0", b=licence))


def test_all_that_is_in_the_way_is_named_at_once():
    with pytest.raises(ValueError, match="--allow-licence a --allow-licence b"):
        licences.check(cards(a="unknown", b="unknown", c="CC BY 4.0"))


def test_owner_may_agree_for_each_corpus():
    both = cards(a="unknown", b="unknown")
    licences.check(both, ["a", "b"])
    with pytest.raises(ValueError, match=r"found b \(unknown\)"):
        licences.check(both, ["a"])


def test_allowing_what_was_not_heard_is_a_mistake_that_is_told():
    with pytest.raises(ValueError, match=r"corpora \(a\) .*found iemocap"):
        licences.check(cards(a="CC0-1.0"), ["iemocap"])


@pytest.mark.parametrize("name", corpora.names())
def test_every_shipped_corpus_was_thought_about(name):
    licence = corpora.load(name).card.licence
    assert (licence in licences.SHAREABLE) == (name in OPEN)
