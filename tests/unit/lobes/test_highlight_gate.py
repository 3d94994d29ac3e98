import pytest
import torch

from speechbrain_clser.lobes.highlight_gate import HighlightGate


def random_batch(n_frames=20):
    return torch.randn(3, n_frames, 4), torch.randn(3, n_frames, 2)


def test_a_quarter_of_the_real_frames_has_all_weight():
    lens = torch.tensor([1.0, 0.5, 0.05])
    weights = HighlightGate(4, 2)(*random_batch(), lens)
    assert (weights > 0).sum(dim=1).tolist() == [5, 3, 1]  # of 20, 10 and 1
    torch.testing.assert_close(weights.sum(dim=1), torch.ones(3))


def test_weights_are_the_softmax_of_the_best_scores_by_hand():
    gate = HighlightGate(1, hidden_dim=1, share=0.5, temperature=0.5)
    for parameter in gate.parameters():
        torch.nn.init.ones_(parameter)
    torch.nn.init.zeros_(gate.encoded.bias)
    frames = torch.tensor([[[0.5], [-1.0], [0.2], [-2.0]]])
    weights = gate(frames, None, torch.ones(1))
    best = (torch.tensor([0.5, 0.2]).tanh() / 0.5).softmax(dim=0)
    expected = torch.tensor([[best[0], 0.0, best[1], 0.0]])
    torch.testing.assert_close(weights.detach(), expected)


def test_order_of_frames_does_not_matter():
    gate, (frames, dynamics) = HighlightGate(4, 2), random_batch()
    order = torch.randperm(20)
    torch.testing.assert_close(
        gate(frames[:, order], dynamics[:, order], torch.ones(3)),
        gate(frames, dynamics, torch.ones(3))[:, order],
    )


@pytest.mark.parametrize("kind", ["highlights", "mean"])
def test_output_does_not_depend_on_padding(kind):
    gate, (frames, dynamics) = HighlightGate(4, 2, gate=kind), random_batch()
    padded = gate(frames, dynamics, torch.full((3,), 0.5))
    cut = gate(frames[:, :10], dynamics[:, :10], torch.ones(3))
    torch.testing.assert_close(padded[:, :10], cut)
    assert (padded[:, 10:] == 0).all()


def test_mean_gate_has_uniform_weights_and_a_gradient():
    gate = HighlightGate(4, 2, gate="mean")
    weights = gate(*random_batch(), torch.ones(3))
    torch.testing.assert_close(weights.detach(), torch.full((3, 20), 0.05))
    weights.square().sum().backward()
    assert all(p.grad is not None for p in gate.parameters())


def test_gate_gets_a_gradient_of_the_dynamic_features():
    gate, (frames, dynamics) = HighlightGate(4, 2), random_batch()
    gate(frames, dynamics, torch.ones(3)).square().sum().backward()
    assert (gate.dynamics.weight.grad != 0).any()


def test_unknown_gate_raises():
    with pytest.raises(ValueError, match="highlights, mean, got 'max'"):
        HighlightGate(4, gate="max")
