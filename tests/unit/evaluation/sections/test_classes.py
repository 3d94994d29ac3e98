"""Section on classes."""

from speechbrain_clser.evaluation.document import Details, Picture
from speechbrain_clser.evaluation.sections.classes import classes


def test_section_has_figures_and_a_table(plain):
    blocks = classes(plain)
    assert sum(isinstance(block, Picture) for block in blocks) == 3
    assert isinstance(blocks[-1], Details)
    (table,) = blocks[-1].blocks
    assert [row[0] for row in table.rows] == plain["classes"]
    assert [row[1] for row in table.rows] == [16, 16, 16]
