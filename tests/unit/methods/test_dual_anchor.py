import dataclasses

import torch

from speechbrain_clser.lobes.conv_transformer import ConvTransformer
from speechbrain_clser.lobes.pooling import MeanStdPooling
from speechbrain_clser.methods.dual_anchor import DualAnchor

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


def method():
    torch.manual_seed(0)
    made = DualAnchor(
        ConvTransformer(input_dim=5, dim=8, dropout=0.0, input_dropout=0.0),
        MeanStdPooling(8),
        torch.nn.Linear(16, 2),
        torch.nn.Linear(16, 4),
        torch.nn.Linear(8, 4),
        n_classes=2,
        neutral=0,
        communities="one",
    )
    made.setup([0, 1], ["a"])
    return made


def built():
    """A method that knows a community and an anchor."""
    made = method()
    made.state.community.fill_(0)
    made.state.weight[:, 1] = 1.0
    return made


def losses_of(made, **changes):
    batch = {**BATCH, **changes}
    return made.losses(made(batch), batch)


def test_nothing_is_anchored_before_communities_are_found():
    losses = losses_of(method())
    assert losses["speaker_anchor"] == losses["phone_anchor"] == 0
    assert losses["emotion"] > 0


def test_both_spaces_are_anchored_once_they_are():
    made = built()
    losses = losses_of(made)
    assert losses["speaker_anchor"] > 0 and losses["phone_anchor"] > 0
    (losses["speaker_anchor"] + losses["phone_anchor"]).backward()
    assert made.speaker_space.weight.grad.abs().sum() > 0
    assert made.phone_space.weight.grad.abs().sum() > 0
    assert made.encoder.project.weight.grad.abs().sum() > 0


def test_utterance_of_unsure_emotion_is_not_anchored():
    hidden = torch.tensor([0, 1, -1, -1])
    losses = losses_of(built(), emotion=hidden)
    assert losses["speaker_anchor"] == losses["phone_anchor"] == 0


def test_guess_that_is_sure_enough_is_anchored_but_never_named():
    made = built()
    made.state.threshold.fill_(0.0)
    hidden = torch.tensor([0, 1, -1, -1])
    logits = torch.tensor([[1.0, 0.0], [0.0, 1.0], [9.0, 0.0], [0.0, 9.0]])
    batch = {**BATCH, "emotion": hidden}
    output = dataclasses.replace(made(batch), logits=logits)
    losses = made.losses(output, batch)
    assert losses["speaker_anchor"] > 0 and losses["phone_anchor"] > 0
    named = torch.nn.functional.cross_entropy(logits[:2], hidden[:2])
    torch.testing.assert_close(losses["emotion"], named)


def test_one_language_alone_has_nothing_to_be_drawn_to():
    losses = losses_of(built(), language=torch.zeros(4).long())
    assert losses["speaker_anchor"] == losses["phone_anchor"] == 0


def test_coral_compares_source_with_target_whatever_is_labelled():
    made = built()
    whole = losses_of(made)["coral"]
    assert whole > 0
    # A hidden label of the source, a known one of the target: the same sides.
    hidden = torch.tensor([0, -1, 0, -1])
    assert losses_of(made, emotion=hidden)["coral"] == whole
    # One language on both sides.
    assert losses_of(made, language=torch.zeros(4).long())["coral"] == whole
    assert losses_of(made, domain=torch.zeros(4).long())["coral"] == 0


def test_state_dict_brings_communities_and_anchors_along():
    made, other = built(), method()
    other.load_state_dict(made.state_dict())
    one, two = losses_of(made), losses_of(other)
    for name, value in one.items():
        torch.testing.assert_close(value, two[name])


def test_of_many_segments_a_draw_is_anchored():
    made = built()
    made.n_segments = 3
    is_anchor = torch.tensor([True] * 5 + [False] * 5)
    drawn = made._drawn(is_anchor)
    assert len(drawn) == 3 and is_anchor[drawn].all()
    assert made._drawn(is_anchor[4:]).tolist() == [0]
