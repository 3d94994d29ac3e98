"""Plain values for a strict reader of JSON."""

import json

import numpy as np

from speechbrain_clser.evaluation.strict import strict


def test_nan_becomes_null_wherever_it_lies():
    lying = {"a": [float("nan"), (float("inf"), 1.5)], "b": {"c": np.nan}}
    assert json.dumps(strict(lying), allow_nan=False) == (
        '{"a": [null, [null, 1.5]], "b": {"c": null}}'
    )


def test_other_values_stay_as_they_are():
    plain = {"a": "nan", "b": None, "c": [True, 0]}
    assert strict(plain) == plain
