import math

import pytest
import torch
from helpers import toy
from helpers.tiny import method_of
from hyperpyyaml import load_hyperpyyaml

from speechbrain_clser.methods.base import MethodOutput
from speechbrain_clser.methods.source_only import SourceOnly


def losses(method, logits, emotion):
    output = MethodOutput(torch.tensor(logits), torch.zeros(len(logits), 1))
    return method.losses(output, {"emotion": torch.tensor(emotion)})["emotion"]


def bare(**values):
    return SourceOnly(None, None, torch.nn.Linear(1, 2), **values)


def test_loss_of_a_fair_coin_by_hand():
    loss = losses(bare(), [[0.0, 0.0]], [1])
    assert loss.item() == pytest.approx(math.log(2))


def test_unlabelled_utterances_are_ignored():
    logits = [[0.0, 0.0], [9.0, -9.0]]
    assert losses(bare(), logits, [1, -1]).item() == pytest.approx(math.log(2))


def test_unlabelled_batch_has_zero_loss_and_a_gradient():
    logits = torch.ones(2, 2, requires_grad=True)
    output = MethodOutput(logits, torch.zeros(2, 1))
    loss = bare().losses(output, {"emotion": torch.tensor([-1, -1])})["emotion"]
    loss.backward()
    assert loss.item() == 0 and logits.grad.equal(torch.zeros(2, 2))


def test_focal_gamma_reduces_the_loss_of_a_fair_coin_to_a_quarter():
    loss = losses(bare(focal_gamma=2.0), [[0.0, 0.0]], [1])
    assert loss.item() == pytest.approx(math.log(2) / 4)


def test_yaml_sets_focal_gamma():
    text = (toy.RECIPE / "hparams/source_only.yaml").read_text("utf-8")
    assert load_hyperpyyaml(text)["method"].focal_gamma == 0
    built = load_hyperpyyaml(text, {"focal_gamma": 2.0})
    assert built["method"].focal_gamma == 2


def test_order_of_the_batch_does_not_matter():
    logits = torch.randn(6, 2)
    emotion = torch.tensor([0, 1, 1, 0, 1, 0])
    order = torch.randperm(6)
    one = losses(bare(), logits.tolist(), emotion.tolist())
    two = losses(bare(), logits[order].tolist(), emotion[order].tolist())
    torch.testing.assert_close(one, two)


def test_rare_class_has_a_larger_weight():
    class Loader:
        class dataset(list):
            @staticmethod
            def output_keys_as(keys):
                import contextlib

                return contextlib.nullcontext()

    Loader.dataset = Loader.dataset({"emotion": e} for e in [0, 0, 0, 1])
    method = bare(weigh_classes=True)
    method.begin_epoch(Loader)
    torch.testing.assert_close(method.class_weights, torch.tensor([4 / 6, 2.0]))


def test_predictions_need_frames_only_and_are_deterministic():
    method = method_of().eval()
    batch = {"frames": (torch.randn(3, 7, 6), torch.tensor([1.0, 0.5, 0.8]))}
    first, second = method(batch), method(batch)
    assert first.logits.equal(second.logits)
    assert first.embedding.shape == (3, 16)


def test_padded_batch_equals_each_utterance_alone():
    method = method_of().eval()
    short, long = torch.randn(1, 4, 6), torch.randn(1, 10, 6)
    loud = torch.cat([short, torch.full((1, 6, 6), 99.0)], dim=1)
    both = method(
        {"frames": (torch.cat([loud, long]), torch.tensor([0.4, 1.0]))}
    )
    for row, alone in enumerate((short, long)):
        logits = method({"frames": (alone, torch.ones(1))}).logits
        torch.testing.assert_close(both.logits[row], logits[0])


def test_every_parameter_gets_a_gradient():
    method = method_of()
    batch = {
        "frames": (torch.randn(4, 9, 6), torch.ones(4)),
        "emotion": torch.tensor([0, 1, 2, 3]),
    }
    method.losses(method(batch), batch)["emotion"].backward()
    assert all(p.grad is not None for p in method.parameters())
