import pytest
import torch

from speechbrain_clser.lobes.pooling import AttentivePooling, MeanStdPooling

ALL = pytest.mark.parametrize(
    "pooling", [MeanStdPooling(3), AttentivePooling(3)]
)


def test_mean_and_deviation_by_hand():
    frames = torch.tensor([[[1.0, 5.0], [3.0, 5.0]]])
    expected = torch.tensor([[2.0, 5.0, 1.0, 0.001]])
    pooled = MeanStdPooling(2)(frames, torch.ones(1))
    torch.testing.assert_close(pooled, expected)


def test_attention_without_preference_is_plain_mean_and_deviation():
    pooling = AttentivePooling(3)
    torch.nn.init.zeros_(pooling.score[2].weight)
    frames, lens = torch.randn(2, 8, 3), torch.tensor([1.0, 0.5])
    torch.testing.assert_close(
        pooling(frames, lens), MeanStdPooling(3)(frames, lens)
    )


def test_attention_follows_the_frame_that_scores_high():
    pooling = AttentivePooling(1, attention_dim=1)
    with torch.no_grad():
        pooling.score[0].weight.fill_(1.0)
        pooling.score[0].bias.fill_(0.0)
        pooling.score[2].weight.fill_(50.0)
    pooled = pooling(torch.tensor([[[-5.0], [5.0]]]), torch.ones(1))
    torch.testing.assert_close(pooled, torch.tensor([[5.0, 0.001]]))


@ALL
def test_padding_however_loud_changes_nothing(pooling):
    frames = torch.randn(2, 4, 3)
    loud = torch.cat([frames, torch.full((2, 2, 3), 99.0)], dim=1)
    alone = pooling(frames, torch.ones(2))
    torch.testing.assert_close(pooling(loud, torch.full((2,), 4 / 6)), alone)


@ALL
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.half, torch.double])
def test_other_precisions_agree(pooling, dtype):
    frames, lens = torch.randn(2, 6, 3), torch.tensor([1.0, 0.5])
    expected = pooling(frames, lens)
    found = pooling.to(dtype)(frames.to(dtype), lens)
    pooling.float()
    assert found.dtype == dtype
    torch.testing.assert_close(found.float(), expected, atol=0.05, rtol=0.05)


@ALL
def test_frames_that_never_vary_have_a_finite_gradient(pooling):
    frames = torch.ones(2, 5, 3, requires_grad=True)
    pooling(frames, torch.ones(2)).sum().backward()
    assert frames.grad.isfinite().all()


@ALL
def test_width_is_as_announced(pooling):
    pooled = pooling(torch.randn(2, 5, 3), torch.ones(2))
    assert pooled.shape == (2, pooling.output_dim)
