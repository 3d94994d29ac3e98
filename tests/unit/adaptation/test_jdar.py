import numpy as np
import pytest

from speechbrain_clser.adaptation.jdar import JDAR

SOURCE, LABELS = np.array([[1.0], [-1.0]] * 10), [0, 1] * 10
TARGET = np.array([[2.0], [-1.0]] * 10)
P = np.array([[0.6, 0.4], [0.4, 0.6]] * 10)


@pytest.mark.parametrize(
    "n_rounds, expected",
    [
        # X X' = 1, X L' = (0.5, -0.5); gaps 0.5 of the means, 1 and 0 of the class
        # means, so 0.8 * 1.25 = 1: 0.5 / (1 + 1 + 1).
        (1, 1 / 6),
        # The norm of the row, sqrt(2) / 6, gives the penalty 3 / sqrt(2).
        (2, 0.5 / (2 + 3 / np.sqrt(2))),
    ],
)
def test_rounds_by_hand(n_rounds, expected):
    adaptation = JDAR(alignment=0.8, sparsity=1.0, n_rounds=n_rounds)
    source = adaptation.summarise(SOURCE, LABELS, 2)
    fitted = adaptation.fit(source, TARGET, P)
    np.testing.assert_allclose(
        fitted.state["coefficients"], [[expected], [-expected]]
    )
    np.testing.assert_allclose(
        fitted.predict([[2.0], [9.0]], [[0.5, 0.5]] * 2),
        [[0.5 + 2 * expected, 0.5 - 2 * expected], [1.0, 0.0]],
        atol=2e-6,
    )


def test_alignment_reduces_the_gap_between_the_means():
    rng = np.random.default_rng(0)
    labels = np.arange(60) % 3
    source = rng.normal(size=(60, 5)) + 2 * np.eye(3, 5)[labels]
    target = source + 1.0
    p = np.eye(3)[labels] * 0.7 + 0.1
    gaps = []
    for alignment in (0.0, 1.0, 100.0):
        adaptation = JDAR(alignment=alignment)
        summary = adaptation.summarise(source, labels, 3)
        state = adaptation.fit(summary, target, p).state
        gap = (target.mean(axis=0) - state["mean"]) / state["scale"]
        gaps.append(np.linalg.norm(state["coefficients"] @ gap))
    assert gaps[0] > gaps[1] > gaps[2]


def test_constant_and_repeated_dimensions_have_a_solution():
    vectors = np.concatenate([SOURCE, SOURCE, np.ones((20, 1))], axis=1)
    adaptation = JDAR()
    fitted = adaptation.fit(
        adaptation.summarise(vectors, LABELS, 2), vectors, P
    )
    adapted = fitted.predict(vectors, P)
    assert (adapted.argmax(axis=1) == LABELS).all()


@pytest.mark.parametrize(
    "constants, expected",
    [
        ({"alignment": -1.0}, "alignment of 0 or more"),
        ({"sparsity": 0.0}, "sparsity above 0"),
        ({"n_rounds": 0}, "n_rounds of at least 1"),
    ],
)
def test_constants_out_of_range_raise(constants, expected):
    with pytest.raises(ValueError, match=expected):
        JDAR(**constants)
