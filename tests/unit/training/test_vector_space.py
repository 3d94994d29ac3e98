import types

import numpy as np
import pytest
from helpers import tiny
from helpers.rows import rows_of

from speechbrain_clser.errors import AdaptationError
from speechbrain_clser.training.target_adaptation import TargetAdaptation
from speechbrain_clser.training.vector_space import VectorSpace

TARGET = rows_of("c", "urd", 4)
POSTERIORS = {
    row.id: np.roll([0.7, 0.1, 0.1, 0.1], number % 2)
    for number, row in enumerate(TARGET)
}


def space_of(constants, train=tiny.TRAIN, name="equal_mass", bad=None):
    material = types.SimpleNamespace(
        parts=types.SimpleNamespace(train=train),
        protocol=types.SimpleNamespace(scheme=tiny.SCHEME),
    )
    rng = np.random.default_rng(0)
    vectors = {row.id: rng.normal(size=6) for row in (*train, *TARGET)}
    if bad:
        vectors[bad][0] = np.nan
    plan = TargetAdaptation(name, "auto", "statistics", constants)
    return VectorSpace(plan, material, vectors)


def test_given_constants_are_used_and_shares_hold():
    shares = (0.4, 0.3, 0.2, 0.1)
    space = space_of({"shares": shares})
    found = space.adapted([(TARGET, TARGET)], POSTERIORS)
    mean = np.mean(list(found.values()), axis=0)
    np.testing.assert_allclose(mean, shares, atol=1e-5)
    output = space.to_json()
    assert output["constants_from"] == "given" and output["candidates"] == []


def test_utterances_without_posteriors_are_left_out():
    some = {row.id: POSTERIORS[row.id] for row in TARGET[:24]}
    found = space_of({}).adapted([(TARGET, TARGET[20:])], some)
    assert list(found) == [row.id for row in TARGET[20:24]]


def test_refusal_of_the_choice_is_raised_where_it_is_used():
    space = space_of(None, tiny.TRAIN[:8], "em_gaussians")
    assert space.to_json()["constants"] is None
    with pytest.raises(AdaptationError, match="give the constants"):
        space.adapted([(TARGET, TARGET)], POSTERIORS)


def test_source_vector_that_is_not_finite_is_refused_by_reason():
    space = space_of(None, bad=tiny.TRAIN[3].id)
    assert space.refusal.reason == "not finite"
    assert "finite source vectors" in str(space.refusal)


def test_adaptation_without_choice_needs_no_folds():
    space = space_of(None, tiny.TRAIN[:8], "equal_mass")
    found = space.adapted([(TARGET, TARGET)], POSTERIORS)
    mean = np.mean(list(found.values()), axis=0)
    np.testing.assert_allclose(mean, 0.25, atol=1e-5)
    assert space.to_json()["constants_from"] == "default"
