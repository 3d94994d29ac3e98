import pytest
import torch

from speechbrain_clser.features.functionals import (
    OF_ACTIVE,
    OF_VOICED,
    summarise,
)


def mask(text):
    """One utterance: ``x`` is True."""
    return torch.tensor([[letter == "x" for letter in text]])


def summary(values, voiced, active=None, real=None, **others):
    """Summarise descriptors with these values, except the others."""
    everywhere = "x" * len(values)
    frames = dict.fromkeys(OF_VOICED + OF_ACTIVE, values) | others
    columns = summarise(
        {name: torch.tensor([row]).float() for name, row in frames.items()},
        torch.tensor([values])[..., None].float(),
        mask(voiced),
        mask(active or everywhere),
        mask(real or everywhere),
        50,
    )
    assert {value.shape for value in columns.values()} == {(1,)}
    return {name: value.item() for name, value in columns.items()}


def test_voiced_and_active_frames_have_separate_statistics():
    found = summary([2.0, 4.0, 9.0, 7.0], "xx..", "xxx.")
    assert found["alpha_mean"] == 3.0
    assert found["alpha_std"] == 1.0
    assert found["alpha_active_mean"] == 5.0
    assert found["alpha_active_std"] == pytest.approx((26 / 3) ** 0.5)
    assert found["cepstrum_1_std"] == found["alpha_active_std"]


def test_each_column_describes_the_descriptor_it_is_named_after():
    others = {
        name: [float(i)] * 2
        for i, name in enumerate(dict.fromkeys(OF_VOICED + OF_ACTIVE))
    }
    found = summary([0.0, 0.0], "xx", **others)
    for name in OF_VOICED:
        assert found[f"{name}_mean"] == others[name][0]
    for name in OF_ACTIVE:
        assert found[f"{name}_active_mean"] == others[name][0]
    assert found["level_q50"] == others["level"][0]


def test_quantiles_use_voiced_pitch_and_active_level():
    found = summary(
        [0.0, 10.0, 20.0, 99.0], "xxx.", level=[-30.0, 0.0, -10.0, -20.0]
    )
    quantiles = [found[f"pitch_q{q}"] for q in (20, 50, 80)]
    assert quantiles == pytest.approx([4.0, 10.0, 16.0])
    assert found["level_q50"] == pytest.approx(-15.0)


def test_motion_uses_voiced_neighbours_and_limits_jumps():
    found = summary([0.0, 1.0, 50.0, 50.0, 62.0], "xx.xx")
    assert found["pitch_motion"] == pytest.approx((1.0 + 6.0) / 2)


def test_shares_rate_and_length_by_hand():
    found = summary([0.0] * 8, ".xx.xx..", "xxxxxx..", "xxxxxxx.")
    assert found["voiced_share"] == pytest.approx(4 / 6)
    assert found["active_share"] == pytest.approx(6 / 7)
    assert found["voiced_rate"] == pytest.approx(50 * 2 / 6)
    assert found["voiced_length"] == pytest.approx(4 / 3)


def test_whispered_speech_uses_active_frames():
    found = summary([1.0, 3.0, 8.0], "x..", "xx.")
    assert found["alpha_mean"] == 2.0
    assert found["voiced_share"] == 0.5
