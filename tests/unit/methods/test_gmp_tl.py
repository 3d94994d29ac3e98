import math

import pytest
import torch
from helpers import tiny
from speechbrain.dataio.batch import PaddedBatch
from speechbrain.dataio.dataloader import SaveableDataLoader

from speechbrain_clser.data.pipeline import Codes, dataset
from speechbrain_clser.lobes.conv_transformer import ConvTransformer
from speechbrain_clser.lobes.pooling import MeanStdPooling
from speechbrain_clser.methods.gmp_tl import GmpTl

LENS = torch.tensor([1.0, 0.5])


def method_of(**options):
    torch.manual_seed(0)
    blocks = [
        ConvTransformer(dim, 8, n_conv=1, n_attention=0, dropout=0.5)
        for dim in (tiny.DIM, 8, 8)
    ]
    options = {"n_clusters": [2, 4], **options}
    return GmpTl(blocks, MeanStdPooling(8), len(tiny.SCHEME), **options)


def loader_of():
    frames = tiny.frames_of(tiny.TRAIN)
    data = dataset(
        tiny.TRAIN, {"frames": [frames]}, Codes(tiny.SCHEME, tiny.TRAIN)
    )
    return SaveableDataLoader(data, batch_size=4, collate_fn=PaddedBatch)


def losses(method, emotion=(0, 1), gender=(0, 1)):
    frames = torch.randn(2, 6, tiny.DIM)
    batch = {"emotion": torch.tensor(emotion), "gender": torch.tensor(gender)}
    return method.losses(method({"frames": (frames, LENS)}), batch)


def test_frame_loss_by_hand():
    method = method_of(cluster_blocks=[2], n_clusters=[2])
    method.labeller = Labels([[0, 0, 0, 1, 1, 1], [1, 0, 0, 9, 9, 9]])
    (head,) = method.frame_heads
    with torch.no_grad():
        head.weight.zero_()
        head.bias.copy_(torch.tensor([math.log(3), 0.0]))
    # Probabilities 3/4 and 1/4: five frames of cluster 0 and four of cluster 1.
    expected = (5 * math.log(4 / 3) + 4 * math.log(4)) / 9
    found = losses(method)["pseudo_label"].item()
    assert found == pytest.approx(expected)
    method.active_losses = {"emotion"}
    assert losses(method)["pseudo_label"].item() == 0


class Labels(torch.nn.Module):
    """Return given labels."""

    def __init__(self, labels):
        super().__init__()
        self.labels = torch.tensor(labels)

    def forward(self, frames, lens):
        """Ignore the frames."""
        return [self.labels]


def test_loss_is_a_sum_over_blocks_and_scales():
    method = method_of()
    assert len(method.frame_heads) == 4
    for head in method.frame_heads:
        torch.nn.init.zeros_(head.weight), torch.nn.init.zeros_(head.bias)
    expected = 2 * math.log(2) + 2 * math.log(4)
    found = losses(method)["pseudo_label"].item()
    assert found == pytest.approx(expected)


def test_gender_is_known_and_has_an_emotion_or_does_not_count():
    method = method_of()
    with torch.no_grad():
        method.gender_head.weight.zero_()
        method.gender_head.bias.copy_(torch.tensor([math.log(3), 0.0]))
    for emotion, gender, expected in (
        ((0, 1), (0, 1), (math.log(4 / 3) + math.log(4)) / 2),
        ((0, -1), (0, 1), math.log(4 / 3)),
        ((0, 1), (-1, 1), math.log(4)),
    ):
        found = losses(method, emotion, gender)["gender"].item()
        assert found == pytest.approx(expected)


def test_margin_raises_the_loss_of_the_emotion():
    found = losses(method_of(margin=0.2).eval())
    assert found["am_softmax"] > found["emotion"]
    found = losses(method_of(margin=0.0).eval())
    torch.testing.assert_close(found["am_softmax"], found["emotion"])


def test_clusters_are_of_the_network_at_the_beginning_of_the_phase():
    method, loader = method_of().train(), loader_of()
    frames = torch.randn(2, 6, tiny.DIM)
    method.active_losses = {"emotion", "gender"}
    method.begin_epoch(loader)
    assert not any(c.any() for c in method.labeller.clusters.buffers())
    method.active_losses = {"pseudo_label"}
    state = torch.get_rng_state()
    method.begin_epoch(loader)
    assert torch.get_rng_state().equal(state)
    labels = method.labeller(frames, LENS)
    sizes = [n for _, n in method.labeller.clusters.codebooks]
    assert all(one.max() < n for one, n in zip(labels, sizes, strict=True))
    assert all(len(one.unique()) > 1 for one in labels)
    with torch.no_grad():
        for parameter in method.blocks.parameters():
            parameter.mul_(-2.0)
    method.progress = 0.5
    method.begin_epoch(loader)
    for one, two in zip(labels, method.labeller(frames, LENS), strict=True):
        assert one.equal(two)  # neither dropout nor a new network


def test_clusters_ignore_padding_and_order():
    method, loader = method_of(), loader_of()
    method.begin_epoch(loader)
    first = [c.clone() for c in method.labeller.clusters.buffers()]
    method.begin_epoch(loader)
    for one, two in zip(first, method.labeller.clusters.buffers(), strict=True):
        assert one.equal(two)
    assert all(c.abs().sum(dim=1).min() > 0 for c in first)  # padding is 0


def test_unknown_block_is_refused():
    with pytest.raises(ValueError, match=r"from 1 to 3, found \[3, 4\]"):
        method_of(cluster_blocks=[3, 4])
