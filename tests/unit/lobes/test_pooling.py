import pytest
import torch

from speechbrain_clser.lobes.pooling import MeanStdPooling

POOLING = MeanStdPooling(3)


def test_mean_and_deviation_by_hand():
    frames = torch.tensor([[[1.0, 5.0], [3.0, 5.0]]])
    expected = torch.tensor([[2.0, 5.0, 1.0, 0.001]])
    pooled = MeanStdPooling(2)(frames, torch.ones(1))
    torch.testing.assert_close(pooled, expected)


def test_output_does_not_depend_on_padding():
    frames = torch.randn(2, 4, 3)
    loud = torch.cat([frames, torch.full((2, 2, 3), 99.0)], dim=1)
    alone = POOLING(frames, torch.ones(2))
    torch.testing.assert_close(POOLING(loud, torch.full((2,), 4 / 6)), alone)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.half, torch.double])
def test_other_precisions_agree(dtype):
    frames, lens = torch.randn(2, 6, 3), torch.tensor([1.0, 0.5])
    expected = POOLING(frames, lens)
    found = MeanStdPooling(3).to(dtype)(frames.to(dtype), lens)
    assert found.dtype == dtype
    torch.testing.assert_close(found.float(), expected, atol=0.05, rtol=0.05)


def test_constant_frames_have_a_finite_gradient():
    frames = torch.ones(2, 5, 3, requires_grad=True)
    POOLING(frames, torch.ones(2)).sum().backward()
    assert frames.grad.isfinite().all()


@pytest.mark.parametrize("with_std", [True, False])
def test_output_dim_is_the_width(with_std):
    pooling = MeanStdPooling(3, with_std)
    frames, lens = torch.randn(2, 5, 3), torch.ones(2)
    assert pooling(frames, lens).shape == (2, pooling.output_dim)
    torch.testing.assert_close(pooling(frames, lens)[:, :3], frames.mean(dim=1))
