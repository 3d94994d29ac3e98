"""Languages and speakers."""

from speechbrain_clser.evaluation.document import Details, Table
from speechbrain_clser.evaluation.sections.by_group import people


def test_language_goes_by_its_name_and_an_unknown_gender_by_that(plain):
    plain["parts"]["target_scored"]["groups"]["gender"][0]["name"] = ""
    (table,) = [b for b in people(plain) if isinstance(b, Table)]
    named = {(row[0], row[1], row[2]) for row in table.rows}
    assert ("Target corpus", "language", "Urdu") in named
    assert ("Source corpora", "language", "German") in named
    assert ("Target corpus", "gender", "unknown") in named


def test_every_speaker_is_listed_on_demand(plain):
    (details,) = [b for b in people(plain) if isinstance(b, Details)]
    assert details.summary == "All 8 speakers"
    (table,) = details.blocks
    assert [len(row) for row in table.rows] == [len(table.columns)] * 8
