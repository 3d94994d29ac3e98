import dataclasses

import torch

from speechbrain_clser.lobes.conv_transformer import ConvTransformer
from speechbrain_clser.lobes.pooling import MeanStdPooling
from speechbrain_clser.methods.dual_anchor import AnchoringConfig, DualAnchor

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


def method(**values):
    torch.manual_seed(0)
    made = DualAnchor(
        ConvTransformer(input_dim=5, dim=8, dropout=0.0, input_dropout=0.0),
        MeanStdPooling(8),
        torch.nn.Linear(16, 2),
        torch.nn.Linear(16, 4),
        torch.nn.Linear(8, 4),
        n_classes=2,
        anchoring=AnchoringConfig(neutral=0, communities="one", **values),
    )
    made.setup([0, 1], ["a"])
    return made


def with_anchors():
    """Return a method with a community and an anchor."""
    made = method()
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
