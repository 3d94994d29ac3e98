"""Sections on confidence, training and embeddings."""

import pytest

from speechbrain_clser.evaluation.document import Picture
from speechbrain_clser.evaluation.sections.model import (
    confidence,
    embeddings,
    training,
)


@pytest.mark.parametrize("section", [confidence, training, embeddings])
def test_section_is_a_heading_and_a_figure_with_a_caption(section, plain):
    _, picture = section(plain)
    assert isinstance(picture, Picture) and picture.caption


def test_oracle_selection_is_in_the_caption(plain):
    assert "without the target corpus" in training(plain)[1].caption
    plain["ledger"]["oracle"] = True
    assert training(plain)[1].caption.endswith("on the target corpus: oracle.")


def test_losses_without_a_panel_are_listed(plain):
    assert "weight 0" not in training(plain)[1].caption
    plain["loss_weights"]["coral"] = 0.0
    assert training(plain)[1].caption.endswith(
        "Not shown, with weight 0: coral."
    )
