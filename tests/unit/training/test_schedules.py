import pytest

from speechbrain_clser.training.schedules import warmup_cosine


def test_rate_never_leaves_its_range_and_peaks_after_the_warm_up():
    values = [warmup_cosine(step / 100) for step in range(101)]
    assert min(values) >= 0 and max(values) == 1
    assert values.index(1) == 10


def test_rate_has_no_jump():
    values = [warmup_cosine(step / 1000) for step in range(1001)]
    jumps = [abs(b - a) for a, b in zip(values, values[1:], strict=False)]
    assert max(jumps) < 0.011


def test_no_warm_up_starts_at_the_top():
    assert warmup_cosine(0.0, warmup=0.0) == pytest.approx(1.0)
