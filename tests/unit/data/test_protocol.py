import itertools

import pytest

from speechbrain_clser import corpora
from speechbrain_clser.data.protocol import Protocol, load, scheme, shipped


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_protocol_loads_and_names_known_corpora(name):
    protocol = load(name)
    assert protocol.name == name
    assert set(protocol.corpora) <= set(corpora.names())


def test_every_pair_of_languages_is_shipped():
    cards = {
        name: corpora.load(name).card
        for name in corpora.names()
        if name != "demo"
    }
    for source, target in itertools.permutations(cards, 2):
        if cards[source].languages != cards[target].languages:
            protocol = load(f"{source}_to_{target}")
            assert protocol.sources == (source,)
            assert protocol.targets == (target,)


def test_protocol_reads_a_users_own_file(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(
        "sources: [emodb]\ntargets: [my_calls]\nclasses: [anger, fear]\n"
    )
    assert load(str(path)).name == "mine"
    assert scheme(str(path)).classes == ["anger", "fear"]


def test_digest_follows_values_and_not_the_name(tmp_path):
    first, second = tmp_path / "a.yaml", tmp_path / "b.yaml"
    first.write_text("sources: [emodb]\ntargets: [urdu]\n")
    second.write_text("targets: [urdu]\nsources: [emodb]\nsplit_seed: 0\n")
    assert load(str(first)).digest == load(str(second)).digest
    second.write_text("sources: [emodb]\ntargets: [urdu]\nsplit_seed: 1\n")
    assert load(str(first)).digest != load(str(second)).digest


def test_unknown_protocol_is_refused_with_the_names_there_are():
    with pytest.raises(
        FileNotFoundError, match="emodb_to_klingon.*emodb_to_urdu"
    ):
        load("emodb_to_klingon")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sources: [emodb]\n", "expected at least"),
        ("[emodb, urdu]\n", "expected at least"),
        ("sources: [emodb]\ntargets: [urdu]\ntest: x\n", "unknown test"),
        ("sources: emodb\ntargets: [urdu]\n", "sources must be a list"),
        (
            "sources: [emodb]\ntargets: [urdu]\nsplit: cv\n",
            "split must be one of",
        ),
        (
            "sources: [emodb]\ntargets: [urdu]\nvalid_share: 0\n",
            "between 0 and 1",
        ),
        ("sources: [emodb]\ntargets: [urdu]\nshots: 5\n", "go together"),
        (
            "sources: [emodb]\ntargets: [urdu]\ntransductive: True\n",
            "target_material must be unlabelled",
        ),
        (
            "sources: [emodb]\ntargets: [urdu]\ntarget_material: unlabelled\n",
            "nothing is left",
        ),
        (
            "sources: [emodb]\ntargets: [urdu]\nclasses: [joy]\n",
            "joy is no canonical emotion",
        ),
    ],
)
def test_senseless_protocol_is_refused(tmp_path, text, message):
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        load(str(path))


def test_corpora_are_named_once_and_without_language():
    protocol = Protocol("x", ("demo:deu", "emodb"), ("demo:tur",))
    assert protocol.corpora == ("demo", "emodb")
