import pytest
import torch

from speechbrain_clser.features import size_limits
from speechbrain_clser.features.size_limits import limited


def layers(n):
    """Nested small modules."""
    return torch.nn.ModuleList(
        torch.nn.Sequential(torch.nn.Identity()) for _ in range(n)
    )


def test_modules_within_the_limit_are_built(monkeypatch):
    monkeypatch.setattr(size_limits, "MAX_MODULES", 20)
    with limited(0, "m.yaml"):
        layers(10)
    layers(100)  # and without a limit, any number


def test_too_many_modules_raise_early():
    with (
        pytest.raises(ValueError, match="^m.yaml: expected at most 20,000 mod"),
        limited(0, "m.yaml"),
    ):
        layers(10**9)


@pytest.mark.parametrize(
    "build",
    [
        lambda: torch.nn.Linear(20_000, 20_000),
        lambda: layers(1).register_buffer("b", torch.empty(2**40, device="meta")),
        lambda: [torch.nn.Linear(4096, 4096) for _ in range(10**9)],
    ],
    ids=["parameter", "buffer", "many"],
)  # fmt: skip
def test_too_large_parameters_raise_before_allocation(build):
    with (
        pytest.raises(ValueError, match="m.yaml: expected parameters of at m"),
        limited(2**20, "m.yaml"),
    ):
        build()


def test_parameter_that_is_set_again_counts_once():
    with limited(0, "m.yaml"):
        one = torch.nn.Linear(4096, 4096, device="meta")
        for _ in range(10):
            one.weight = torch.nn.Parameter(one.weight)


def test_inner_limit_applies():
    with limited(0, "m.yaml"), limited(2**40, "encoder"):
        torch.nn.Linear(100_000, 100_000, device="meta")
