import copy
import math

import pytest
import torch
from helpers import tiny
from speechbrain.dataio.batch import PaddedBatch
from speechbrain.dataio.dataloader import SaveableDataLoader

from speechbrain_clser.data.pipeline import Codes, dataset
from speechbrain_clser.lobes.pooling import MeanStdPooling
from speechbrain_clser.methods.pseudo_label import PseudoLabel, soft_labels


class Same(torch.nn.Module):
    """Return the frames."""

    def forward(self, frames, lens):
        """Ignore the lengths."""
        return frames


def method_of(**options):
    torch.manual_seed(0)
    head = torch.nn.Linear(2 * tiny.DIM, len(tiny.SCHEME))
    return PseudoLabel(Same(), MeanStdPooling(tiny.DIM), head, **options)


def loss_of(method, logits, ids, emotion):
    output = type("Output", (), {"logits": torch.tensor(logits)})
    batch = {"id": ids, "emotion": torch.tensor(emotion)}
    return method.losses(output, batch)["pseudo_label"].item()


LOGITS = [[0.0, math.log(3)], [0.0, 0.0], [9.0, 0.0]]  # second: 1/2, 1/2


@pytest.mark.parametrize(
    "options, expected",
    [
        # Row 0 is confident: -log(3/4); row 1 is not, and counts as 0.
        ({"confidence": 0.8}, math.log(4 / 3) / 2),
        ({"confidence": 0.0}, (math.log(4 / 3) + math.log(2)) / 2),
        # 0.9 log(0.9 4/3) + 0.1 log(0.1 4), and 0.7 log 1.4 + 0.3 log 0.6.
        (
            {"pseudo_labels": "soft"},
            (
                0.9 * math.log(1.2)
                + 0.1 * math.log(0.4)
                + 0.7 * math.log(1.4)
                + 0.3 * math.log(0.6)
            )
            / 2,
        ),
    ],
)
def test_loss_as_computed_by_hand(options, expected):
    method = method_of(ramp_share=0.0, **options)
    posteriors = torch.tensor([[0.1, 0.9], [0.7, 0.3]])
    method.teacher.begin_round(0, ["a", "b"], posteriors)
    found = loss_of(method, LOGITS, ["a", "b", "labelled"], [-1, -1, 0])
    assert found == pytest.approx(expected, abs=1e-6)
    assert loss_of(method, LOGITS[2:], ["labelled"], [0]) == 0


def test_weight_rises_linearly():
    method = method_of(confidence=0.0, ramp_share=0.5)
    method.teacher.begin_round(0, ["a"], torch.tensor([[0.0, 1.0]]))
    found = []
    for method.progress in (0.0, 0.25, 0.5, 0.9):
        found.append(loss_of(method, [[0.0, 0.0]], ["a"], [-1]))
    expected = [0.0, math.log(2) / 2, math.log(2), math.log(2)]
    assert found == pytest.approx(expected)


def test_order_of_the_batch_does_not_matter():
    posteriors = torch.tensor([[0.1, 0.9], [0.7, 0.3]])
    logits = torch.randn(2, 2)
    torch.testing.assert_close(
        soft_labels(logits, posteriors),
        soft_labels(logits.flip(0), posteriors.flip(0)),
    )


def loader_of(hidden):
    frames = tiny.frames_of(tiny.TRAIN)
    codes = Codes(tiny.SCHEME, tiny.TRAIN)
    data = dataset(tiny.TRAIN, {"frames": [frames]}, codes, hidden)

    return SaveableDataLoader(data, batch_size=4, collate_fn=PaddedBatch)


def test_only_unlabelled_utterances_are_predicted_once_per_round():
    hidden = {row.id for row in tiny.TRAIN[8:]}
    method, loader = method_of(n_rounds=2), loader_of(hidden)
    seen = []
    for method.progress in (0.0, 0.25, 0.5, 0.75):  # four epochs
        method.begin_epoch(loader)
        seen.append(copy.deepcopy(method.teacher.posteriors))
        with torch.no_grad():
            method.emotion_head.weight.add_(1.0)
    assert seen[0].keys() == hidden
    assert seen[0] == seen[1] != seen[2] == seen[3]
    assert [one["round"] for one in method.diagnostics()["rounds"]] == [0, 1]
    assert all(sum(p) == pytest.approx(1) for p in seen[0].values())


def test_state_keeps_the_posteriors_of_the_round():
    method, other = method_of(), method_of()
    method.teacher.begin_round(1, ["a"], torch.tensor([[0.25, 0.75]]))
    other.load_state_dict(method.state_dict())
    assert other.teacher.posteriors == {"a": [0.25, 0.75]}
    assert other.teacher.number == 1


def test_phase_without_unlabelled_utterances_has_no_pseudo_labels():
    method = method_of()
    method.begin_epoch(loader_of(set()))
    assert method.teacher.posteriors == {}
    assert method.diagnostics() == {"rounds": []}


def test_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="one of hard, soft, got 'fuzzy'"):
        method_of(pseudo_labels="fuzzy")
