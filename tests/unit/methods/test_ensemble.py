"""Mean posterior, independent copies, and members without gradient steps."""

import pytest
import torch

from speechbrain_clser.lobes.pooling import MeanStdPooling
from speechbrain_clser.methods.ensemble import Ensemble
from speechbrain_clser.methods.linear import Linear
from speechbrain_clser.methods.source_only import SourceOnly


class Same(torch.nn.Module):
    """Frame encoder that returns its input."""

    def forward(self, frames, lens):
        return frames


def network():
    return SourceOnly(Same(), MeanStdPooling(3), torch.nn.Linear(6, 2))


BATCH = {
    "frames": (torch.randn(4, 5, 3), torch.ones(4)),
    "emotion": torch.tensor([0, 1, 1, -1]),
}


def test_posteriors_are_averaged_not_logits():
    method = Ensemble([Linear(3, 2), Linear(3, 2)])
    for member, logits in zip(
        method.members, ([0.0, 2.0], [1.0, 0.0]), strict=True
    ):
        with torch.no_grad():
            member.emotion_head.weight.zero_()
            member.emotion_head.bias.copy_(torch.tensor(logits))
    # softmax(0, 2) = (0.1192, 0.8808), softmax(1, 0) = (0.7311, 0.2689).
    expected = torch.tensor([0.4251, 0.5749])
    output = method(BATCH)
    torch.testing.assert_close(
        output.logits.exp(), expected.expand(4, 2), atol=1e-4, rtol=0
    )
    assert output.embedding.shape == (4, 12)


def test_copies_start_from_other_values_and_linear_is_not_copied():
    method = Ensemble([Linear(3, 2), network()], n_copies=3)
    assert [type(member) for member in method.members] == [
        *(Linear, SourceOnly, SourceOnly, SourceOnly)
    ]
    heads = [member.emotion_head.weight for member in method.members[1:]]
    assert not torch.equal(heads[0], heads[1])
    assert not torch.equal(heads[1], heads[2])
    assert method.TARGETS == {"emotion"}


def test_losses_are_the_mean_over_members_with_gradient_steps():
    method = Ensemble([Linear(3, 2), network()], n_copies=2)
    loss = method.losses(method(BATCH), BATCH)["emotion"]
    own = [
        member.losses(member(BATCH), BATCH)["emotion"]
        for member in method.members[1:]
    ]
    torch.testing.assert_close(loss, (own[0] + own[1]) / 2)
    loss.backward()
    assert method.members[0].emotion_head.weight.grad is None


def test_members_without_gradient_steps_are_fitted_once(monkeypatch):
    fitted = []
    monkeypatch.setattr(
        Linear, "begin_epoch", lambda self, of: fitted.append(of)
    )
    method = Ensemble([Linear(3, 2), network()])
    for method.progress in (0.0, 0.5):
        method.begin_epoch("loader")
    assert fitted == ["loader"]
    alone = Ensemble([Linear(3, 2)])
    assert not alone.USES_GRADIENTS
    assert set(alone.losses(alone(BATCH), BATCH)) == {"emotion"}


@pytest.mark.parametrize("probability", [0.0, 1.0])
def test_certain_members_give_finite_logits(probability):
    method = Ensemble([Linear(3, 2)])
    with torch.no_grad():
        method.members[0].emotion_head.bias[0] = 1e4 * (2 * probability - 1)
    assert torch.isfinite(method(BATCH).logits).all()
