import pytest
import torch

from speechbrain_clser.lobes.conv_transformer import ConvTransformer
from speechbrain_clser.lobes.cosine_head import CosineHead
from speechbrain_clser.lobes.delta_features import DeltaFeatures
from speechbrain_clser.lobes.feature_shift import FeatureShift
from speechbrain_clser.lobes.highlight_gate import HighlightGate
from speechbrain_clser.methods.sere.method import (
    CHAIN,
    LINKS,
    ResonanceConfig,
    Sere,
)
from speechbrain_clser.methods.sere.resonance import resonance
from speechbrain_clser.methods.sere.tric import walk

MIXED = [0, 1, 0, 1, -1, -1, -1, -1]
UNLABELLED = {"labelled_link", "unlabelled_link", "balance", "consistency"}


def method(tric="both", **resonance):
    torch.manual_seed(1)
    return Sere(
        ConvTransformer(input_dim=5, dim=8, dropout=0.0, input_dropout=0.0),
        DeltaFeatures([0, 1]),
        HighlightGate(8, dynamics_dim=4),
        CosineHead(8, 2),
        classes=["anger", "sadness"],
        change=[FeatureShift(0.1)],
        tric=tric,
        resonance=ResonanceConfig(**resonance),
    )


def batch(emotion=MIXED):
    torch.manual_seed(2)
    return {
        "frames": (torch.randn(8, 12, 5), torch.tensor([1.0, 0.5] * 4)),
        "emotion": torch.tensor(emotion),
        "language": torch.tensor([0, 0, 0, 0, 0, 0, 1, 1]),
    }


def losses_of(model, inputs):
    """Compute the losses of a step after the first prototypes."""
    model.structure.update(model(inputs).embedding, inputs["emotion"])
    return model.losses(model(inputs), inputs)


def test_resonance_of_embeddings_equals_resonance_of_highlights():
    model, inputs = method(tric="chain").eval(), batch()
    output = model(inputs)
    encoded = model.encoder(*inputs["frames"])
    actual = resonance(encoded, output.extras["highlights"])
    expected = walk(actual, inputs["emotion"], model.resonance.temperature)
    losses = model.losses(output, inputs)
    torch.testing.assert_close(losses["walk"], expected)


@pytest.mark.parametrize(
    ("tric", "silent"), [("links", CHAIN), ("chain", LINKS), ("both", ())]
)
def test_tric_option_selects_the_losses(tric, silent):
    losses = losses_of(method(tric=tric, warm_up=0.0), batch())
    assert losses.keys() == Sere.LOSSES
    zero = {n for n in LINKS + CHAIN if losses[n] == 0}
    assert zero == set(silent)


def test_all_labelled_batch_has_no_unlabelled_losses():
    losses = losses_of(method(warm_up=0.0), batch([0, 1] * 4))
    for name in UNLABELLED | set(CHAIN):
        assert losses[name] == 0
    assert losses["emotion"] > 0 and losses["labelled_pairs"] > 0


def test_unlabelled_batch_has_no_supervised_losses():
    model = method(warm_up=0.0)
    losses = model.losses(model(batch([-1] * 8)), batch([-1] * 8))
    for name in ("emotion", "labelled_pairs", "geometry", *CHAIN):
        assert losses[name] == 0
    assert model.structure.prototypes.eq(0).all()


def test_field_is_zero_without_prototypes():
    fields = method().eval()(batch()).extras["field"]
    torch.testing.assert_close(fields.detach(), torch.zeros(8, 2))


def test_logits_are_the_mean_of_classifier_and_field():
    model, inputs = method().eval(), batch()
    model.structure.update(model(inputs).embedding, inputs["emotion"])
    output = model(inputs)
    actual = (output.extras["field"] / model.resonance.temperature).softmax(
        dim=-1
    )
    head_posterior = output.extras["head_logits"].softmax(dim=-1)
    expected = (actual * head_posterior).sqrt()
    expected = expected / expected.sum(dim=-1, keepdim=True)
    torch.testing.assert_close(output.logits.softmax(dim=-1), expected)


def test_utterance_level_field_is_the_cosine_of_the_embedding():
    model, inputs = method(field_level="utterance").eval(), batch()
    model.structure.update(model(inputs).embedding, inputs["emotion"])
    output = model(inputs)
    expected = torch.cosine_similarity(
        output.embedding[:, None], model.structure.prototypes, dim=-1
    )
    torch.testing.assert_close(output.extras["field"], expected)


def test_warm_up_disables_consistency_and_balance():
    model = method(warm_up=0.5, highest_threshold=0.0)
    early = losses_of(model, batch())
    model.progress = 0.5
    late = losses_of(model, batch())
    for name in ("balance", "consistency"):
        assert early[name] == 0 and late[name] > 0


def test_prototypes_are_updated_in_training_only():
    model, inputs = method().eval(), batch()
    model.losses(model(inputs), inputs)
    assert model.structure.prototypes.eq(0).all()
    model.train()
    model.losses(model(inputs), inputs)
    assert model.structure.prototypes.ne(0).any()


def test_order_of_the_batch_does_not_matter():
    model, inputs = method(warm_up=0.0).eval(), batch()
    order = torch.randperm(8)
    frames, lens = inputs["frames"]
    moved = {
        "frames": (frames[order], lens[order]),
        "emotion": inputs["emotion"][order],
        "language": inputs["language"][order],
    }
    one, other = losses_of(model, inputs), losses_of(model, moved)
    for name in Sere.LOSSES:
        torch.testing.assert_close(one[name], other[name], rtol=1e-4, atol=1e-5)


def test_predictions_do_not_depend_on_labels():
    model, inputs = method().eval(), batch()
    assert model({"frames": inputs["frames"]}).logits.equal(
        model(inputs).logits
    )


def test_encoder_without_named_columns_needs_no_dynamic_stream():
    model = Sere(
        ConvTransformer(input_dim=5, dim=8),
        DeltaFeatures([]),
        HighlightGate(8),
        CosineHead(8, 2),
        classes=["anger", "sadness"],
    )
    assert model(batch()).logits.isfinite().all()


def test_half_precision_gives_finite_losses_in_float32():
    model, inputs = method(warm_up=0.0), batch()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        losses = losses_of(model, inputs)
    for loss in losses.values():
        assert loss.isfinite() and loss.dtype == torch.float32


def test_diagnostics_contain_the_field_of_each_epoch():
    model, inputs = method(), batch()
    for epoch in range(2):
        model.progress = epoch / 2
        model.begin_epoch(None)
        losses_of(model, inputs)
    field = model.diagnostics()["field"]
    assert [line["progress"] for line in field] == [0.0, 0.5]
    for line in field:
        assert sum(line["posterior"]) == pytest.approx(1, abs=1e-3)


def test_unknown_tric_and_field_level_raise():
    with pytest.raises(ValueError, match="links, chain, both, got 'loop'"):
        method(tric="loop")
    with pytest.raises(ValueError, match="utterance, got 'words'"):
        method(field_level="words")


def test_examples_are_the_highlights_without_padding():
    model, inputs = method().eval(), batch()
    shown = model.examples({"frames": inputs["frames"]})["highlights"]
    assert [len(one["weights"]) for one in shown] == [12, 6] * 4
    weights = model(inputs).extras["highlights"]
    assert shown[1]["weights"] == pytest.approx(
        weights[1, :6].tolist(), abs=1e-5
    )
