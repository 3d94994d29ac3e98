import dataclasses

import pytest
import torch

from speechbrain_clser.lobes.conv_transformer import ConvTransformer
from speechbrain_clser.lobes.pooling import MeanStdPooling
from speechbrain_clser.methods.dual_anchor import (
    AnchoringConfig,
    DualAnchor,
    PseudoLabelConfig,
)

# Two emotions of two speakers of two languages, each with one phone.
BATCH = {
    "frames": (torch.arange(180.0).reshape(4, 9, 5) % 7, torch.ones(4)),
    "emotion": torch.tensor([0, 1, 0, 1]),
    "domain": torch.tensor([0, 0, 1, 1]),
    "speaker": torch.tensor([0, 0, 1, 1]),
    "language": torch.tensor([0, 0, 1, 1]),
    "phones": (torch.tensor([[[1.0, 0.0, 1.0]]]).repeat(4, 1, 1), None),
    "style": (torch.zeros(4, 3), None),
}


def method(pseudo_labels=None, **values):
    torch.manual_seed(0)
    made = DualAnchor(
        ConvTransformer(input_dim=5, dim=8, dropout=0.0, input_dropout=0.0),
        MeanStdPooling(8),
        torch.nn.Linear(16, 2),
        torch.nn.Linear(16, 4),
        torch.nn.Linear(8, 4),
        n_classes=2,
        anchoring=AnchoringConfig(neutral=0, communities="one", **values),
        pseudo_labels=pseudo_labels,
    )
    made.setup([0, 1], ["a"])
    return made


def with_anchors(**pseudo_labels):
    """Return a method with a community and an anchor."""
    made = method(PseudoLabelConfig(**pseudo_labels))
    made.state.community.fill_(0)
    made.state.weight[:, 1] = 1.0
    return made


def losses_of(made, **changes):
    batch = {**BATCH, **changes}
    return made.losses(made(batch), batch)


def test_anchor_losses_are_zero_without_communities():
    losses = losses_of(method())
    assert losses["speaker_anchor"] == losses["phone_anchor"] == 0
    assert losses["emotion"] > 0


def test_anchor_losses_are_positive_with_communities():
    made = with_anchors()
    losses = losses_of(made)
    assert losses["speaker_anchor"] > 0 and losses["phone_anchor"] > 0
    (losses["speaker_anchor"] + losses["phone_anchor"]).backward()
    assert made.speaker_space.weight.grad.abs().sum() > 0
    assert made.phone_space.weight.grad.abs().sum() > 0
    assert made.encoder.project.weight.grad.abs().sum() > 0


def test_utterances_without_pseudo_labels_are_not_anchored():
    hidden = torch.tensor([0, 1, -1, -1])
    losses = losses_of(with_anchors(), emotion=hidden)
    assert losses["speaker_anchor"] == losses["phone_anchor"] == 0


def test_pseudo_labels_enter_anchor_losses_only():
    made = with_anchors()
    made.state.threshold.fill_(0.0)
    hidden = torch.tensor([0, 1, -1, -1])
    logits = torch.tensor([[1.0, 0.0], [0.0, 1.0], [9.0, 0.0], [0.0, 9.0]])
    batch = {**BATCH, "emotion": hidden}
    output = dataclasses.replace(made(batch), logits=logits)
    losses = made.losses(output, batch)
    assert losses["speaker_anchor"] > 0 and losses["phone_anchor"] > 0
    expected = torch.nn.functional.cross_entropy(logits[:2], hidden[:2])
    torch.testing.assert_close(losses["emotion"], expected)


IDS = {"id": ["a", "b", "c", "d"]}


@pytest.mark.parametrize("weight", [0.5, 2.0])
def test_target_with_pseudo_labels_is_weighted_in_the_cross_entropy(weight):
    made = with_anchors(pseudo_label_weight=weight)
    # A label of the table has no effect on labelled or source utterances.
    made.state.table = {"a": 1, "b": 0, "c": 1}
    labels = torch.tensor([0, -1, -1, -1])
    batch = {**BATCH, **IDS, "emotion": labels}
    output = made(batch)
    losses = made.losses(output, batch)
    own, pseudo = (
        torch.nn.functional.cross_entropy(output.logits[[row]], label)
        for row, label in ((0, labels[:1]), (2, torch.tensor([1])))
    )
    torch.testing.assert_close(losses["emotion"], own + weight * pseudo)


@pytest.mark.parametrize(
    "changes",
    [{"domain": torch.zeros(4).long()}, {"emotion": torch.tensor([0] * 4)}],
)
def test_batch_without_pseudo_labels_has_the_cross_entropy_of_labels(changes):
    made = with_anchors(pseudo_label_weight=1.0)
    made.state.table = {"a": 1, "c": 1}
    expected = losses_of(with_anchors(), **changes)["emotion"]
    assert losses_of(made, **IDS, **changes)["emotion"] == expected


def test_adapted_pseudo_labels_enter_anchor_losses():
    made = with_anchors(pseudo_label_source="em_gaussians")
    assert "id" in made.TARGETS and "id" not in with_anchors().TARGETS
    hidden = torch.tensor([0, 1, -1, -1])
    losses = losses_of(made, **IDS, emotion=hidden)
    assert losses["speaker_anchor"] == losses["phone_anchor"] == 0
    made.state.table = {"c": 0, "d": 1}
    losses, expected = (
        losses_of(made, **IDS, emotion=hidden),
        losses_of(made, **IDS),
    )
    for name in ("speaker_anchor", "phone_anchor"):
        assert losses[name] == expected[name] > 0


def test_anchor_losses_are_zero_for_one_language():
    losses = losses_of(with_anchors(), language=torch.zeros(4).long())
    assert losses["speaker_anchor"] == losses["phone_anchor"] == 0


def test_coral_compares_domains_for_any_labels():
    made = with_anchors()
    whole = losses_of(made)["coral"]
    assert whole > 0
    # Labels are hidden or given; the domains are the same.
    hidden = torch.tensor([0, -1, 0, -1])
    assert losses_of(made, emotion=hidden)["coral"] == whole
    # Source and target have one language.
    assert losses_of(made, language=torch.zeros(4).long())["coral"] == whole
    assert losses_of(made, domain=torch.zeros(4).long())["coral"] == 0


def test_state_dict_contains_communities_and_anchors():
    made, other = with_anchors(), method()
    other.load_state_dict(made.state_dict())
    one, two = losses_of(made), losses_of(other)
    for name, value in one.items():
        torch.testing.assert_close(value, two[name])


def test_anchors_are_sampled_up_to_the_maximum():
    made = method(n_segments=3)
    made.state.weight[:, 1] = 1.0
    is_anchor = torch.tensor([True] * 5 + [False] * 5)
    sampled = made._sample_anchors(is_anchor)
    assert len(sampled) == 3 and is_anchor[sampled].all()
    assert made._sample_anchors(is_anchor[4:]).tolist() == [0]
