"""Conversion to strict JSON."""

import json

import numpy as np

from speechbrain_clser.evaluation.json_safe import compact_counts, to_json_safe


def test_nan_becomes_null_at_any_depth():
    lying = {"a": [float("nan"), (float("inf"), 1.5)], "b": {"c": np.nan}}
    assert json.dumps(to_json_safe(lying), allow_nan=False) == (
        '{"a": [null, [null, 1.5]], "b": {"c": null}}'
    )


def test_other_values_are_unchanged():
    plain = {"a": "nan", "b": None, "c": [True, 0]}
    assert to_json_safe(plain) == plain


def test_integer_lists_are_put_on_one_line():
    output = {
        "note": '"a": [1, 2]',
        "trials": [[0, 1], [2, 34]],
        "shares": [0.5, 1],
        "none": [],
        "deep": [{"n": [7]}],
    }
    text = compact_counts(json.dumps(output, indent=1))
    assert json.loads(text) == output
    assert ' "trials": [[0,1],[2,34]],\n' in text
    assert '"shares": [\n' in text
