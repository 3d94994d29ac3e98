import dataclasses

import pytest

from speechbrain_clser.data.protocol_groups import (
    LabelRules,
    SplitRules,
    current_selector,
)


def test_lists_become_tuples_and_mappings_stay():
    labels = LabelRules(["anger", "fear"], {"joy": "anger"})
    assert labels.classes == ("anger", "fear")
    assert labels.merge_classes == {"joy": "anger"}
    with pytest.raises(dataclasses.FrozenInstanceError, match="classes"):
        labels.classes = ()


@pytest.mark.parametrize(
    "selector, expected",
    [
        ("demo:german", "demo:deu"),
        ("demo:de", "demo:deu"),
        ("iemocap/1", "iemocap/1"),
        ("emodb", "emodb"),
    ],
)
def test_language_of_a_selector_becomes_its_code(selector, expected):
    assert current_selector(selector) == expected
    rules = SplitRules(predefined_splits={selector: "official"})
    assert rules.predefined_splits == {expected: "official"}
