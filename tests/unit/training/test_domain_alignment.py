import math
import types

import pytest
import torch
from helpers import tiny

from speechbrain_clser.data.protocol import load
from speechbrain_clser.methods.base import MethodOutput
from speechbrain_clser.methods.linear import Linear
from speechbrain_clser.training import domain_alignment
from speechbrain_clser.training.domain_alignment import (
    ALIGNMENTS,
    DomainAlignment,
    refuse_unusable,
    wanted,
    with_unlabelled,
)
from speechbrain_clser.training.phases import Phase

DOMAIN = torch.tensor([0, 0, 1, 1])
FRAMES = torch.randn(4, 7, tiny.DIM), torch.ones(4)
UNLABELLED = load("demo_unlabelled")


def encoder(n_layers=3, is_frozen=False):
    return types.SimpleNamespace(
        n_layers=n_layers, is_frozen=is_frozen, dim=tiny.DIM
    )


def gradients(name, progress):
    """Return the gradients of embedding and head, and the loss."""
    alignment = DomainAlignment(name, 4)
    alignment.setup(tiny.method_of(), encoder())
    torch.manual_seed(0)
    embedding = torch.randn(4, 16, requires_grad=True)
    output = MethodOutput(torch.randn(4, 4), embedding)
    loss = alignment(output, FRAMES, DOMAIN, progress)
    loss.backward()
    return embedding.grad, alignment.head[0].weight.grad, loss


@pytest.mark.parametrize("name", ["dann", "cdan", "mdd"])
def test_embedding_gets_the_reversed_gradient_that_grows(name, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(
            domain_alignment,
            "reverse_gradient",
            lambda values, strength: values,
        )
        plain, of_head, loss = gradients(name, 1.0)
    assert plain.ne(0).any() and of_head.ne(0).any()
    for progress in (0.0, 0.1, 1.0):
        found, same, same_loss = gradients(name, progress)
        ramp = math.tanh(5 * progress)  # 2 / (1 + exp(-10 p)) - 1
        torch.testing.assert_close(found, -ramp * plain)
        torch.testing.assert_close(same, of_head)
        torch.testing.assert_close(same_loss, loss)


@pytest.mark.parametrize(
    ("name", "n_inputs", "n_outputs"),
    [("dann", 16, 1), ("cdan", 64, 1), ("mdd", 16, 4)],
)
def test_head_has_the_sizes_of_the_method(name, n_inputs, n_outputs):
    method, alignment = tiny.method_of(), DomainAlignment(name, 4)
    alignment.setup(method.train(), encoder())
    assert alignment.head[0].in_features == n_inputs
    assert alignment.head[2].out_features == n_outputs
    assert method.training


@pytest.mark.parametrize("name", ALIGNMENTS)
def test_batch_of_one_domain_has_zero_loss(name):
    alignment = DomainAlignment(name, 4)
    alignment.setup(tiny.method_of(), encoder())
    output = MethodOutput(torch.randn(4, 4), torch.randn(4, 16))
    assert alignment(output, FRAMES, DOMAIN * 0, 0.5).item() == 0
    assert alignment(output, FRAMES, DOMAIN, 0.5).item() != 0


@pytest.mark.parametrize(
    ("name", "constants", "message"),
    [
        ("gan", None, "--alignment: expected one of none, dann.*'gan'"),
        ("mdd", {"margin": 1}, "with some of hidden_dim.*found {'margin'"),
        ("mdd", "1.5", "with some of hidden_dim.*found 1.5"),
        ("mdd", "{gamma", "with some of hidden_dim.*found '{gamma'"),
        ("mdd", {"gamma": -1}, "expected gamma of at least 0, found -1"),
        ("dann", {"hidden_dim": 2.5}, "hidden_dim of at least 1, found 2.5"),
        ("none", {"n_groups": 0}, "n_groups of at least 1, found 0"),
    ],
)
def test_wrong_option_is_refused_by_name(name, constants, message):
    with pytest.raises(ValueError, match=message):
        wanted(name, 1.0, constants, 4)


def test_phases_with_unlabelled_utterances_keep_their_number():
    phases = [Phase("a", "train", 1), Phase("b", "train", 1, n_unlabelled=8)]
    found = with_unlabelled(phases, DomainAlignment("coral", 4), 32)
    assert [phase.n_unlabelled for phase in found] == [32, 8]
    assert with_unlabelled(phases, None, 32) is phases


@pytest.mark.parametrize(
    ("name", "protocol", "extractor", "message"),
    [
        ("dann", load("demo"), encoder(), "unlabelled target.*in 'demo'"),
        ("layer_anchoring", UNLABELLED, encoder(3, True), "a frozen one of 3"),
        ("layer_anchoring", UNLABELLED, encoder(1), "a trained one of 1;"),
        ("layer_anchoring", UNLABELLED, encoder(2), "found 2 layers and 3 g"),
    ],
)
def test_unusable_alignment_is_refused(name, protocol, extractor, message):
    alignment, method = DomainAlignment(name, 4), tiny.method_of()
    with pytest.raises(ValueError, match=message):
        refuse_unusable(alignment, protocol, extractor, method)


def test_usable_alignment_is_accepted():
    for name in ALIGNMENTS:
        args = (UNLABELLED, encoder(), tiny.method_of())
        refuse_unusable(DomainAlignment(name, 4), *args)
    refuse_unusable(None, None, None, Linear(3, 4))
