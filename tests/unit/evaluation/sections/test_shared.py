"""Block of a figure."""

from speechbrain_clser.evaluation import plots
from speechbrain_clser.evaluation.sections.shared import picture


def test_ids_of_a_figure_have_its_name_as_prefix(plain):
    block = picture(plain, plots.uar_against_chance, "Caption.", width=300)
    assert 'id="uar-against-chance-' in block.svg
    assert (block.caption, block.width) == ("Caption.", 300)
