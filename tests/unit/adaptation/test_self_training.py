import numpy as np
import pytest

from speechbrain_clser.adaptation.linear import (
    cell_weights,
    fit_linear,
    linear_posteriors,
)
from speechbrain_clser.adaptation.self_training import (
    SelfTraining,
    most_confident,
)


def test_most_confident_are_selected_within_each_predicted_class():
    first = [0.9, 0.6, 0.8, 0.7]  # of class 0
    second = [0.55, 0.51]  # of class 1: all less confident
    p = np.array([[x, 1 - x] for x in first] + [[1 - x, x] for x in second])
    assert most_confident(p, 0.5).tolist() == [0, 2, 4]
    assert most_confident(p, 0.01).tolist() == [0, 4]
    assert most_confident(p, 1.0).tolist() == [0, 1, 2, 3, 4, 5]


def test_one_round_is_one_training_with_weighted_pseudo_labels():
    rng = np.random.default_rng(0)
    labels = np.arange(30) % 2
    source = rng.normal(size=(30, 3)) + 2 * labels[:, None]
    target = rng.normal(size=(20, 3)) + 2
    p = np.array([[0.9, 0.1]] * 4 + [[0.2, 0.8]] * 16)
    adaptation = SelfTraining(fractions=(1.0,), weight=0.5)
    corpora = np.array(["a", "b", "b"] * 10)
    summary = adaptation.summarise(source, labels, 2, corpora)
    adapted = adaptation.fit(summary, target, p).predict(target, p)
    expected = fit_linear(
        np.concatenate([source, target]),
        np.concatenate([labels, [0] * 4, [1] * 16]),
        # Half of the weight of a class of one corpus, which is 1.
        np.concatenate(
            [cell_weights(labels, corpora), [0.5 / 4] * 4, [0.5 / 16] * 16]
        ),
        2,
    )
    np.testing.assert_allclose(
        adapted, linear_posteriors(expected, target), atol=1e-9
    )


def test_later_rounds_take_the_posteriors_of_the_one_before():
    rng = np.random.default_rng(1)
    labels = np.arange(60) % 2
    source = rng.normal(size=(60, 3)) + 2 * labels[:, None]
    p = np.full((60, 2), 0.5) + rng.uniform(-0.4, 0.4, (60, 1)) * [1, -1]
    summary = SelfTraining().summarise(source, labels, 2)
    first = SelfTraining((0.5,)).fit(summary, source, p).predict(source, p)
    both = SelfTraining((0.5, 0.5)).fit(summary, source, p)
    then = SelfTraining((0.5,)).fit(summary, source, first)
    np.testing.assert_allclose(
        both.predict(source, p), then.predict(source, p), atol=1e-12
    )


@pytest.mark.parametrize(
    "constants, expected",
    [
        ({"fractions": ()}, "fractions above 0 and at most 1"),
        ({"fractions": (0.3, 1.2)}, "fractions above 0 and at most 1"),
        ({"weight": 0.0}, "weight above 0"),
    ],
)
def test_constants_out_of_range_raise(constants, expected):
    with pytest.raises(ValueError, match=expected):
        SelfTraining(**constants)
