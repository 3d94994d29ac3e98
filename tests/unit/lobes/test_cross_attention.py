import pytest
import torch

from speechbrain_clser.lobes.cross_attention import CrossAttention

ALL = torch.ones(3)
LENS = torch.tensor([1.0, 0.5, 0.75])


@pytest.fixture(params=[False, True], ids=["own weights", "shared weights"])
def lobe(request):
    lobe = CrossAttention(
        dim=8,
        n_layers=2,
        n_heads=2,
        feedforward_dim=16,
        shared_weights=request.param,
    )
    return lobe.eval()


@pytest.fixture
def streams():
    """Return two streams of 8 and 4 frames."""
    return torch.randn(3, 8, 8), torch.randn(3, 4, 8)


def test_batch_order_permutes_the_output_only(lobe, streams):
    order = [2, 0, 1]
    expected = lobe(*streams, LENS, LENS)
    found = lobe(*(s[order] for s in streams), LENS[order], LENS[order])
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other[order])


def test_output_does_not_depend_on_other_utterances(lobe, streams):
    first, second = streams
    expected = lobe(first[:1], second[:1], LENS[:1], LENS[:1])
    found = lobe(first, second, LENS, LENS)
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one[:1], other)


def test_output_does_not_depend_on_padding(lobe, streams):
    first, second = (stream.clone() for stream in streams)
    expected = lobe(first[1:2, :4], second[1:2, :2], ALL[:1], ALL[:1])
    first[1, 4:], second[1, 2:] = 99.0, -99.0
    found = lobe(first, second, LENS, LENS)
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one[1:2, : other.shape[1]], other)
        assert not one[1, other.shape[1] :].any()


def test_frames_attend_over_time(lobe, streams):
    first, second = streams
    other = second.clone()
    other[0, 3] = torch.randn(8)
    change = lobe(first, other, ALL, ALL)[0] - lobe(first, second, ALL, ALL)[0]
    assert change[0].abs().amax(dim=-1).min() > 0
    assert not change[1:].any()


def test_both_directions_attend_to_the_input_of_the_layer():
    lobe = CrossAttention(8, n_layers=1, n_heads=2, shared_weights=True).eval()
    first, second = torch.randn(2, 3, 4, 8)
    there = lobe(first, second, ALL, LENS)
    back = lobe(second, first, LENS, ALL)
    for one, other in zip(there, reversed(back), strict=True):
        torch.testing.assert_close(one, other)


def test_directions_have_separate_weights_unless_shared():
    def count(is_shared):
        lobe = CrossAttention(8, n_heads=2, shared_weights=is_shared)
        return sum(p.numel() for p in lobe.parameters())

    assert count(False) == 2 * count(True)


def test_every_parameter_gets_a_gradient(lobe, streams):
    first, second = lobe(*streams, LENS, LENS)
    (first.square().sum() + second.square().sum()).backward()
    names = [name for name, _ in lobe.named_parameters()]
    assert any("feedforward" in name for name in names)
    for name, parameter in lobe.named_parameters():
        assert parameter.grad.isfinite().all(), name
        assert parameter.grad.any(), name


def test_attention_rows_sum_to_one_over_real_frames(lobe, streams):
    weights = lobe.attentions(*streams, LENS, LENS)
    assert len(weights) == 2
    for to_second, to_first in weights:
        assert (to_second.shape, to_first.shape) == ((3, 8, 4), (3, 4, 8))
        torch.testing.assert_close(to_second.sum(dim=-1), torch.ones(3, 8))
        assert not to_second[1, :, 2:].any()
        assert not to_first[1, :, 4:].any()


def test_stream_may_have_one_frame(lobe, streams):
    first, second = lobe(streams[0], torch.randn(3, 1, 8), LENS, ALL)
    assert (first.shape, second.shape) == ((3, 8, 8), (3, 1, 8))
    assert first.isfinite().all()


def test_eval_mode_is_deterministic(lobe, streams):
    for one, other in zip(
        lobe(*streams, LENS, LENS), lobe(*streams, LENS, LENS), strict=True
    ):
        assert one.equal(other)
