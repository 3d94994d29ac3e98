import dataclasses
import functools
import json

import pytest
import torch
from helpers import tiny
from speechbrain.utils.train_logger import FileTrainLogger

from speechbrain_clser.data.samplers import HierarchicalBatchSampler
from speechbrain_clser.methods.linear import Linear
from speechbrain_clser.training import console
from speechbrain_clser.training.phases import Phase, run_phases, wanted
from speechbrain_clser.training.records import EpochRecords
from speechbrain_clser.training.schedules import warmup_cosine

TRAIN, EVAL = {"batch_size": 8, "shuffle": True}, {"batch_size": 8}


THREE_EPOCHS = [Phase("train", "train", 3)]


def run(folder, phases=THREE_EPOCHS, loader=TRAIN, method=None, **changes):
    """Train a method, by default the tiny one; gives it and its last Brain."""
    method = method or tiny.method_of()
    settings = {
        "rule": "source_valid_uar",
        "loss_weights": {"emotion": 1.0},
        "scheme": tiny.SCHEME,
        "seed": 1,
        "schedule": warmup_cosine,
        "opt_class": functools.partial(torch.optim.AdamW, lr=0.01),
        "run_opts": {"device": "cpu", "noprogressbar": True},
        "train_logger": FileTrainLogger(folder / "train_log.txt"),
        **changes,
    }
    folder.mkdir(exist_ok=True)
    parts = tiny.datasets(with_samples="extractor" in changes)
    datasets = {"valid": parts["valid"]}
    loaders = {"eval": EVAL}
    for phase in phases:
        datasets[phase.name], loaders[phase.name] = parts["train"], loader
    brain = run_phases(
        phases, method, datasets, folder, loaders, **tiny.options_of(**settings)
    )
    return method, brain


