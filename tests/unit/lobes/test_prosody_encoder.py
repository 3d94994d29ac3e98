import pytest
import torch

from speechbrain_clser.lobes.prosody_encoder import READINGS, ProsodyEncoder

LENS = torch.tensor([1.0, 0.5])


def lobe_of(reading):
    return ProsodyEncoder(2, 3, dim=8, reading=reading).eval()


@pytest.fixture
def frames():
    """Two contours, three measures that stay the same."""
    measures = torch.randn(2, 1, 3).expand(-1, 6, -1)
    return torch.cat([torch.randn(2, 6, 2), measures], dim=-1)


@pytest.mark.parametrize("reading", READINGS)
def test_padded_equals_cut(reading, frames):
    lobe = lobe_of(reading)
    loud = frames.clone()
    loud[1, 3:] = 99.0
    cut = lobe(frames[1:, :3], torch.ones(1))
    padded = lobe(loud, LENS)[1:]
    torch.testing.assert_close(padded[:, : cut.shape[1]], cut)
    assert not padded[:, cut.shape[1] :].any()


@pytest.mark.parametrize(
    ("reading", "hears_contours", "hears_measures"),
    [
        ("both", True, True),
        ("contours", True, False),
        ("measures", False, True),
        ("token", False, True),
    ],
)
def test_reading_says_what_is_heard(
    reading, hears_contours, hears_measures, frames
):
    lobe, before = lobe_of(reading), frames.requires_grad_()
    (lobe(before, LENS)[0] * torch.randn(8)).sum().backward()
    training_rows = before.grad[0].abs().sum(dim=0)
    assert (
        bool(training_rows[:2].all())
        == bool(training_rows[:2].any())
        == hears_contours
    )
    assert (
        bool(training_rows[2:].all())
        == bool(training_rows[2:].any())
        == hears_measures
    )


def test_measures_say_the_same_in_every_frame_or_once(frames):
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


def test_unknown_reading_is_refused():
    with pytest.raises(ValueError, match="both, contours, measures, token"):
        lobe_of("melody")
