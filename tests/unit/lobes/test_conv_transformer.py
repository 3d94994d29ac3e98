import pytest
import torch

from speechbrain_clser.lobes.conv_transformer import ConvBlock, ConvTransformer


@pytest.fixture
def lobe():
    return ConvTransformer(input_dim=6, dim=8, n_heads=2).eval()


def test_output_does_not_depend_on_padding(lobe):
    frames = torch.randn(2, 7, 6)
    loud = torch.cat([frames, torch.full((2, 5, 6), 99.0)], dim=1)
    alone = lobe(frames, torch.ones(2))
    padded = lobe(loud, torch.full((2,), 7 / 12))
    torch.testing.assert_close(padded[:, :7], alone, atol=1e-5, rtol=1e-5)
    assert not padded[:, 7:].any()


def test_order_of_the_batch_does_not_matter(lobe):
    frames, lens = torch.randn(3, 7, 6), torch.tensor([1.0, 0.3, 0.6])
    order = torch.tensor([2, 0, 1])
    torch.testing.assert_close(
        lobe(frames[order], lens[order]), lobe(frames, lens)[order]
    )


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.half, torch.double])
def test_other_precisions_agree(lobe, dtype):
    frames, lens = torch.randn(2, 7, 6), torch.tensor([1.0, 0.5])
    expected = lobe(frames, lens)
    found = lobe.to(dtype)(frames.to(dtype), lens)
    assert found.dtype == dtype
    torch.testing.assert_close(found.float(), expected, atol=0.1, rtol=0.1)


def test_eval_mode_is_deterministic(lobe):
    frames, lens = torch.randn(2, 7, 6), torch.tensor([1.0, 0.5])
    assert lobe(frames, lens).equal(lobe(frames, lens))


def test_with_and_without_gradients_agree(lobe):
    frames, lens = torch.randn(2, 7, 6), torch.tensor([1.0, 0.5])
    with torch.no_grad():
        served = lobe(frames, lens)
    torch.testing.assert_close(served, lobe(frames, lens), atol=1e-5, rtol=1e-5)


def test_every_parameter_gets_a_gradient():
    lobe = ConvTransformer(input_dim=6, dim=8, n_conv=2, n_attention=2)
    frames = lobe(torch.randn(4, 9, 6), torch.ones(4))
    (frames * torch.randn_like(frames)).sum().backward()
    for name, parameter in lobe.named_parameters():
        assert parameter.grad is not None and parameter.grad.any(), name


def test_receptive_field_is_the_kernel():
    block = ConvBlock(4, kernel_frames=3, dropout=0.0)
    frames, real = torch.randn(1, 9, 4), torch.ones(1, 9).bool()
    moved = frames.clone()
    moved[0, 4] += torch.randn(4)
    changed = (block(moved, real) != block(frames, real)).any(dim=-1)[0]
    assert changed.tolist() == [False] * 3 + [True] * 3 + [False] * 3


def test_output_dim_is_the_width(lobe):
    frames = lobe(torch.randn(2, 7, 6), torch.ones(2))
    assert frames.shape == (2, 7, lobe.output_dim)


def test_layers_are_averaged_first():
    lobe = ConvTransformer(input_dim=12, dim=8, n_layers=3).eval()
    frames, lens = torch.randn(2, 7, 12), torch.ones(2)
    mixed = lobe.mix(frames, lens)
    assert mixed.shape == (2, 7, 4)
    alone = ConvTransformer(input_dim=4, dim=8).eval()
    alone.load_state_dict(
        {k: v for k, v in lobe.state_dict().items() if k != "mix.logits"}
    )
    torch.testing.assert_close(lobe(frames, lens), alone(mixed, lens))
