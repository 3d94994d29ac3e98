import pytest
import torch

from speechbrain_clser.features.loaded import check

WHOLE = {"missing_keys": set(), "mismatched_keys": set()}


@pytest.mark.parametrize(
    "changes, match",
    [
        ({"missing_keys": {"0.bias", "x"}}, "1 are missing: 0.bias. Download"),
        ({"mismatched_keys": {("0.bias", (3,), (2,))}},
         r"1 have other shapes: 0.bias \(\[3\] in place of \[2\]\)"),
        ({"missing_keys": {"0.bias", "0.weight", "1.bias", "1.weight"}},
         "4 are missing: 0.weight, 0.bias, 1.weight, "),
    ],
)  # fmt: skip
def test_missing_weights_are_listed(changes, match):
    model = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 2))
    check(model, WHOLE, "model")
    with pytest.raises(ValueError, match=f"4 weights of the model; {match}"):
        check(model, {**WHOLE, **changes}, "model")


@pytest.mark.parametrize("value", [float("nan"), float("-inf")])
def test_non_finite_weights_are_listed(value):
    model = torch.nn.Linear(2, 2)
    with torch.no_grad():
        model.bias[1] = value
    with pytest.raises(ValueError, match="1 have NaN or infinity: bias"):
        check(model, WHOLE, "model")
