import math

import pytest
import torch

from speechbrain_clser.lobes.adversary import Adversary

# Speakers 0 and 1 speak language 0, speaker 2 speaks language 1.
SPEAKERS = [0, 0, 1]


def adversary(against, head=None):
    """Return an adversary without dropout, with the given bias of the head."""
    module = Adversary(2, dim=3, dropout=0.0, against=against)
    module.setup(SPEAKERS)
    if head is not None:
        torch.nn.init.zeros_(module.head.weight)
        module.head.bias.data = torch.tensor(head)
    return module


def batch(speaker, language):
    return {
        "speaker": torch.tensor(speaker),
        "language": torch.tensor(language),
    }


@pytest.mark.parametrize(
    "against, n_outputs",
    [("speaker", 3), ("language", 2), ("speaker_within_language", 3)],
)
def test_head_has_one_output_per_class(against, n_outputs):
    assert adversary(against).head.out_features == n_outputs


@pytest.mark.parametrize(
    "against, head, by_hand",
    [
        ("speaker", [0.0, 0.0, 0.0], math.log(3)),
        ("language", [0.0, 0.0], math.log(2)),
        # Speaker 2 is very likely, but of another language than speaker 0.
        ("speaker_within_language", [0.0, 0.0, 99.0], math.log(2)),
    ],
)
def test_loss_by_hand(against, head, by_hand):
    loss = adversary(against, head)(torch.ones(1, 2), batch([0], [0]))
    assert loss.item() == pytest.approx(by_hand)


def test_only_speaker_of_a_language_has_zero_loss():
    loss = adversary("speaker_within_language")(
        torch.randn(1, 2), batch([2], [1])
    )
    assert loss.item() == 0


@pytest.mark.parametrize("against", ["speaker", "language"])
def test_unlabelled_batch_has_zero_loss_and_a_gradient(against):
    embedding = torch.randn(2, 2, requires_grad=True)
    loss = adversary(against)(embedding, batch([-1, -1], [-1, -1]))
    loss.backward()
    assert loss.item() == 0 and embedding.grad.equal(torch.zeros(2, 2))


def test_unlabelled_rows_are_ignored():
    module, embedding = adversary("speaker"), torch.randn(3, 2)
    torch.testing.assert_close(
        module(embedding, batch([0, -1, 2], [0, -1, 1])),
        module(embedding[[0, 2]], batch([0, 2], [0, 1])),
    )


def test_gradient_is_reversed_for_the_embedding_only():
    module, output = adversary("speaker"), batch([0, 2], [0, 1])
    embedding = torch.randn(2, 2, requires_grad=True)
    gradients = {}
    for strength in (1.0, -1.0):  # -1 reverts the reversal
        module.zero_grad()
        embedding.grad = None
        module(embedding, output, strength).backward()
        gradients[strength] = embedding.grad, module.head.weight.grad.clone()
    assert gradients[1.0][0].equal(-gradients[-1.0][0])
    assert gradients[1.0][1].equal(gradients[-1.0][1])


def test_loss_is_float32_under_autocast():
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = adversary("speaker")(torch.randn(2, 2), batch([0, 1], [0, 0]))
    assert loss.dtype == torch.float32


def test_unknown_target_raises():
    with pytest.raises(ValueError, match="adversary must be one of.*'gender'"):
        Adversary(2, against="gender")
