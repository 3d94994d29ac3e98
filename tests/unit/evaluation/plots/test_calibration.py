"""Reliability diagram."""

import pytest

from speechbrain_clser.evaluation.plots import reliability


def test_bins_are_dots_in_percent_without_empty_bins(plain):
    plain["parts"]["test"]["calibration"] = [
        {"n": 0, "confidence": None, "accuracy": None},
        {"n": 4, "confidence": 0.5, "accuracy": 0.25},
        {"n": 2, "confidence": 0.9, "accuracy": 0.5},
    ]
    (dots,) = reliability(plain).axes[0].collections
    assert dots.get_offsets().tolist() == [[50, 25], [90, 50]]
    assert dots.get_sizes() == pytest.approx([152, 82])
