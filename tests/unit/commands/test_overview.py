import pytest

from speechbrain_clser import corpora
from speechbrain_clser.commands import overview
from speechbrain_clser.data import protocol
from speechbrain_clser.data.protocol_files import shipped


def test_table_lists_every_corpus_with_licence():
    head, *rows = overview.corpora_table()
    assert [row[0] for row in rows] == corpora.names()
    assert all(len(row) == len(head) for row in rows)
    assert all(row[-2] for row in rows)
    assert len(rows) >= 34
    assert len({code for row in rows for code in row[1].split()}) >= 20
    shared = {row[0]: row[-1] for row in rows}
    assert (shared["emodb"], shared["tess"]) == ("yes", "no")


def test_table_lists_every_protocol():
    head, *rows = overview.protocols_table()
    assert [row[0] for row in rows] == shipped()
    assert 10 < len(rows) <= 25
    assert all(len(row) == len(head) for row in rows)


@pytest.mark.parametrize(
    "name, output",
    [
        ("emodb_to_urdu", "none"),
        ("demo_share", "10% labelled"),
        ("ravdess_to_emodb_shots", "5 labelled per class"),
        ("emodb_to_emovo:transductive", "unlabelled (transductive)"),
    ],
)
def test_table_describes_target_supervision(monkeypatch, name, output):
    monkeypatch.setattr(overview, "shipped", lambda: [name])
    _, row = overview.protocols_table()
    assert row[0] == name and output in row[-1]


def test_unknown_corpus_error_lists_known_corpora():
    with pytest.raises(KeyError, match="among aesdd, .* got 'emo'"):
        overview.corpus_facts("emo")


def test_facts_of_corpus_and_protocol_are_complete():
    facts = overview.corpus_facts("emovo")
    assert facts["languages"] == "ita"
    assert {"citation", "licence", "address", "folders"} <= facts.keys()
    facts = overview.protocol_facts("emodb_to_urdu")
    assert facts["digest"] == protocol.load("emodb_to_urdu").digest


def test_facts_of_a_protocol_omit_unused_keys():
    plain = overview.protocol_facts("emodb_to_urdu")
    assert {"shots", "target_labelled_fraction", "held_out_share"}.isdisjoint(
        plain
    )
    share = overview.protocol_facts("demo_share")
    assert {"target_labelled_fraction", "held_out_share"} <= share.keys()
