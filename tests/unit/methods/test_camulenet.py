import math

import pytest
import torch
from helpers import toy
from hyperpyyaml import load_hyperpyyaml

from speechbrain_clser.methods.base import MethodOutput
from speechbrain_clser.methods.camulenet import Camulenet


def build(**overrides):
    text = (toy.RECIPE / "hparams/camulenet.yaml").read_text("utf-8")
    return load_hyperpyyaml(text, {"dim": 8, "embedding_dim": 8, **overrides})


@pytest.fixture
def method():
    torch.manual_seed(0)
    return build()["method"]


def losses(method, emotion, gender):
    """Compute the losses of embeddings of 1 with known gender logits."""
    with torch.no_grad():
        method.gender_head.weight.zero_()
        method.gender_head.bias.copy_(torch.tensor([math.log(3), 0.0]))
    output = MethodOutput(torch.zeros(len(emotion), 4), torch.ones(3, 8))
    batch = {"emotion": torch.tensor(emotion), "gender": torch.tensor(gender)}
    return method.losses(output, batch)


def test_gender_loss_by_hand(method):
    # Probabilities 3/4 of female, 1/4 of male; the last is unknown.
    found = losses(method, [0, 1, 2], [0, 1, -1])["gender"]
    assert found.item() == pytest.approx((math.log(4 / 3) + math.log(4)) / 2)


def test_gender_of_utterances_without_emotion_is_not_used(method):
    found = losses(method, [0, -1, -1], [0, 1, 1])["gender"]
    assert found.item() == pytest.approx(math.log(4 / 3))


def test_batch_of_unknown_genders_has_zero_loss(method):
    assert losses(method, [0, 1, 2], [-1, -1, -1])["gender"].item() == 0


def test_co_attention_weighs_encoder_frames_by_the_other_streams():
    frames = torch.randn(1, 40, build()["extractor"].dim)
    places, changed = build()["extractor"].places, frames.clone()
    changed[..., slice(*places["mfcc"])] += 1
    for kind, is_equal in (("co_attention", False), ("mean", True)):
        torch.manual_seed(0)
        method = build(frame_weights=kind)["method"].eval()
        contexts = []
        method.co_attention.register_forward_hook(
            lambda module, args, output, to=contexts: to.append(output)
        )
        for values in (frames, changed):
            method({"frames": (values, torch.ones(1))})
        assert torch.equal(*contexts) == is_equal


def test_inference_needs_no_gender_head(method):
    assert isinstance(method, Camulenet)
    frames = torch.randn(1, 9, build()["extractor"].dim), torch.ones(1)
    before = method.eval()({"frames": frames}).logits
    assert method.for_inference().gender_head is None
    assert method({"frames": frames}).logits.equal(before)
