import pytest
import torch

from speechbrain_clser.errors import AdaptationError
from speechbrain_clser.methods.dual_anchor.pseudo_labels import (
    PseudoLabelConfig,
    adapted_pseudo_labels,
)


def outputs_of(n=40, dim=40):
    """Return outputs for source and target utterances of two separate classes.

    The classes are apart in the statistics; the target is shifted, and the
    classifier is wrong for a tenth of it and unsure of the rest.
    """
    torch.manual_seed(0)
    true = torch.arange(2 * n) % 2
    is_target = torch.arange(2 * n) >= n
    statistics = torch.randn(2 * n, dim) + 4.0 * true[:, None]
    wrong = is_target & (torch.arange(2 * n) % 20 < 2)
    predicted = torch.where(wrong, 1 - true, true)
    return {
        "label": torch.where(is_target, -1, true),
        "domain": is_target.long(),
        "logits": 0.4 * torch.nn.functional.one_hot(predicted, 2),
        "statistics": statistics + 0.5 * is_target[:, None],
    }, torch.where(is_target, true, -1)


def test_adapted_pseudo_labels_correct_the_classifier():
    outputs, expected = outputs_of()
    assert adapted_pseudo_labels(outputs, 1.0).equal(expected)


def test_most_confident_fraction_of_each_class_is_labelled():
    outputs, true = outputs_of()
    found = adapted_pseudo_labels(outputs, 0.25)
    assert [(found == k).sum().item() for k in range(2)] == [5, 5]
    assert ((found == -1) | (found == true)).all()


@pytest.mark.parametrize("hidden", [slice(0, 6), slice(0, 0)])
def test_source_and_labelled_utterances_get_no_pseudo_label(hidden):
    outputs, _ = outputs_of()
    outputs["label"][hidden] = -1  # unlabelled source utterances
    outputs["label"][40:44] = 0  # labelled target utterances
    found = adapted_pseudo_labels(outputs, 1.0)
    assert found[:44].eq(-1).all() and found[44:].ge(0).all()


def test_no_target_utterances_have_no_pseudo_labels():
    outputs, _ = outputs_of()
    source = {name: values[:40] for name, values in outputs.items()}
    assert adapted_pseudo_labels(source, 1.0).eq(-1).all()


def test_one_predicted_class_raises():
    outputs, _ = outputs_of()
    outputs["logits"] = torch.tensor([1.0, 0.0]).expand(80, 2)
    with pytest.raises(AdaptationError, match="posteriors of several classes"):
        adapted_pseudo_labels(outputs, 1.0)


@pytest.mark.parametrize(
    "values, message",
    [
        ({"target_labels": "gold"}, "target_labels must be one of pseudo"),
        ({"pseudo_label_source": "svm"}, "source must be one of logits, em_"),
        ({"pseudo_label_weight": -1.0}, "weight must be at least 0, got -1"),
    ],
)
def test_invalid_settings_raise(values, message):
    with pytest.raises(ValueError, match=message):
        PseudoLabelConfig(**values)


@pytest.mark.parametrize(
    "values, expected",
    [
        ({}, False),
        ({"pseudo_label_source": "em_gaussians"}, True),
        ({"pseudo_label_weight": 0.1}, True),
    ],
)
def test_table_is_used_if_an_option_needs_it(values, expected):
    assert PseudoLabelConfig(**values).uses_table is expected
