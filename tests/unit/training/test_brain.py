import functools
import types

import pytest
import torch
from helpers import tiny
from speechbrain.utils.checkpoints import Checkpointer

from speechbrain_clser.data.pipeline import Codes, dataset
from speechbrain_clser.methods.ensemble import Ensemble
from speechbrain_clser.methods.linear import Linear
from speechbrain_clser.training.brain import MethodBrain
from speechbrain_clser.training.domain_alignment import DomainAlignment
from speechbrain_clser.training.phases import Phase
from speechbrain_clser.training.records import EpochRecords
from speechbrain_clser.training.schedules import warmup_cosine


def brain_of(tmp_path, method=None, **changes):
    values = {
        "loss_weights": {"emotion": 1.0},
        "scheme": tiny.SCHEME,
        "rule": "last",
        "records": EpochRecords(tmp_path / "epochs.jsonl", "train"),
        "seed": 1,
        "schedule": warmup_cosine,
        "opt_class": functools.partial(torch.optim.SGD, lr=0.1),
        "run_opts": {"device": "cpu", "noprogressbar": True},
        **changes,
    }
    return MethodBrain(
        method or tiny.method_of(),
        Phase("train", "train", 2),
        **tiny.options_of(**values),
    )


def test_prediction_keeps_order_and_ignores_batch_size(tmp_path):
    brain = brain_of(tmp_path)
    test = tiny.datasets()["test"]
    ids, one, _ = brain.predict(test, {"batch_size": 1})
    same, many, embeddings = brain.predict(test, {"batch_size": 7})
    assert ids == same == [row.id for row in tiny.SCORED]
    torch.testing.assert_close(one, many)
    assert embeddings.shape == (len(ids), 16)
    torch.testing.assert_close(one.sum(dim=1), torch.ones(len(ids)))


def test_training_sees_augmented_frames_and_validation_does_not(tmp_path):
    seen = []

    def augment(frames, lens):
        seen.append(len(frames))
        return frames, lens

    brain = brain_of(tmp_path, augment=[augment])
    parts = tiny.datasets()
    loader = {"batch_size": 8}
    brain.fit_phase(parts["train"], parts["valid"], dict(loader), loader)
    assert sum(seen) == 2 * len(tiny.TRAIN)


def test_member_without_gradient_steps_is_not_trained(tmp_path):
    linear, network = Linear(6, 4), tiny.method_of()
    brain_of(tmp_path, Ensemble([linear, network]))
    assert not any(p.requires_grad for p in linear.parameters())
    assert all(p.requires_grad for p in network.parameters())
    # Alone it is the method, whose parameters the optimiser needs.
    alone = Linear(6, 4)
    brain_of(tmp_path, alone)
    assert all(p.requires_grad for p in alone.parameters())


def test_weights_must_name_the_losses_of_the_method(tmp_path):
    brain = brain_of(tmp_path, loss_weights={"supcon": 1.0})
    parts = tiny.datasets()
    with pytest.raises(KeyError, match="the two must agree"):
        brain.fit_phase(
            parts["train"], parts["valid"], {"batch_size": 8}, {"batch_size": 8}
        )


def test_alignment_is_trained_weighted_and_saved_with_the_method(tmp_path):
    alignment = DomainAlignment("dann", len(tiny.SCHEME), weight=0.5)
    method = tiny.method_of()
    alignment.setup(method, types.SimpleNamespace(dim=tiny.DIM, n_layers=1))
    brain = brain_of(
        tmp_path,
        method,
        alignment=alignment,
        checkpointer=Checkpointer(tmp_path / "save"),
    )
    rows = tiny.TRAIN
    codes = Codes(tiny.SCHEME, rows, {row.id for row in rows[::2]})
    frames = {"frames": [tiny.frames_of(rows)]}
    before = alignment.head[0].weight.clone()
    brain.fit_phase(
        dataset(rows, frames, codes),
        tiny.datasets()["valid"],
        {"batch_size": 8},
        {"batch_size": 8},
    )
    record = brain.load_selected()
    assert not alignment.head[0].weight.equal(before)
    # Each validation batch is of the source.
    assert record["train_loss"] == pytest.approx(
        record["train_emotion"] + 0.5 * record["train_alignment"], rel=1e-4
    )
    assert list((tmp_path / "save").rglob("alignment.ckpt"))
