"""Sections on audit, data and reproduction."""

from speechbrain_clser.evaluation.document import Code, Items, Table, Text
from speechbrain_clser.evaluation.sections.provenance import (
    audit,
    data,
    protocol,
    reproduction,
)


def test_findings_are_listed_with_their_severity(plain):
    items = audit(plain)[-1].items
    assert [label for label, _ in items] == [
        finding["severity"] for finding in plain["audit"]
    ]


def test_audit_without_findings_has_a_sentence(plain):
    plain["audit"] = []
    assert audit(plain)[-1] == Text(
        "Nothing was found on both sides of a split."
    )


def test_audit_states_its_limits(plain):
    assert (
        "The audit cannot detect: a person with different names"
        in audit(plain)[1].text
    )


def test_parts_without_utterances_have_no_row(plain):
    (table,) = [b for b in data(plain) if isinstance(b, Table)]
    assert [row[0] for row in table.rows] == ["train", "valid", "scored"]


def test_unlabelled_part_has_no_counts_of_classes(plain):
    parts = plain["data"]["parts"]
    parts["unlabelled"] = {**parts["scored"], "classes": {}}
    (table,) = [b for b in data(plain) if isinstance(b, Table)]
    n_classes = len(plain["classes"])
    (row,) = [row for row in table.rows if row[0] == "unlabelled"]
    assert row[4 : 4 + n_classes] == ["–"] * n_classes


def test_omitted_utterances_are_listed_by_reason(plain):
    assert Items([("81", "no class of the scheme: boredom")]) in data(plain)
    plain["data"]["left_out"] = {}
    assert not any("left out" in getattr(b, "text", "") for b in data(plain))


def test_command_can_be_copied_into_a_shell(plain):
    plain["environment"]["command"] = ["train.py", "my file.yaml"]
    assert Code("train.py 'my file.yaml'") in reproduction(plain)


def test_note_of_a_protocol_is_listed(plain):
    for note in ("", "as published"):
        plain["protocol"]["note"] = note
        (facts,) = [b for b in reproduction(plain) if isinstance(b, Items)]
        assert (("note", "as published") in facts.items) == bool(note)


def test_protocol_section_contains_all_values(plain):
    (table,) = [b for b in protocol(plain) if isinstance(b, Table)]
    assert [row[0] for row in table.rows] == list(plain["protocol"])
    assert ["digest", '"0123456789ab"'] in table.rows
