"""Names of version 0.1 are read for one version, with a warning."""

import shutil
from pathlib import Path

import pytest
import torch
from helpers import tiny
from speechbrain.inference.classifiers import EncoderClassifier

from speechbrain_clser import deprecation
from speechbrain_clser.data import manifest, protocol, samplers
from speechbrain_clser.evaluation import run as runs
from speechbrain_clser.inference.classifier import EmotionClassifier
from speechbrain_clser.methods.dual_anchor import (
    AnchoringConfig,
    DualAnchor,
    PseudoLabelConfig,
)
from speechbrain_clser.training import options, settings
from speechbrain_clser.training.phases import Phase
from speechbrain_clser.training.side_information import Phones

LEGACY = Path(__file__).parents[1] / "legacy"
OLD_PROTOCOL = """
sources: [emodb]
targets: [urdu]
merge: {boredom: neutral}
target_material: shots
target_share: 0.1
scored: held_out
"""
# Of ``legacy/model`` under version 0.1, for ``wav``. SpeechBrain's own class does
# not apply the temperature.
EXPECTED = {
    EmotionClassifier: [0.3143, 0.1927, 0.2753, 0.2178],
    EncoderClassifier: [0.7700, 0.0058, 0.2046, 0.0196],
}


@pytest.fixture(autouse=True)
def warn_anew():
    """Warnings are given once per process."""
    deprecation._warn.cache_clear()


@pytest.fixture
def legacy(tmp_path):
    """Folders of a model and a run of version 0.1, as a copy."""
    shutil.copytree(LEGACY, tmp_path / "legacy")
    return tmp_path / "legacy"


@pytest.fixture
def wav():
    time_s = torch.arange(16000) / 16000
    return 0.1 * torch.sign(torch.sin(2 * torch.pi * 200 * time_s))[None]


def test_old_protocol_keys_are_read(tmp_path, caplog):
    path = tmp_path / "mine.yaml"
    path.write_text(OLD_PROTOCOL)
    read = protocol.load(path)
    assert read.merge_classes == {"boredom": "neutral"}
    assert (read.target_supervision, read.test_on) == ("shots", "held_out")
    assert "target_share is now called target_labelled_fraction" in caplog.text
    assert (
        f"{path}: target_labelled_fraction, target_supervision, test_on are now "
        "written `supervision: {share: 0.1}` and `held_out_share: 0.5`"
    ) in caplog.text


