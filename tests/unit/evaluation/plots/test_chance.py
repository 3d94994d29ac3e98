"""UAR compared with chance."""

import pytest

from speechbrain_clser.evaluation.plots import uar_against_chance


def test_seeds_mean_and_chance_have_their_positions(plain):
    part = plain["parts"]["test"]
    seeds, _, mean, chance = uar_against_chance(plain).axes[0].lines
    assert list(seeds.get_xdata()) == [
        100 * one["uar"] for one in part["per_seed"]
    ]
    assert mean.get_xdata()[0] == 100 * part["scores"]["uar"]["mean"]
    assert chance.get_xdata()[0] == pytest.approx(100 / 3)


def test_unknown_interval_is_omitted(plain):
    plain["parts"]["test"]["scores"]["uar"] |= {
        "low": None,
        "high": None,
    }
    assert len(uar_against_chance(plain).axes[0].lines) == 3
