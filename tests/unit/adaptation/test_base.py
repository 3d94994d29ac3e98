import json

import numpy as np
import pytest

from speechbrain_clser.adaptation import ADAPTATIONS, build, load, save
from speechbrain_clser.adaptation.base import (
    Fitted,
    check_target,
    check_vectors,
    log_floored,
    normalise_rows,
    require,
)
from speechbrain_clser.errors import AdaptationError

N_CLASSES = 3
SMALL = {"em_gaussians": {"n_components": 4}}
NAMES = pytest.mark.parametrize("name", sorted(ADAPTATIONS))


def data(n=60, dim=6, seed=0):
    """Return source and shifted target vectors, labels and posteriors."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % N_CLASSES
    centres = 3 * np.eye(N_CLASSES, dim)
    source = centres[labels] + rng.normal(size=(n, dim))
    target = centres[labels] + rng.normal(size=(n, dim)) + 0.8
    noisy = np.eye(N_CLASSES)[labels] + rng.uniform(0, 2.0, (n, N_CLASSES))
    return source, labels, target, noisy / noisy.sum(axis=1, keepdims=True)


def fit(name, source, labels, target, posteriors):
    adaptation = build(name, **SMALL.get(name, {}))
    summary = adaptation.summarise(source, labels, N_CLASSES)
    return adaptation.fit(summary, target, posteriors)


@NAMES
def test_rows_sum_to_one_and_vectors_improve_noisy_posteriors(name):
    source, labels, target, posteriors = data(240)
    adapted = fit(name, source, labels, target, posteriors).predict(
        target, posteriors
    )
    assert adapted.shape == posteriors.shape
    assert (adapted >= 0).all()
    np.testing.assert_allclose(adapted.sum(axis=1), 1, atol=1e-12)
    accuracy = np.mean(adapted.argmax(axis=1) == labels)
    # These do not use vectors. em_prior takes the noise of balanced classes for
    # other class shares.
    margin = {"equal_mass": 0.0, "em_prior": -0.06}.get(name, 0.05)
    assert accuracy >= np.mean(posteriors.argmax(axis=1) == labels) + margin


@NAMES
def test_other_order_of_classes_gives_the_same_columns(name):
    source, labels, target, posteriors = data()
    order = np.array([2, 0, 1])  # new index of each class
    plain = fit(name, source, labels, target, posteriors)
    other = fit(
        name, source, order[labels], target, posteriors[:, np.argsort(order)]
    )
    np.testing.assert_allclose(
        other.predict(target, posteriors[:, np.argsort(order)])[:, order],
        plain.predict(target, posteriors),
        atol=1e-4,
    )


@NAMES
def test_order_of_the_target_does_not_matter(name):
    source, labels, target, posteriors = data()
    order = np.random.default_rng(1).permutation(len(target))
    plain = fit(name, source, labels, target, posteriors)
    other = fit(name, source, labels, target[order], posteriors[order])
    np.testing.assert_allclose(
        other.predict(target, posteriors),
        plain.predict(target, posteriors),
        atol=1e-4,
    )


@NAMES
def test_inductive_is_transductive_where_both_halves_are_equal(name):
    source, labels, target, posteriors = data()
    first = fit(name, source, labels, target, posteriors)
    second = fit(name, source, labels, target.copy(), posteriors.copy())
    np.testing.assert_array_equal(
        first.predict(target.copy(), posteriors.copy()),
        second.predict(target, posteriors),
    )
    # A prediction depends on the fit, not on other utterances.
    np.testing.assert_allclose(
        first.predict(target[:1], posteriors[:1]),
        first.predict(target, posteriors)[:1],
        atol=1e-12,
    )


@NAMES
def test_fitted_adaptation_is_saved_and_loaded(name, tmp_path):
    source, labels, target, posteriors = data()
    fitted = fit(name, source, labels, target, posteriors)
    save(fitted, tmp_path / "adaptation.safetensors")
    loaded = load(tmp_path / "adaptation.safetensors")
    assert loaded.adaptation == fitted.adaptation
    np.testing.assert_array_equal(
        loaded.predict(target, posteriors), fitted.predict(target, posteriors)
    )


def test_file_without_an_adaptation_raises(tmp_path):
    from safetensors.numpy import save_file

    save_file({"a": np.zeros(1)}, tmp_path / "other.safetensors")
    with pytest.raises(ValueError, match="expected a saved adaptation"):
        load(tmp_path / "other.safetensors")


def _file(path, state=None, **metadata):
    """Save an adaptation with other arrays or metadata."""
    from safetensors.numpy import save_file

    fitted = fit("em_gaussians", *data())
    constants = {"n_components": 4, "n_rounds": 3}
    about = {"adaptation": "em_gaussians", "constants": json.dumps(constants)}
    arrays = {k: np.ascontiguousarray(v) for k, v in fitted.state.items()}
    arrays |= state or {}
    arrays = {name: values for name, values in arrays.items() if len(values)}
    save_file(arrays, path, metadata={**about, **metadata})
    return path


NAN = np.full(6, np.nan)


@pytest.mark.parametrize(
    "state, metadata, match",
    [
        ({"shape": np.array([6, 4])}, {}, "arrays of the shapes"),
        ({"shape": np.array([6.0, 3.0])}, {}, "a 'shape' of"),
        ({"shape": np.array([6, -3])}, {}, "a 'shape' of"),
        ({"shape": np.zeros(0)}, {}, "no array 'shape'"),
        ({"mean": np.zeros(0)}, {}, "arrays of the shapes"),
        ({"more": np.zeros(1)}, {}, "arrays of the shapes"),
        ({"mean": NAN}, {}, "NaN or infinity in mean"),
        ({"mean": np.zeros(6, int)}, {}, "int64 instead of floats in mean"),
        ({"scale": np.zeros(6)}, {}, "that are not positive"),
        ({"covariance": -np.eye(4)}, {}, "that are not positive"),
        ({}, {"constants": "{"}, "found Expecting property name"),
        ({}, {"constants": "[]"}, "other than JSON objects"),
        ({}, {"about": "3"}, "other than JSON objects"),
        ({}, {"constants": '{"exponent": Infinity}'}, "exponent=inf"),
        ({}, {"constants": '{"exponent": "a"}'}, "exponent='a'"),
        ({}, {"constants": '{"n_rounds": 1000000000}'}, "n_rounds=1000000000"),
        ({}, {"constants": '{"n_rounds": 2.5}'}, "n_rounds=2.5"),
        ({}, {"constants": '{"n_rounds": 0}'}, "n_rounds of at least 1"),
        ({}, {"adaptation": "os.system"}, "got 'os.system'"),
    ],
)
def test_damaged_file_raises(tmp_path, state, metadata, match):
    path = tmp_path / "a.safetensors"
    load(_file(path))
    with pytest.raises(ValueError, match=f"(?s)a.safetensors: .*{match}"):
        load(_file(path, state, **metadata))


def test_truncated_and_missing_files_raise(tmp_path):
    path = _file(tmp_path / "a.safetensors")
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(ValueError, match="a.safetensors: expected a saved"):
        load(path)
    path.unlink()
    with pytest.raises(FileNotFoundError, match="a.safetensors"):
        load(path)


@NAMES
@pytest.mark.parametrize(
    "spoil, reason",
    [
        (lambda v, p: (v[:19], p[:19]), "few utterances"),
        (lambda v, p: (_with(v, 3, np.nan), p), "not finite"),
        (lambda v, p: (_with(v, 3, np.inf), p), "not finite"),
        (lambda v, p: (v, _with(p, 3, np.nan)), "not finite"),
        (lambda v, p: (v, _with(p, 3, 0.0)), "zero posteriors"),
        (lambda v, p: (v, p * 0 + [0.8, 0.1, 0.1]), "one class"),
        (lambda v, p: (v, p * 0 + [0.0, 1.0, 0.0]), "one class"),
    ],
)
def test_unsuitable_target_raises(name, spoil, reason):
    source, labels, target, posteriors = data()
    with pytest.raises(AdaptationError, match="expected .*found") as error:
        fit(name, source, labels, *spoil(target, posteriors))
    assert error.value.reason == reason


def _with(values, row, value):
    values = values.copy()
    values[row] = value
    return values


@NAMES
def test_invalid_row_raises_in_prediction_too(name):
    source, labels, target, posteriors = data()
    fitted = fit(name, source, labels, target, posteriors)
    with pytest.raises(AdaptationError, match="1 of 60 .* first in row 7"):
        fitted.predict(_with(target, 7, np.nan), posteriors)


@NAMES
def test_class_absent_from_the_source_raises(name):
    source, labels, target, posteriors = data()
    kept = labels != 1
    with pytest.raises(AdaptationError, match="found none of class 1") as e:
        fit(name, source[kept], labels[kept], target, posteriors)
    assert e.value.reason == "absent class"


@NAMES
def test_unknown_classes_and_different_lengths_raise(name):
    source, labels, _, _ = data()
    adaptation = build(name, **SMALL.get(name, {}))
    with pytest.raises(ValueError, match=r"from 0 to 1, found \[2\]"):
        adaptation.summarise(source, labels, 2)
    with pytest.raises(ValueError, match="60 vectors, 59 labels"):
        adaptation.summarise(source, labels[1:], N_CLASSES)


@NAMES
def test_posteriors_of_zero_and_one_give_finite_values(name):
    source, labels, target, _ = data()
    certain = np.eye(N_CLASSES)[labels]
    adapted = fit(name, source, labels, target, certain).predict(
        target, certain
    )
    assert np.isfinite(adapted).all()


def test_unknown_name_and_constant_raise():
    with pytest.raises(ValueError, match="one of em_gaussians, .* got 'shot'"):
        build("shot")
    with pytest.raises(ValueError, match="shares, max_rounds, got rounds"):
        build("equal_mass", rounds=3)


def test_wrong_shapes_raise():
    with pytest.raises(ValueError, match=r"\(utterances, dim\), found \(3,\)"):
        check_vectors("target", np.zeros(3))
    of_source = {"shape": np.array([1, 2])}
    with pytest.raises(ValueError, match=r"\(3, 2\).* found \(2, 2\)"):
        check_target(np.zeros((3, 1)), np.ones((2, 2)), of_source)
    with pytest.raises(ValueError, match=r"\(3, 2\).* found \(3, 4\)"):
        check_target(np.zeros((3, 1)), np.ones((3, 4)), of_source)
    with pytest.raises(ValueError, match="of 1 dimensions.* found 5"):
        check_target(np.zeros((3, 5)), np.ones((3, 2)), of_source)
    with pytest.raises(ValueError, match="at least 0, found negative"):
        check_target(np.zeros((1, 1)), [[2.0, -1.0]], of_source)


def test_logs_far_from_zero_are_normalised():
    found = normalise_rows(np.array([[-1e5, -1e5], [0.0, -1e5]]))
    np.testing.assert_array_equal(found, [[0.5, 0.5], [1.0, 0.0]])
    assert log_floored(np.zeros(1)) == pytest.approx(-27.631, abs=1e-3)


def test_constant_out_of_range_raises():
    with pytest.raises(ValueError, match="weight above 0, found -1"):
        require(False, "weight above 0", -1)


def test_fitted_checks_its_input():
    fitted = Fitted(
        build("equal_mass"),
        {"log_factors": np.zeros(2), "shape": np.array([1, 2])},
    )
    assert fitted.predict([[0.0]], [[1.0, 3.0]]) == pytest.approx(
        np.array([[0.25, 0.75]])
    )
