import pytest
import torch

from speechbrain_clser.lobes.pooling import MeanStdPooling

POOLING = MeanStdPooling(3)


def test_mean_and_deviation_by_hand():
    frames = torch.tensor([[[1.0, 5.0], [3.0, 5.0]]])
    expected = torch.tensor([[2.0, 5.0, 1.0, 0.001]])
    pooled = MeanStdPooling(2)(frames, torch.ones(1))
    torch.testing.assert_close(pooled, expected)
    mean = MeanStdPooling(2, with_std=False)
    assert mean(frames, torch.ones(1)).tolist() == [[2.0, 5.0]]
    assert mean.output_dim == 2


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


def test_output_dim_is_the_width():
    pooled = POOLING(torch.randn(2, 5, 3), torch.ones(2))
    assert pooled.shape == (2, POOLING.output_dim)
