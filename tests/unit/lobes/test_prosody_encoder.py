import pytest
import torch

from speechbrain_clser.lobes.prosody_encoder import READINGS, ProsodyEncoder

LENS = torch.tensor([1.0, 0.5])


def lobe_of(reading):
    return ProsodyEncoder(2, 3, dim=8, reading=reading).eval()


@pytest.fixture
def frames():
    """Return frames of two contours and three constant measures."""
    measures = torch.randn(2, 1, 3).expand(-1, 6, -1)
    return torch.cat([torch.randn(2, 6, 2), measures], dim=-1)


@pytest.mark.parametrize("reading", READINGS)
def test_output_does_not_depend_on_padding(reading, frames):
    lobe = lobe_of(reading)
    loud = frames.clone()
    loud[1, 3:] = 99.0
    cut = lobe(frames[1:, :3], torch.ones(1))
    padded = lobe(loud, LENS)[1:]
    torch.testing.assert_close(padded[:, : cut.shape[1]], cut)
    assert not padded[:, cut.shape[1] :].any()


@pytest.mark.parametrize(
    ("reading", "uses_contours", "uses_measures"),
    [
        ("both", True, True),
        ("contours", True, False),
        ("measures", False, True),
        ("token", False, True),
    ],
)
def test_reading_selects_contours_and_measures(
    reading, uses_contours, uses_measures, frames
):
    lobe, before = lobe_of(reading), frames.requires_grad_()
    (lobe(before, LENS)[0] * torch.randn(8)).sum().backward()
    gradient = before.grad[0].abs().sum(dim=0)
    assert bool(gradient[:2].all()) == bool(gradient[:2].any()) == uses_contours
    assert bool(gradient[2:].all()) == bool(gradient[2:].any()) == uses_measures


def test_measures_are_constant_frames_or_one_frame(frames):
    everywhere = lobe_of("measures")(frames, torch.ones(2))
    assert everywhere.shape == (2, 6, 8)
    assert everywhere.equal(everywhere[:, :1].expand(-1, 6, -1))
    assert lobe_of("token")(frames, torch.ones(2)).shape == (2, 1, 8)


@pytest.mark.parametrize("reading", READINGS)
def test_every_parameter_gets_a_gradient(reading, frames):
    lobe = lobe_of(reading)
    weights = torch.randn(8)
    (lobe(frames, LENS) * weights).sum().backward()
    assert all(p.grad is not None for p in lobe.parameters())


def test_unknown_reading_raises():
    with pytest.raises(ValueError, match="both, contours, measures, token"):
        lobe_of("melody")