def test_old_beside_new_key_is_refused(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(OLD_PROTOCOL + "test_on: all\n")
    with pytest.raises(ValueError, match="scored and test_on, found both"):
        protocol.load(path)


def test_old_options_and_yaml_keys_are_read(tmp_path, caplog):
    path = tmp_path / "mine.yaml"
    path.write_text(
        "draws: 1\nspeeds: []\nfield: !new:speechbrain_clser.lobes.dynamics"
        ".Dynamics\n  columns: !ref <speeds>\n  resonates: utterance\n"
    )
    arguments = [str(path), "--draws", "3", "--speeds=[0.9]", "--device", "cpu"]
    found, _, overrides = options.parse(arguments)
    assert overrides == {"trials": 3, "speed_perturb": [0.9]}
    text = Path(found).read_text()
    assert "lobes.delta_features.DeltaFeatures" in text
    assert "columns: !ref <speed_perturb>\n  field_level: utterance" in text
    assert "--draws is now called --trials" in caplog.text
    assert path.read_text().startswith("draws")


def test_flat_arguments_of_a_method_are_grouped(caplog):
    parts = [torch.nn.Identity() for _ in range(5)]
    flat = DualAnchor(*parts, n_classes=2, neutral=1, k=3, confidence=0.9)
    assert flat.anchoring == AnchoringConfig(neutral=1, k=3)
    assert flat.state.pseudo_labels == PseudoLabelConfig(confidence=0.9)
    assert (
        "DualAnchor: k, neutral are now given in `anchoring: AnchoringConfig`"
    ) in caplog.text
    both = DualAnchor(*parts, n_classes=2, anchoring=flat.anchoring, k=4)
    assert both.anchoring == AnchoringConfig(neutral=1, k=4)


def test_flat_values_of_a_protocol_are_grouped(caplog):
    given = {"target_supervision": "shots", "shots": 5, "valid_share": 0.2}
    flat = protocol.Protocol("x", ("a",), ("b",), **given)
    assert flat == protocol.Protocol.of("x", ("a",), ("b",), **given)
    assert (flat.supervision.shots, flat.splits.valid_share) == (5, 0.2)
    assert "shots, target_supervision are now given in `supervision" in (
        caplog.text
    )


def test_flat_settings_of_a_run_equal_grouped_ones(tmp_path):
    old = {
        "dim": "8 # width",
        "augment": "- a # one\n  - b",
        "method": "!new:speechbrain_clser.methods.sere.Sere\n  warm_up: 0.1\n"
        "  gate: x # of frames\n  heard_share: 0.5",
    }
    settings.check_same_settings(tmp_path, old)
    path = tmp_path / "now.yaml"
    path.write_text(
        "dim: 8\naugment:\n    - a\n    - b\nmethod: !new:speechbrain_clser.methods.sere"
        ".Sere\n    gate: x\n    resonance: !new:speechbrain_clser.methods."
        "sere.ResonanceConfig\n        propagation_alpha: 0.5\n"
        "        warm_up: 0.1\n"
    )
    nodes = settings.resolved(path, {})
    now = {key: settings._text(node) for key, node in nodes.items()}
    settings.check_same_settings(tmp_path, now)
    with pytest.raises(ValueError, match="other values of method;"):
        other = now["method"].replace("0.1", "0.2")
        settings.check_same_settings(tmp_path, {**now, "method": other})


def test_old_settings_that_are_no_yaml_are_refused_by_name(tmp_path):
    path = tmp_path / "settings.json"
    path.write_text('{"dim": "*id001", "lr": 1}')
    with pytest.raises(ValueError, match="(?s)settings.json: .*--output"):
        settings.check_same_settings(tmp_path, {"dim": "8\n"})


def test_old_commands_of_clser_are_read():
    assert deprecation.current_command(["store", "--verify"])[0] == "cache"
    typed = ["export", "run", "--pack-encoder", "--out", "demo"]
    assert deprecation.current_command(typed) == [
        *("export", "run", "--bundle-encoder", "--out", "demo")
    ]


@pytest.mark.parametrize("loader", EXPECTED)
def test_old_model_folder_gives_the_same_probabilities(
    legacy, loader, wav, tmp_path, caplog
):
    model = loader.from_hparams(str(legacy / "model"), savedir=str(tmp_path))
    probabilities = model.classify_batch(wav)[0].exp()
    assert probabilities[0].tolist() == pytest.approx(
        EXPECTED[loader], abs=1e-4
    )
    assert "is now called speechbrain_clser.lobes.delta_features" in (
        caplog.text.replace("called lobes", "called speechbrain_clser.lobes")
    )


def test_old_run_folder_is_read_and_compared(legacy):
    run = runs.read(legacy / "run")
    assert run.method == "sere" and run.protocol["merge_classes"] == {}
    splits = {row["part"] for row in run.rows}
    assert splits == {"train", "valid", "unlabelled", "test"}
    assert {*run.data["parts"]} == splits | {"target_labelled"}
    assert run.audit[1]["parts"] == ["train", "test"]
    assert "in both train and test (s0" in run.audit[1]["sentence"]
    assert "(the test utterances themselves)" in run.ledger["sentence"]
    assert len(run.seeds[0].predictions["test"]) == 24
    assert "pseudo_labels" in run.seeds[0].notes["field"][0]
    old = settings.read_json(legacy / "run" / "settings.json", "", dict)
    assert {"speeds", "resonates"} <= old.keys()
    now = deprecation.current_keys(old, deprecation.OPTIONS, "now")
    settings.check_same_settings(legacy / "run", now)
    with pytest.raises(ValueError, match="other values of speed_perturb"):
        settings.check_same_settings(
            legacy / "run", {**now, "speed_perturb": ""}
        )


@pytest.mark.parametrize(
    "old, new",
    [
        ("rows: shots", "rows: target_labelled"),
        ("rows: [train, shots]", "rows: [train, target_labelled]"),
        (
            "rows:\n  - train\n  - shots\n",
            "rows:\n  - train\n  - target_labelled\n",
        ),
        ("rows: train\nshots: 5", "rows: train\nshots: 5"),
        ("rows: train\n# shots", "rows: train\n# shots"),
    ],
)
def test_old_rows_of_phases_are_read(tmp_path, old, new):
    assert deprecation.current_yaml(old, "my.yaml") == new
    settings.check_same_settings(tmp_path, {"phases": f"{old}\n"})
    settings.check_same_settings(tmp_path, {"phases": f"{new}\n"})


def test_phase_with_an_old_split_is_built(caplog):
    assert Phase("x", ["train", "shots"], 1).parts == (
        "train",
        "target_labelled",
    )
    assert "phase 'x': shots is now called target_labelled" in caplog.text


def test_old_missing_values_are_read(legacy):
    (legacy / "run" / "undefined.json").write_text(
        '{"scored": {"n_lacking": 1}}'
    )
    found = runs.read(legacy / "run").missing_values
    assert found == {"test": {"n_lacking": 1}}


def test_old_manifest_report_is_read(tmp_path):
    (tmp_path / "a.json").write_text('{"strays": {"n": 2}}')
    assert manifest.report(tmp_path / "a.csv") == {"unlisted": {"n": 2}}


def test_old_balance_is_read(tmp_path, caplog):
    sizes = {"languages": 1, "classes": 1, "utterances": 1}
    args = (tiny.TRAIN, tiny.SCHEME, "cells", 1, 8, sizes)
    assert "batch_sampler" in samplers.loader_options(*args)
    assert "cells is now written balance: hierarchical" in caplog.text
    for old in ("cells", "cells\n", "hierarchical", "hierarchical\n"):
        settings.check_same_settings(tmp_path, {"balance": old})


def test_old_argument_of_phones_is_read():
    assert Phones("ctc", recogniser="a/b").phone_recogniser == "a/b"


def test_folders_of_old_trials_are_found(tmp_path):
    for name in ("seed_1", "draw_1/seed_2", "trial_2/seed_3"):
        (tmp_path / name).mkdir(parents=True)
    found = runs.trainings(tmp_path)
    assert [runs.trial_of(path, tmp_path) for path in found] == [0, 2, 1]


def test_name_that_never_was_is_no_part():
    from speechbrain_clser import lobes

    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = lobes.nothing
