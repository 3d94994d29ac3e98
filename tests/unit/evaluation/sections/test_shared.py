"""A figure on the page."""

from speechbrain_clser.evaluation import plots
from speechbrain_clser.evaluation.sections.shared import picture


def test_ids_of_a_picture_start_with_the_name_of_its_figure(plain):
    block = picture(plain, plots.uar_against_chance, "Caption.", width=300)
    assert 'id="uar-against-chance-' in block.svg
    assert (block.caption, block.width) == ("Caption.", 300)
