import math

import pytest
import torch
from helpers.attended import attend
from helpers.runs import CLASSES, make_run

from speechbrain_clser.evaluation import run as runs
from speechbrain_clser.evaluation.rendering import render
from speechbrain_clser.lobes.conv_transformer import ConvTransformer
from speechbrain_clser.lobes.pooling import MeanStdPooling
from speechbrain_clser.lobes.stream import Stream
from speechbrain_clser.lobes.stream_fusion import StreamFusion
from speechbrain_clser.methods.base import MethodOutput
from speechbrain_clser.methods.hump_cat import HumpCat

PLACES = {"prosody": (0, 2), "mfcc": (2, 4), "encoder": (4, 7)}
LENS = torch.tensor([1.0, 0.5, 0.75, 1.0])


def method_of(**values):
    torch.manual_seed(3)
    streams = {
        name: Stream(
            PLACES,
            name,
            ConvTransformer(stop - start, 8, n_conv=1, n_attention=0),
        )
        for name, (start, stop) in PLACES.items()
    }
    fusion = StreamFusion(streams, list(PLACES), n_layers=1, n_heads=2)
    return HumpCat(fusion, MeanStdPooling(16), n_classes=2, **values)


def batch_of():
    return {
        "frames": (torch.randn(4, 8, 7), LENS),
        "emotion": torch.tensor([0, 1, 1, -1]),
    }


def losses(method, logits, emotion):
    embedding = torch.ones(len(logits), 32)
    output = MethodOutput(torch.tensor(logits), embedding)
    return method.losses(output, {"emotion": torch.tensor(emotion)})


@pytest.mark.parametrize("naming", ["cross_entropy", "am_softmax"])
def test_batch_order_permutes_predictions(naming):
    method, batch = method_of(naming=naming).eval(), batch_of()
    frames, lens = batch["frames"]
    order = torch.tensor([3, 1, 0, 2])
    expected = method(batch)
    found = method({"frames": (frames[order], lens[order])})
    torch.testing.assert_close(found.logits, expected.logits[order])
    torch.testing.assert_close(found.embedding, expected.embedding[order])


def test_predictions_do_not_depend_on_other_utterances():
    method, batch = method_of().eval(), batch_of()
    frames, _ = batch["frames"]
    together = method(batch).logits
    for row, length in enumerate([8, 4, 6, 8]):
        alone = frames[row : row + 1, :length], torch.ones(1)
        found = method({"frames": alone}).logits
        torch.testing.assert_close(found, together[row : row + 1])


def test_label_smoothing_is_disabled_with_margin():
    margin = method_of(naming="am_softmax", label_smoothing=0.1)
    plain = method_of(naming="am_softmax")
    found, expected = (
        losses(method, [[30.0, -30.0]], [0])["emotion"]
        for method in (margin, plain)
    )
    assert found.equal(expected)


def test_embedding_is_without_dropout():
    method, batch = method_of(dropout=0.9).train(), batch_of()
    assert (method(batch).embedding != 0).all()


def test_cross_entropy_of_a_fair_coin_by_hand():
    found = losses(method_of(), [[0.0, 0.0], [9.0, 0.0]], [1, -1])
    assert found["emotion"].item() == pytest.approx(math.log(2))


def test_margin_by_hand():
    method = method_of(naming="am_softmax", scale=10.0, margin=0.2)
    # Cosines 0.5 and 0.3: the margin reduces the first to 0.5 - 0.2.
    found = losses(method, [[5.0, 3.0]], [0])["emotion"]
    assert found.item() == pytest.approx(math.log(2))
    found = losses(method, [[5.0, 3.0], [5.0, 3.0]], [1, -1])["emotion"]
    assert found.item() == pytest.approx(math.log(1 + math.exp(4)))


def test_predictions_have_no_margin():
    method, batch = method_of(naming="am_softmax").eval(), batch_of()
    output = method(batch)
    unit = torch.nn.functional.normalize(output.embedding, dim=-1)
    directions = torch.nn.functional.normalize(
        method.emotion_head.weight, dim=-1
    )
    torch.testing.assert_close(output.logits, 30 * unit @ directions.T)


def test_centre_loss_depends_on_the_embedding():
    found = losses(method_of(), [[0.0, 0.0]], [1])["centre"]
    assert found.item() == 16  # half of 32 ones, squared


@pytest.mark.parametrize("naming", ["cross_entropy", "am_softmax"])
def test_every_parameter_gets_a_gradient(naming):
    method, batch = method_of(naming=naming), batch_of()
    sum(method.losses(method(batch), batch).values()).backward()
    for name, parameter in method.named_parameters():
        assert parameter.grad.isfinite().all(), name


def test_zero_frames_give_finite_predictions_and_gradients():
    method = method_of()
    batch = {**batch_of(), "frames": (torch.zeros(4, 1, 7), torch.ones(4))}
    output = method(batch)
    sum(method.losses(output, batch).values()).backward()
    assert output.logits.isfinite().all()
    assert all(p.grad.isfinite().all() for p in method.parameters())


def test_unknown_naming_raises():
    with pytest.raises(ValueError, match="cross_entropy, am_softmax"):
        method_of(naming="arcface")


def test_examples_are_maps_of_each_stage_without_padding():
    method, batch = method_of().eval(), batch_of()
    shown = method.examples(batch)["attention"]
    assert [len(one["stages"]) for one in shown] == [2] * 4
    first = shown[1]["stages"][0]
    assert first["names"] == ["prosody", "mfcc"]
    expected = method.fusion.attentions(*batch["frames"])[0]["to_second"]
    torch.testing.assert_close(
        torch.tensor(first["to_second"]),
        expected[1, :4, :4],
        **{"rtol": 0, "atol": 1e-4},
    )


def test_fusion_without_attention_shows_nothing():
    method = method_of()
    method.fusion.attentions = lambda frames, lens: []
    assert method.examples(batch_of()) == {}


def test_long_sides_are_averaged_and_rows_still_sum_to_one():
    method = method_of().eval()
    batch = {"frames": (torch.randn(1, 300, 7), torch.ones(1))}
    (shown,) = method.examples(batch)["attention"]
    for stage in shown["stages"]:
        for side in (stage["to_second"], stage["to_first"]):
            assert (len(side), len(side[0])) == (32, 32)
            assert [sum(row) for row in side] == pytest.approx(
                [1] * 32, abs=2e-3
            )


def test_report_entries_include_predictions(tmp_path):
    run = runs.read(attend(make_run(tmp_path, skill=50.0)))
    found = HumpCat.report_entries(run)["attention"]
    assert found["seed"] == 1
    shown = [(u["target"], u["predicted"]) for u in found["utterances"]]
    assert shown == [(name, name) for name in CLASSES]
    assert found["utterances"][0]["stages"][1]["names"][1] == "ssl"


def test_run_without_attention_has_no_section(tmp_path):
    entries = HumpCat.report_entries(runs.read(make_run(tmp_path)))
    assert entries == {"attention": None}
    template, context = HumpCat.report_sections(entries)
    for result in (entries, {}):
        assert render(template, "html", report=result, **context).strip() == ""
