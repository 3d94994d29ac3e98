import numpy as np
import pytest

from speechbrain_clser.adaptation.t3a import T3A, unit_rows

# Mean 0 and deviation 1; the class means are (1, 0) and (-1, 0).
SOURCE = np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]])
LABELS = [0, 0, 1, 1]


def prototypes(vectors, posteriors, n_support):
    adaptation = T3A(n_support=n_support)
    source = adaptation.summarise(SOURCE, LABELS, 2)
    fitted = adaptation.fit(source, vectors, posteriors)
    return fitted, fitted.state["prototypes"]


def test_prototypes_by_hand():
    vectors = np.array([[0.0, 2.0], [-3.0, 0.0]] + [[5.0, 5.0]] * 18)
    p = np.array([[0.9, 0.1], [0.2, 0.8]] + [[0.6, 0.4]] * 18)
    fitted, found = prototypes(vectors, p, 1)
    # The most confident of each class: (0, 1) and (-1, 0) as unit vectors.
    np.testing.assert_allclose(found, [[0.5, 0.5], [-1.0, 0.0]], atol=1e-12)
    # Cosines 0.5 and -1, times the scale of 10.
    np.testing.assert_allclose(
        fitted.predict([[7.0, 0.0]], [[0.5, 0.5]])[0, 1],
        1 / (1 + np.exp(15.0)),
        rtol=1e-9,
    )


def test_class_that_is_not_predicted_keeps_its_source_mean():
    adaptation = T3A()
    vectors = np.array([*SOURCE, [0.0, 3.0], [0.0, -3.0]])
    source = adaptation.summarise(vectors, [*LABELS, 2, 2], 3)
    target = np.random.default_rng(0).normal(size=(20, 2))
    p = np.array([[0.6, 0.2, 0.2], [0.2, 0.6, 0.2]] * 10)
    found = adaptation.fit(source, target, p).state["prototypes"]
    np.testing.assert_array_equal(found[2], source["prototypes"][2])


def test_vectors_of_zero_get_uniform_posteriors():
    vectors = np.zeros((20, 2))
    p = np.array([[0.9, 0.1], [0.2, 0.8]] * 10)
    fitted, _ = prototypes(vectors, p, 5)
    np.testing.assert_allclose(fitted.predict(vectors, p), 0.5)
    np.testing.assert_array_equal(unit_rows(vectors), vectors)


@pytest.mark.parametrize(
    "constants, expected",
    [({"n_support": 0}, "n_support of at least"), ({"scale": 0.0}, "scale")],
)
def test_constants_out_of_range_raise(constants, expected):
    with pytest.raises(ValueError, match=expected):
        T3A(**constants)
