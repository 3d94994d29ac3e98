import math

import pytest
import torch
from helpers import encoders, toy
from hyperpyyaml import load_hyperpyyaml

from speechbrain_clser.methods.dual_attention import (
    DualAttention,
    _CoAttention,
)


def build(**overrides):
    torch.manual_seed(0)
    text = (toy.RECIPE / "hparams/dual_attention.yaml").read_text("utf-8")
    return load_hyperpyyaml(text, {"dim": 8, **overrides})


def test_co_attention_by_hand():
    lobe = _CoAttention(1)
    torch.nn.init.constant_(lobe.affinity.weight, 2.0)
    first = torch.tensor([[[1.0], [0.0], [99.0]]])
    second = torch.tensor([[[0.5], [-0.5]]])
    found = lobe(first, second, torch.tensor([2 / 3]), torch.ones(1))
    # Affinity of the first row tanh(1), tanh(-1); of the second 0.
    share = 1 / (1 + math.exp(-2 * math.tanh(1)))
    expected = [share / 2 - (1 - share) / 2, 0.0]
    assert found[0][0, :2, 0].tolist() == pytest.approx(expected)
    # The columns: tanh(1), 0 and tanh(-1), 0; the third frame is padding.
    of_first = [1 / (1 + math.exp(-math.tanh(x))) for x in (1, -1)]
    assert found[1][0, :, 0].tolist() == pytest.approx(of_first)


@pytest.mark.parametrize("name", ["graph_attention", "co_attention"])
def test_each_attention_can_be_left_out(name):
    hparams = build(**{name: False})
    frames = torch.randn(2, 12, hparams["extractor"].dim)
    batch = {"frames": (frames, torch.tensor([1.0, 0.5]))}
    method, full = hparams["method"].eval(), build()["method"].eval()
    missing = full.load_state_dict({**full.state_dict(), **method.state_dict()})
    assert not missing.missing_keys
    assert not method(batch).logits.allclose(full(batch).logits)
    assert len(list(method.parameters())) < len(list(full.parameters()))


def test_streams_inform_each_other_by_co_attention_only():
    for co_attention, is_equal in ((True, False), (False, True)):
        hparams = build(co_attention=co_attention)
        method = hparams["method"].eval()
        seen = []
        method.encoders[0].register_forward_hook(
            lambda module, args, output, to=seen: to.append(output)
        )
        frames = torch.randn(1, 12, hparams["extractor"].dim)
        changed = frames.clone()
        changed[..., slice(*hparams["extractor"].places["mfcc"])] += 1
        for values in (frames, changed):
            method({"frames": (values, torch.ones(1))})
        assert torch.equal(*seen) == is_equal


def test_another_number_of_streams_is_refused():
    with pytest.raises(ValueError, match="two streams, found 1"):
        DualAttention([None], [], None, n_classes=2)


def test_text_is_a_second_stream_that_may_be_missing(tmp_path):
    hparams = build(
        second_stream="text",
        text_encoder=encoders.make_text(tmp_path),
        text_dropout=1.0,
        **{"dropout": 0.0, "input_dropout": 0.0},
    )
    method, extractor = hparams["method"].eval(), hparams["extractor"]
    assert method.INPUTS == {"frames", "text"}
    frames = torch.randn(2, 12, extractor.dim), torch.tensor([1.0, 0.5])
    tokens = extractor.text.embed(["", "heute gut"])

    def logits(batch):
        return method({"frames": frames, **batch}).logits

    some, none = logits({"text": tokens}), logits({})
    torch.testing.assert_close(some[0], none[0], atol=1e-5, rtol=0)
    assert (some[1] - none[1]).abs().max() > 1e-3
    # In training, all transcripts are left out.
    method.train()
    dropped = logits({"text": tokens})
    torch.testing.assert_close(dropped, none, atol=1e-5, rtol=0)
    assert extractor.places["text"] == (0, 16)
    assert extractor.dim == hparams["encoder_extractor"].dim
