import numpy as np
import pytest

from speechbrain_clser.adaptation import load, save
from speechbrain_clser.adaptation.base import normalise_rows
from speechbrain_clser.adaptation.lame import LAME

# Ten pairs of neighbours, each pair orthogonal to the others.
PAIRS = np.repeat(np.eye(10), 2, axis=0)
PAIRS = np.concatenate([PAIRS, 0.1 * np.tile([[0.0], [1.0]], (10, 1))], axis=1)
SOURCE = {
    "mean": np.zeros(11),
    "scale": np.ones(11),
    "shape": np.array([11, 2]),
}
P = np.array([[0.4, 0.6], [0.8, 0.2]] * 10)


def test_rounds_by_hand():
    adaptation = LAME(n_neighbours=1, n_rounds=1)
    fitted = adaptation.fit(SOURCE, PAIRS, P)
    once = normalise_rows(np.log(P[:2]) + P[[1, 0]])
    np.testing.assert_allclose(fitted.state["assignments"][:2], once)
    twice = normalise_rows(np.log(P[:2]) + once[[1, 0]])
    np.testing.assert_allclose(fitted.predict(PAIRS, P)[:2], twice)


def test_prediction_is_the_fixed_point():
    fitted = LAME(n_neighbours=3).fit(SOURCE, PAIRS, P)
    np.testing.assert_allclose(
        fitted.predict(PAIRS, P), fitted.state["assignments"], atol=1e-6
    )


def test_identical_vectors_are_no_neighbours():
    fitted = LAME().fit(SOURCE, np.ones((20, 11)), P)
    np.testing.assert_allclose(fitted.predict(np.ones((20, 11)), P), P)


def test_fewer_utterances_than_neighbours_are_all_neighbours():
    found = [
        LAME(n_neighbours=n).fit(SOURCE, PAIRS, P).predict(PAIRS, P)
        for n in (19, 500)
    ]
    # Of 20, one is the utterance itself.
    np.testing.assert_allclose(*found, atol=1e-7)


def test_file_with_other_numbers_of_vectors_and_assignments_raises(tmp_path):
    path, fitted = tmp_path / "a.safetensors", LAME().fit(SOURCE, PAIRS, P)
    fitted.state["assignments"] = fitted.state["assignments"][1:]
    save(fitted, path)
    with pytest.raises(ValueError, match="expected a saved adaptation"):
        load(path)


@pytest.mark.parametrize("field", ["n_neighbours", "n_rounds"])
def test_constants_out_of_range_raise(field):
    with pytest.raises(ValueError, match=f"{field} of at least 1, found 0"):
        LAME(**{field: 0})
