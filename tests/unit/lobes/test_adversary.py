import math

import pytest
import torch

from speechbrain_clser.lobes.adversary import Adversary

# Speakers 0 and 1 speak language 0, speaker 2 speaks language 1.
SPEAKERS = [0, 0, 1]


def adversary(against, head=None, objective="reversal"):
    """Return an adversary without dropout, with the given bias of the head."""
    module = Adversary(2, 3, 0.0, against, objective, vector_dim=2)
    module.setup(SPEAKERS)
    if against == "speaker_vector":
        module.fit(torch.eye(3, 2), torch.arange(3))
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
@pytest.mark.parametrize("objective", ["reversal", "entropy"])
def test_unlabelled_batch_has_zero_loss_and_a_gradient(against, objective):
    embedding = torch.randn(2, 2, requires_grad=True)
    loss = adversary(against, objective=objective)(
        embedding, batch([-1, -1], [-1, -1])
    )
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


def test_entropy_by_hand():
    # Posterior 3/4 and 1/4: cross-entropy ln 4/3, entropy ln 4 - 3/4 ln 3.
    module = adversary("language", [math.log(3), 0.0], "entropy")
    loss = module(torch.ones(1, 2), batch([0], [0]), strength=0.5)
    entropy = math.log(4) - 0.75 * math.log(3)
    by_hand = math.log(4 / 3) - 0.5 * entropy
    assert loss.item() == pytest.approx(by_hand, abs=1e-6)


@pytest.mark.parametrize(
    "against", ["speaker", "speaker_within_language", "speaker_vector"]
)
def test_entropy_trains_the_embedding_and_not_the_classifier(against):
    torch.manual_seed(0)
    plain, module = (
        adversary(against, None, o) for o in ("reversal", "entropy")
    )
    module.hidden[0].bias.data += 3  # no unit is silent
    plain.load_state_dict(module.state_dict())
    output, embedding = batch([0, 1, -1], [0, 0, -1]), torch.randn(3, 2)
    found = embedding.clone().requires_grad_()
    module(found, output).backward()
    plain(embedding, output).backward()
    for one, other in zip(plain.parameters(), module.parameters(), strict=True):
        torch.testing.assert_close(one.grad, other.grad)
    assert found.grad[:2].any() and not found.grad[2].any()
    step = embedding - 0.1 * found.grad
    entropy = [module._entropy(x, output["speaker"]) for x in (embedding, step)]
    assert entropy[1] > entropy[0]


def test_speaker_vectors_by_hand():
    module = Adversary(2, 3, 0.0, "speaker_vector", vector_dim=2)
    module.setup(SPEAKERS)
    # Means (2, 3), (4, 1) and (6, 2); standardised, -r, 0, r and r, -r, 0.
    vectors = [[1.0, 4.0], [4.0, 1.0], [3.0, 2.0], [6.0, 2.0], [9.0, 9.0]]
    module.fit(torch.tensor(vectors), torch.tensor([0, 1, 0, 2, -1]))
    half = math.sqrt(0.5)
    by_hand = torch.tensor([[-half, half], [0.0, -1.0], [1.0, 0.0]])
    torch.testing.assert_close(module.directions, by_hand)
    assert module.head.out_features == 2
    torch.nn.init.zeros_(module.head.weight)
    module.head.bias.data = torch.tensor([5.0, 0.0])
    # Cosines to (1, 0), over the temperature of 0.1.
    scores = [math.exp(10 * cosine) for cosine in (-half, 0, 1)]
    loss = module(torch.ones(2, 2), batch([0, -1], [0, 0]))
    assert loss.item() == pytest.approx(-math.log(scores[0] / sum(scores)))
    for speaker in (1, -1):  # a single one, none
        module.directions.fill_(1.0)
        module.fit(torch.ones(1, 2), torch.tensor([speaker]))
        assert module.directions.equal(torch.zeros(3, 2))


@pytest.mark.parametrize("against", ["speaker", "speaker_vector"])
def test_logits_are_float32_under_autocast(against):
    module, output = adversary(against), torch.randn(2, 2)
    expected = module._logits(output, torch.tensor([0, 1]))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = module(torch.randn(2, 2), batch([0, 1], [0, 0]))
        logits = module._logits(output, torch.tensor([0, 1]))
    assert loss.dtype == torch.float32
    assert logits.equal(expected)


def test_unknown_target_raises():
    with pytest.raises(ValueError, match="adversary must be one of.*'gender'"):
        Adversary(2, against="gender")
    with pytest.raises(ValueError, match="adversary_objective must be .*'x'"):
        Adversary(2, objective="x")
    with pytest.raises(ValueError, match="needs the vector_dim"):
        Adversary(2, against="speaker_vector")
