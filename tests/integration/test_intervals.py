"""Test the coverage of intervals with the simulation of the benchmark."""

import numpy as np
import pytest
from interval_coverage import (
    RECALLS,
    Design,
    balanced,
    one_emotion,
    ours,
    percentile,
    populations,
    share_outside,
)

N_SETS = 600
TRUTH = float(np.mean(RECALLS))
DESIGNS = {
    "4 speakers": Design((balanced(4),)),
    "6 speakers": Design((balanced(6),)),
    "29 speakers, 26 with one emotion": Design((one_emotion(),)),
    "6 speakers, 3 trials": Design((balanced(6),), n_trials=3),
}


# For 600 intervals at 95 %, three standard deviations are 2.7 points.
@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
def test_intervals_have_nominal_coverage(design):
    rng = np.random.default_rng(0)
    sets = populations(design, rng, N_SETS)
    assert share_outside(ours(sets), TRUTH) == pytest.approx(0.05, abs=0.027)


@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
def test_difference_intervals_have_nominal_coverage(design):
    rng = np.random.default_rng(0)
    sets = populations(design, rng, N_SETS, n_systems=2)
    assert share_outside(ours(sets), 0.0) == pytest.approx(0.05, abs=0.027)


def test_percentile_intervals_of_few_speakers_would_fail():
    rng = np.random.default_rng(0)
    one = populations(DESIGNS["6 speakers"], rng, N_SETS)
    two = populations(DESIGNS["6 speakers"], rng, N_SETS, n_systems=2)
    assert share_outside(percentile(one, rng), TRUTH) > 0.1
    assert share_outside(percentile(two, rng), 0.0) > 0.1


def test_population_has_the_recalls_it_is_given():
    rng = np.random.default_rng(0)
    (sets,) = populations(DESIGNS["6 speakers, 3 trials"], rng, 2000)
    counts = sets.sum(axis=(0, 1, 2, 3))
    recalls = np.diagonal(counts) / counts.sum(axis=1)
    np.testing.assert_allclose(recalls, RECALLS, atol=0.02)
