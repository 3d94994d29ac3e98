"""Section on scores by group."""

from speechbrain_clser.evaluation.document import Details, Table
from speechbrain_clser.evaluation.sections.by_group import by_group


def test_language_has_its_name_and_missing_gender_is_unknown(plain):
    plain["parts"]["target_scored"]["groups"]["gender"][0]["name"] = ""
    (table,) = [b for b in by_group(plain) if isinstance(b, Table)]
    labels = {(row[0], row[1], row[2]) for row in table.rows}
    assert ("Target corpus", "language", "Urdu") in labels
    assert ("Source corpora", "language", "German") in labels
    assert ("Target corpus", "gender", "unknown") in labels


def test_all_speakers_are_listed(plain):
    (details,) = [b for b in by_group(plain) if isinstance(b, Details)]
    assert details.summary == "All 8 speakers"
    (table,) = details.blocks
    assert [len(row) for row in table.rows] == [len(table.columns)] * 8
