"""Test that hidden labels do not change predictions."""

import dataclasses
import functools
from types import SimpleNamespace

import torch
from helpers import tiny

from speechbrain_clser.data import dataio
from speechbrain_clser.lobes.conv_transformer import ConvTransformer
from speechbrain_clser.lobes.cosine_head import CosineHead
from speechbrain_clser.lobes.delta_features import DeltaFeatures
from speechbrain_clser.lobes.feature_shift import FeatureShift
from speechbrain_clser.lobes.highlight_gate import HighlightGate
from speechbrain_clser.methods.sere import ResonanceConfig, Sere
from speechbrain_clser.training.phases import Phase, run_phases
from speechbrain_clser.training.records import EpochSelection
from speechbrain_clser.training.schedules import warmup_cosine
from speechbrain_clser.training.step import TrainingConfig

SHOTS, REST = tiny.TRAIN[:8], tiny.TRAIN[8:]
PHASES = [Phase("train", "train", 3, n_unlabelled=8)]


def sere():
    """Build the method with all losses active from the start."""
    torch.manual_seed(5)
    return Sere(
        ConvTransformer(tiny.DIM, dim=8, n_conv=1, n_heads=2),
        DeltaFeatures([0, 1]),
        HighlightGate(8, dynamics_dim=4),
        CosineHead(8, len(tiny.SCHEME)),
        classes=tiny.SCHEME.classes,
        change=[FeatureShift(0.5)],
        resonance=ResonanceConfig(warm_up=0.0, highest_threshold=0.3),
    )


def probabilities(folder, relabel, hidden=(*REST, *tiny.SCORED)):
    """Train with relabelled hidden rows; return test probabilities."""
    frames = tiny.frames_of([*tiny.TRAIN, *tiny.VALID, *tiny.SCORED])
    output = [dataclasses.replace(row, emotion=relabel(row)) for row in hidden]
    test = [row for row in output if row.language == "urd"]
    material = SimpleNamespace(
        parts=SimpleNamespace(
            train=SHOTS,
            valid=tiny.VALID,
            target_labelled=(),
            unlabelled=output,
            test=test,
            target_ids={row.id for row in test},
        ),
        protocol=SimpleNamespace(scheme=tiny.SCHEME, name="tiny"),
    )
    method = sere()
    codes, datasets = dataio.datasets_of(material, PHASES, {"frames": [frames]})
    method.setup(codes.speaker_languages)
    brain = run_phases(
        PHASES,
        method,
        datasets,
        folder,
        dataio.loaders_of(material, PHASES, "none", 1, 8, None),
        EpochSelection("last"),
        config=TrainingConfig(
            dict.fromkeys(Sere.LOSSES, 1.0), tiny.SCHEME, 1, warmup_cosine
        ),
        opt_class=functools.partial(torch.optim.AdamW, lr=0.01),
        run_opts={"device": "cpu", "noprogressbar": True},
    )
    return brain.predict(datasets["test"], {"batch_size": 8})[1]


def test_wrong_hidden_labels_do_not_change_predictions(tmp_path):
    classes = tiny.SCHEME.classes
    for name in ("right", "wrong"):
        (tmp_path / name).mkdir()
    right = probabilities(tmp_path / "right", lambda row: row.emotion)
    wrong = probabilities(
        tmp_path / "wrong",
        lambda row: classes[(classes.index(row.emotion) + 1) % len(classes)],
    )
    assert wrong.equal(right)


def test_unlabelled_audio_changes_predictions(tmp_path):
    for name in ("all", "fewer"):
        (tmp_path / name).mkdir()
    complete = probabilities(tmp_path / "all", lambda row: row.emotion)
    fewer = probabilities(
        tmp_path / "fewer", lambda row: row.emotion, tiny.SCORED
    )
    assert not fewer.equal(complete)
