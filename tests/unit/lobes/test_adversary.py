import math

import pytest
import torch

from speechbrain_clser.lobes.adversary import Adversary

# Speakers 0 and 1 speak language 0, speaker 2 speaks language 1.
SPEAKERS = [0, 0, 1]


def adversary(against, head=None):
    """Without dropout; its head may be set so that values are known."""
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
    "against, n_names",
    [("speaker", 3), ("language", 2), ("speaker_within_language", 3)],
)
def test_head_is_as_wide_as_there_are_names(against, n_names):
    assert adversary(against).head.out_features == n_names


@pytest.mark.parametrize(
    "against, head, by_hand",
    [
        ("speaker", [0.0, 0.0, 0.0], math.log(3)),
        ("language", [0.0, 0.0], math.log(2)),
        # Speaker 2 is very likely, but no rival of speaker 0.
        ("speaker_within_language", [0.0, 0.0, 99.0], math.log(2)),
    ],
)
def test_loss_by_hand(against, head, by_hand):
    loss = adversary(against, head)(torch.ones(1, 2), batch([0], [0]))
    assert loss.item() == pytest.approx(by_hand)


def test_only_speaker_of_a_language_teaches_nothing():
    loss = adversary("speaker_within_language")(
        torch.randn(1, 2), batch([2], [1])
    )
    assert loss.item() == 0


@pytest.mark.parametrize("against", ["speaker", "language"])
def test_unknown_names_cost_nothing_and_keep_the_graph(against):
    embedding = torch.randn(2, 2, requires_grad=True)
    loss = adversary(against)(embedding, batch([-1, -1], [-1, -1]))
    loss.backward()
    assert loss.item() == 0 and embedding.grad.equal(torch.zeros(2, 2))


def test_unknown_rows_do_not_count():
    module, embedding = adversary("speaker"), torch.randn(3, 2)
    torch.testing.assert_close(
        module(embedding, batch([0, -1, 2], [0, -1, 1])),
        module(embedding[[0, 2]], batch([0, 2], [0, 1])),
    )


def test_embedding_gets_the_gradient_reversed_and_the_head_does_not():
    module, output = adversary("speaker"), batch([0, 2], [0, 1])
    embedding = torch.randn(2, 2, requires_grad=True)
    gradients = {}
    for strength in (1.0, -1.0):  # -1 turns it back
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


def test_unknown_opponent_is_refused():
    with pytest.raises(ValueError, match="adversary must be one of.*'gender'"):
        Adversary(2, against="gender")
