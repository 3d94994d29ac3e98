import pytest

from speechbrain_clser import corpora
from speechbrain_clser.contrib.publish import licences

# Shipped corpora whose licences allow sharing a model.
OPEN = {
    *("cafe", "cremad", "demo", "emodb", "emovo", "enterface", "esd"),
    *("mesd", "nemo", "ravdess", "urdu", "emns", "emotiontts_ko", "emovdb"),
    *("jlcorpus", "jvnv", "oreau", "resd", "shemo", "subesco", "thai_ser"),
}


def cards(**found):
    """Return cards with names and licences."""
    return [{"name": n, "licence": text} for n, text in found.items()]


def test_shareable_licences_pass():
    licences.check(cards(a="CC0-1.0", b="CC BY 4.0", c="research only"))


@pytest.mark.parametrize(
    "licence",
    [
        *("CC BY-NC-ND 4.0", "research only, after signing a licence"),
        *("research only, after registration", "unknown", ""),
    ],
)
def test_other_licences_are_refused(licence):
    with pytest.raises(ValueError, match=r"found b .*--allow-licence b$"):
        licences.check(cards(a="CC0-1.0", b=licence))


def test_error_names_all_closed_corpora():
    with pytest.raises(ValueError, match="--allow-licence a --allow-licence b"):
        licences.check(cards(a="unknown", b="unknown", c="CC BY 4.0"))


def test_corpora_are_allowed_individually():
    both = cards(a="unknown", b="unknown")
    licences.check(both, ["a", "b"])
    with pytest.raises(ValueError, match=r"found b \(unknown\)"):
        licences.check(both, ["a"])


def test_allowing_an_unused_corpus_is_refused():
    with pytest.raises(ValueError, match=r"corpora \(a\) .*found iemocap"):
        licences.check(cards(a="CC0-1.0"), ["iemocap"])


@pytest.mark.parametrize("name", corpora.names())
def test_every_shipped_licence_is_classified(name):
    licence = corpora.load(name).card.licence
    assert (licence in licences.SHAREABLE) == (name in OPEN)