def records(folder):
    lines = (folder / "epochs.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def without_time(lines):
    return [{k: v for k, v in line.items() if k != "seconds"} for line in lines]


class Killed(Exception):
    """Simulates a power failure."""


class DyingSchedule:
    """Behaves until a number of steps is done."""

    def __init__(self, steps):
        self.steps = steps

    def __call__(self, progress):
        self.steps -= 1
        if self.steps < 0:
            raise Killed("the power went off")
        return warmup_cosine(progress)


@pytest.mark.parametrize("steps", [5, 9])
def test_killed_run_resumes_to_the_same_weights(tmp_path, steps):
    whole, _ = run(tmp_path / "whole")
    with pytest.raises(Killed, match="power"):
        run(tmp_path / "killed", schedule=DyingSchedule(steps))
    assert len(records(tmp_path / "killed")) == steps // 4
    resumed, _ = run(tmp_path / "killed")
    for name, value in whole.state_dict().items():
        assert value.equal(resumed.state_dict()[name]), name
    assert without_time(records(tmp_path / "killed")) == without_time(
        records(tmp_path / "whole")
    )


def test_resumed_run_logs_each_epoch_once_and_what_was_done(tmp_path, caplog):
    with pytest.raises(Killed, match="power"):
        run(tmp_path, schedule=DyingSchedule(9))
    assert "done before" not in caplog.text
    caplog.set_level("INFO")
    caplog.set_level("INFO", console.EPOCHS)
    run(tmp_path, oracle=lambda brain: 0.5)
    assert "phase: train, 2 of 3 epochs done before" in caplog.text
    lines = (tmp_path / "train_log.txt").read_text().splitlines()
    assert [line.split(",")[2] for line in lines] == [
        *(" epoch: 1", " epoch: 2", " epoch: 3")
    ]
    last = records(tmp_path)[-1]
    assert lines[-1] == (
        f"seed: 1, phase: train, epoch: 3, lr: {last['lr']:.3g}, "
        f"seconds: {last['seconds']:.1f} - "
        f"train loss: {last['train_loss']:.4g}, "
        f"train emotion: {last['train_emotion']:.4g} - "
        f"valid loss: {last['source_valid_loss']:.4g}, "
        f"valid source UAR: {100 * last['source_valid_uar']:.1f} %, "
        f"valid oracle target UAR: 50.0 %"
    )
    assert lines[-1] in caplog.text


def test_epoch_that_was_not_kept_is_still_in_the_log(tmp_path, monkeypatch):
    def killed(*_):
        raise Killed("the power went off")

    monkeypatch.setattr(EpochRecords, "append", killed)
    with pytest.raises(Killed, match="power"):
        run(tmp_path)
    monkeypatch.undo()
    run(tmp_path)
    log = (tmp_path / "train_log.txt").read_text()
    assert [log.count(f"epoch: {n},") for n in (1, 2, 3)] == [2, 1, 1]
    assert [line["epoch"] for line in records(tmp_path)] == [1, 2, 3]


def test_finished_run_is_not_trained_again(tmp_path):
    first, _ = run(tmp_path / "x")
    second, _ = run(tmp_path / "x", schedule=DyingSchedule(0))
    for name, value in first.state_dict().items():
        assert value.equal(second.state_dict()[name])


def test_selected_epoch_is_what_stays_in_the_method(tmp_path):
    method, brain = run(tmp_path / "x", rule="last")
    last = {k: v.clone() for k, v in method.state_dict().items()}
    chosen = json.loads((tmp_path / "x" / "selected.json").read_text())
    assert (chosen["rule"], chosen["epoch"]) == ("last", 3)
    for name, value in brain.method.state_dict().items():
        assert value.equal(last[name])
    kept = list((tmp_path / "x" / "save" / "train").glob("CKPT*"))
    assert len(kept) == 1


def test_only_the_selected_and_the_latest_epoch_are_kept(tmp_path):
    run(tmp_path / "x", phases=[Phase("train", "train", 6)])
    kept = list((tmp_path / "x" / "save" / "train").glob("CKPT*"))
    assert 1 <= len(kept) <= 2


def test_method_learns(tmp_path):
    run(tmp_path / "x", phases=[Phase("train", "train", 8)])
    assert (
        max(line["source_valid_uar"] for line in records(tmp_path / "x")) > 0.9
    )


def test_method_without_gradient_steps_is_fitted_once_and_kept(tmp_path):
    none = {"schedule": None, "opt_class": None}
    none |= {"phases": [Phase("train", "train", 1)]}
    linear = Linear(tiny.DIM, len(tiny.SCHEME))
    method, _ = run(tmp_path / "x", method=linear, **none)
    (record,) = records(tmp_path / "x")
    assert record["source_valid_uar"] > 0.9 and "lr" not in record
    assert record["train_loss"] == pytest.approx(record["train_emotion"])
    assert 0 < record["train_loss"] < 1
    assert len(list((tmp_path / "x" / "save" / "train").glob("CKPT*"))) == 1

    class Unfit(Linear):
        def begin_epoch(self, loader):
            raise AssertionError("fitted again")

    again = Unfit(tiny.DIM, len(tiny.SCHEME))
    resumed, _ = run(tmp_path / "x", method=again, **none)
    for name, value in method.state_dict().items():
        assert value.equal(resumed.state_dict()[name]), name


def test_frozen_part_stays_and_the_rest_moves(tmp_path):
    before = tiny.method_of().state_dict()
    phases = [Phase("head", "train", 2, frozen=("encoder",))]
    after = run(tmp_path / "x", phases)[0].state_dict()
    for name, value in before.items():
        assert value.equal(after[name]) == name.startswith("encoder."), name


def test_unknown_frozen_part_is_refused(tmp_path):
    phases = [Phase("head", "train", 1, frozen=("backbone",))]
    with pytest.raises(ValueError, match="freezes backbone; SourceOnly has"):
        run(tmp_path / "x", phases)


def test_second_phase_starts_from_the_first_ones_choice(tmp_path):
    phases = [
        Phase("source", "train", 3),
        Phase("target", "train", 1, lr_factor=0.0),
    ]
    both, _ = run(tmp_path / "both", phases)
    one, _ = run(tmp_path / "one", phases[:1])
    for name, value in one.state_dict().items():
        assert value.equal(both.state_dict()[name]), name


def test_phase_minimises_the_losses_that_it_names(tmp_path):
    class TwoLosses(tiny.SourceOnly):
        LOSSES = frozenset({"emotion", "other"})

        def losses(self, output, batch):
            self.active.append(self.active_losses)
            other = output.embedding.square().mean()
            return {**super().losses(output, batch), "other": other}

    method = tiny.method_of()
    method.__class__, method.active = TwoLosses, []
    phases = [
        Phase("one", "train", 1, losses=["other"]),
        Phase("both", "train", 1),
    ]
    weights = {"emotion": 1.0, "other": 0.5}
    run(tmp_path / "x", phases, method=method, loss_weights=weights)
    one, both = records(tmp_path / "x")
    assert one["train_loss"] == pytest.approx(
        0.5 * one["train_other"], rel=1e-4
    )
    assert both["train_loss"] == pytest.approx(
        both["train_emotion"] + 0.5 * both["train_other"], rel=1e-4
    )
    assert set(method.active) == {frozenset({"other"}), frozenset()}


def test_unknown_loss_of_a_phase_is_refused(tmp_path):
    phases = [Phase("x", "train", 1, losses=["noise"])]
    with pytest.raises(ValueError, match="among emotion, found noise"):
        run(tmp_path / "x", phases)


@pytest.mark.parametrize("part", ["emotion_head", "encoder"])
def test_fresh_part_is_reset_and_the_rest_is_kept(tmp_path, part):
    phases = [
        Phase("source", "train", 2),
        Phase("target", "train", 1, fresh=(part,), lr_factor=0.0),
    ]
    untrained = tiny.method_of().state_dict()
    source = run(tmp_path / "one", phases[:1])[0].state_dict()
    target = run(tmp_path / "two", phases)[0].state_dict()
    for name, value in target.items():
        is_fresh = name.startswith(f"{part}.")
        assert value.equal((untrained if is_fresh else source)[name]), name
        assert not untrained[name].equal(source[name]), name
    again = run(tmp_path / "two", phases)[0].state_dict()
    assert all(value.equal(again[name]) for name, value in target.items())


class ScaledFrames(torch.nn.Module):
    """Frames of the tiny method, times trainable factors."""

    def __init__(self):
        super().__init__()
        self.factors = torch.nn.Parameter(torch.ones(tiny.DIM))
        self.n_extracted = 0

    def n_frames(self, n_samples):
        return n_samples // tiny.DIM

    def forward(self, wavs, lens):
        self.n_extracted += len(wavs)
        return wavs.unflatten(1, (-1, tiny.DIM)) * self.factors


TRANSFER = [
    Phase("source", "train", 2, with_encoder=False),
    Phase("target", "train", 2),
]


def train_with_encoder(folder, phases=TRANSFER, **changes):
    """Train with an encoder whose frames are stored."""
    encoder = ScaledFrames()
    method, _ = run(
        folder,
        phases,
        extractor=encoder,
        normaliser=torch.nn.Identity(),
        encoder_opt_class=functools.partial(torch.optim.SGD, lr=1.0),
        **changes,
    )
    return method, encoder


def test_phases_before_encoder_training_use_stored_frames(tmp_path):
    frozen, _ = run(tmp_path / "frozen", TRANSFER[:1])
    source, encoder = train_with_encoder(tmp_path / "source", TRANSFER[:1])
    assert encoder.n_extracted == 0
    for name, value in frozen.state_dict().items():
        assert value.equal(source.state_dict()[name]), name
    output = []
    _, encoder = train_with_encoder(tmp_path / "both", begin=output.append)
    assert output == [False, True]
    assert encoder.n_extracted == 2 * (len(tiny.TRAIN) + len(tiny.VALID))
    assert not encoder.factors.equal(torch.ones(tiny.DIM))
    kept = (tmp_path / "both").rglob("extractor.ckpt")
    assert {path.parts[-3] for path in kept} == {"target"}


def test_trained_encoder_is_used_in_later_phases_and_may_be_frozen(tmp_path):
    phases = [Phase("one", "train", 1), Phase("two", "train", 1)]
    _, learned = train_with_encoder(tmp_path / "one", phases[:1])
    phases[1] = Phase("two", "train", 1, with_encoder=False)
    _, rested = train_with_encoder(tmp_path / "two", phases)
    assert rested.factors.equal(learned.factors)
    assert rested.n_extracted == 2 * learned.n_extracted


@pytest.mark.parametrize("steps", [5, 8, 9, 13])
def test_killed_transfer_resumes_to_the_same_weights(tmp_path, steps):
    whole = train_with_encoder(tmp_path / "whole")
    with pytest.raises(Killed, match="power"):
        train_with_encoder(tmp_path / "killed", schedule=DyingSchedule(steps))
    assert len(records(tmp_path / "killed")) == steps // 4
    resumed = train_with_encoder(tmp_path / "killed")
    for before, after in zip(whole, resumed, strict=True):
        for name, value in before.state_dict().items():
            assert value.equal(after.state_dict()[name]), name


def test_unknown_fresh_part_is_refused(tmp_path):
    phases = [Phase("target", "train", 1, fresh=("head",))]
    with pytest.raises(ValueError, match="resets head; SourceOnly has"):
        run(tmp_path / "x", phases)


def test_phases_without_epochs_or_without_shots_are_left_out():
    def names(source, target, protocol, changes=None):
        phases = [
            Phase("source", "train", source),
            Phase("target", "target_labelled", target),
        ]
        return [phase.name for phase in wanted(phases, protocol, changes)]

    none = {"target_labelled_fraction": 0.0, "target_supervision": "none"}
    assert names(2, 3, "demo_share") == ["source", "target"]
    assert names(0, 3, "demo_share") == ["target"]
    assert names(2, 0, "demo_share") == ["source"]
    assert names(2, 3, "demo_share", none) == ["source"]
    with pytest.raises(ValueError, match="source, target none is left"):
        names(0, 3, "demo")


def test_shots_are_dropped_where_the_protocol_has_none():
    both = [Phase("train", ["train", "target_labelled"], 1)]
    (joint,), (source,) = wanted(both, "demo_share"), wanted(both, "demo")
    assert joint.parts == ("train", "target_labelled")
    assert source.parts == ("train",)
    # The second phase would repeat the first.
    first = Phase("source", "train", 1)
    assert wanted([first, *both], "demo") == [
        dataclasses.replace(first, rows=("train",))
    ]
    assert len(wanted([first, first], "demo")) == 2
    unlabelled = dataclasses.replace(both[0], n_unlabelled=4)
    assert len(wanted([first, unlabelled], "demo")) == 2


def test_losses_are_logged_by_name(tmp_path):
    run(tmp_path / "x")
    first = records(tmp_path / "x")[0]
    assert {"phase", "epoch", "lr", "seconds", "train_loss"} <= first.keys()
    assert first["train_emotion"] == pytest.approx(first["train_loss"])


def test_oracle_is_called_only_if_there_is_one(tmp_path):
    run(tmp_path / "honest")
    assert "oracle_target_uar" not in records(tmp_path / "honest")[0]
    run(tmp_path / "peeking", rule="oracle_target_uar", oracle=lambda b: 0.5)
    chosen = json.loads((tmp_path / "peeking" / "selected.json").read_text())
    assert chosen["oracle_target_uar"] == 0.5 and chosen["epoch"] == 1


def test_part_without_labels_is_no_part_to_train_on():
    with pytest.raises(ValueError, match="phase 'x': rows must be among"):
        Phase("x", "valid", 1)
    for rows in ([], ["train", "test"]):
        with pytest.raises(ValueError, match="rows must be among"):
            Phase("x", rows, 1)


def test_phase_with_unlabelled_utterances_has_two_parts():
    assert Phase("x", "train", 1).parts == ("train",)
    assert Phase("x", "target_labelled", 1, n_unlabelled=4).parts == (
        "target_labelled",
        "unlabelled",
    )


def test_brain_is_shown_untrained_before_the_first_phase_only(tmp_path):
    untrained = tiny.method_of().state_dict()
    seen = []

    def before(brain):
        seen.append(brain.method.state_dict())
        for name, value in untrained.items():
            assert value.equal(seen[-1][name]), name

    phases = [Phase("one", "train", 1), Phase("two", "train", 1)]
    run(tmp_path / "x", phases, before=before)
    assert len(seen) == 1


def test_checkpoints_within_an_epoch_do_no_harm(tmp_path):
    options = {"device": "cpu", "noprogressbar": True, "ckpt_interval_steps": 1}
    one, _ = run(tmp_path / "one")
    two, _ = run(tmp_path / "two", run_opts=options)
    for name, value in one.state_dict().items():
        assert value.equal(two.state_dict()[name]), name


def test_batches_of_cells_differ_from_epoch_to_epoch(tmp_path):
    drawn = []

    class Spy(HierarchicalBatchSampler):
        def __iter__(self):
            drawn.append(list(super().__iter__()))
            return iter(drawn[-1])

    cells = {"languages": 1, "classes": 4, "utterances": 1}
    spy = Spy(tiny.TRAIN, tiny.SCHEME, 1, **cells)
    run(tmp_path / "x", loader={"batch_sampler": spy})
    assert len(drawn) == 3 and drawn[0] != drawn[1] != drawn[2]
