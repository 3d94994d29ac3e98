import pytest
import torch

from speechbrain_clser.lobes.conv_transformer import ConvTransformer
from speechbrain_clser.lobes.stream import Stream
from speechbrain_clser.lobes.stream_fusion import StreamFusion

PLACES = {"prosody": (0, 2), "mfcc": (2, 4), "encoder": (4, 7)}
ALL = ["prosody", "mfcc", "encoder"]
LENS = torch.tensor([1.0, 0.5, 0.75])


class Once(torch.nn.Linear):
    """Returns one frame per utterance."""

    output_dim = 8

    def __init__(self):
        super().__init__(2, 8)

    def forward(self, frames, lens):
        return super().forward(frames[:, :1])


def fusion_of(order=ALL, with_token=False, **values):
    torch.manual_seed(3)
    streams = {
        name: Stream(
            PLACES,
            name,
            Once()
            if with_token and name == "prosody"
            else ConvTransformer(
                stop - start, 8, n_conv=1, n_attention=0, n_heads=2
            ),
            n_averaged=2,
        )
        for name, (start, stop) in PLACES.items()
    }
    values = {"n_layers": 1, "n_heads": 2, "feedforward_dim": 16, **values}
    return StreamFusion(streams, order, **values).eval()


@pytest.fixture
def frames():
    return torch.randn(3, 8, 7)


CASES = {
    "two stages": {},
    "one stage": {"n_stages": 1},
    "concatenation": {"n_stages": 0},
    "other order": {"order": ["encoder", "mfcc", "prosody"]},
    "a pair": {"order": ["mfcc", "encoder"]},
    "alone": {"order": ["mfcc"]},
    "shared weights": {"shared_weights": True},
    "token": {"with_token": True},
    "token, one stage": {"with_token": True, "n_stages": 1},
    "token, last": {"with_token": True, "order": ["mfcc", "prosody"]},
}
every_reading = pytest.mark.parametrize("values", CASES.values(), ids=CASES)


@every_reading
def test_batch_order_permutes_the_output_only(values, frames):
    fusion, order = fusion_of(**values), [2, 0, 1]
    expected, lens = fusion(frames, LENS)
    found, permuted = fusion(frames[order], LENS[order])
    torch.testing.assert_close(found, expected[order])
    assert permuted.equal(lens[order])


@every_reading
def test_output_does_not_depend_on_padding(values, frames):
    fusion = fusion_of(**values)
    expected, _ = fusion(frames[1:2, :4], torch.ones(1))
    frames[1, 4:] = 99.0
    found, lens = fusion(frames, LENS)
    assert lens[1] * found.shape[1] == expected.shape[1] == 2
    torch.testing.assert_close(found[1:2, :2], expected)


@every_reading
def test_every_parameter_gets_a_gradient(values, frames):
    fusion = fusion_of(**values)
    fused, _ = fusion(frames, LENS)
    assert fused.shape == (3, 4, fusion.output_dim)
    (fused * torch.randn(fusion.output_dim)).sum().backward()
    for name, parameter in fusion.named_parameters():
        assert parameter.grad is not None, name


def changed_by(fusion, frames, name):
    """Return whether a change of a stream changes the output."""
    other = frames.clone()
    other[..., slice(*PLACES[name])] += 1 + torch.randn(8, 1)
    return not fusion(frames, LENS)[0].allclose(fusion(other, LENS)[0])


@pytest.mark.parametrize("order", [ALL, ["mfcc"], ["encoder", "prosody"]])
def test_output_depends_on_the_fused_streams_only(order, frames):
    fusion = fusion_of(order)
    used = {name for name in PLACES if changed_by(fusion, frames, name)}
    assert used == set(order)


def test_stages_are_counted_from_the_last():
    stages = [
        [stage is not None for stage in fusion_of(n_stages=n).stages]
        for n in range(3)
    ]
    assert stages == [[False, False], [False, True], [True, True]]


def test_attentions_of_both_stages_sum_to_one_and_are_named(frames):
    first, second = fusion_of().attentions(frames, LENS)
    assert first["names"] == ["prosody", "mfcc"]
    assert second["names"] == ["prosody+mfcc", "encoder"]
    for stage in (first, second):
        for side in ("to_second", "to_first"):
            assert stage[side].shape == (3, 4, 4)
            sums = stage[side].sum(dim=-1)
            torch.testing.assert_close(sums, torch.ones(3, 4))
            assert not stage[side][1, :, 2:].any()
        assert stage["n_first"].tolist() == [4, 2, 3]


def test_token_attends_to_all_frames_and_back(frames):
    stage, _ = fusion_of(with_token=True).attentions(frames, LENS)
    assert stage["to_second"].shape == (3, 1, 4)
    assert stage["to_first"].shape == (3, 4, 1)
    assert stage["n_first"].tolist() == [1, 1, 1]


@pytest.mark.parametrize("order", [["mfcc", "mfcc"], ["mfcc", "video"]])
def test_unknown_or_repeated_stream_raises(order):
    with pytest.raises(
        ValueError, match="streams among prosody, mfcc, encoder"
    ):
        fusion_of(order)
