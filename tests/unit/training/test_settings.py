import json
import os

import pytest
from speechbrain.utils.run_opts import RunOptions

from speechbrain_clser.training.settings import check_same_settings, settings

YAML = (
    "# header\nseed: 1\ntrials: 1\nlr: 0.1\nrate: !ref <lr>\ndata_folder: /a\n"
)


@pytest.fixture
def output(tmp_path):
    """Settings of the YAML under overrides and options."""
    path = tmp_path / "x.yaml"
    path.write_text(YAML)

    def settings_of(options=None, **overrides):
        return settings(path, overrides, RunOptions(**(options or {})))

    return settings_of


def test_references_are_resolved_and_places_left_out(output):
    values = output(lr=0.5)
    assert values["rate"] == "0.5\n"
    assert not {"seed", "data_folder"} & values.keys()


def test_comments_and_layout_are_no_settings(tmp_path):
    one, other = tmp_path / "one.yaml", tmp_path / "other.yaml"
    one.write_text("augment:\n    - a # first\n    - b\nlr: 0.1 # rate\n")
    other.write_text("augment:\n  # both\n  - a\n  - b\nlr: 0.1\n")
    found = [settings(path, {}, RunOptions()) for path in (one, other)]
    assert found[0] == found[1] and found[0]["augment"] == "- a\n- b\n"


def test_same_values_may_go_on(output, tmp_path):
    check_same_settings(tmp_path / "run", output())
    check_same_settings(
        tmp_path / "run", output(data_folder="/b", seed=2, trials=10)
    )


def test_run_from_before_alignment_goes_on_without_it_only(tmp_path):
    before = {"lr": "0.1\n"}
    check_same_settings(tmp_path / "run", before)
    now = {**before, "alignment": "none\n", "alignment_weight": "1.0\n"}
    check_same_settings(tmp_path / "run", now)
    with pytest.raises(ValueError, match="other values of alignment, alignm"):
        check_same_settings(tmp_path / "run", {**now, "alignment": "mdd\n"})


@pytest.mark.parametrize(
    "options, overrides, key",
    [
        ({}, {"lr": 0.2}, "lr, rate"),
        ({"precision": "bf16"}, {}, "precision"),
        ({"max_grad_norm": 1.0}, {}, "max_grad_norm"),
    ],
)
def test_other_values_are_refused_and_named(
    output, tmp_path, options, overrides, key
):
    check_same_settings(tmp_path / "run", output())
    before = (tmp_path / "run" / "settings.json").read_text()
    with pytest.raises(
        ValueError, match=f"other values of {key};.*output_folder"
    ):
        check_same_settings(tmp_path / "run", output(options, **overrides))
    assert (tmp_path / "run" / "settings.json").read_text() == before


def test_settings_of_a_new_folder_are_written(output, tmp_path):
    check_same_settings(tmp_path / "new" / "run", output())
    kept = json.loads((tmp_path / "new" / "run" / "settings.json").read_text())
    assert kept == output()


@pytest.mark.parametrize("text", ["", '{"lr": "0', "[]"])
def test_damaged_settings_are_named_once_something_is_trained(
    output, tmp_path, text, caplog
):
    check_same_settings(tmp_path / "run", output())
    path = tmp_path / "run" / "settings.json"
    whole = path.read_text()
    path.write_text(text)
    check_same_settings(tmp_path / "run", output())
    assert path.read_text() == whole
    assert f"{path}: expected JSON, found a damaged file" in caplog.text
    (tmp_path / "run" / "seed_1").mkdir()
    (tmp_path / "run" / "seed_1" / "epochs.jsonl").touch()
    path.write_text(text)
    with pytest.raises(ValueError, match=r"settings.json: .* delete the file"):
        check_same_settings(tmp_path / "run", output())
    assert path.read_text() == text


def test_partial_files_of_killed_runs_are_removed(output, tmp_path):
    path = tmp_path / "seed_1" / f"epochs.jsonl.{32 * '0'}.partial"
    path.parent.mkdir()
    path.touch()
    check_same_settings(tmp_path, output())
    check_same_settings(tmp_path, output())
    assert path.exists()
    os.utime(path, (0, 0))
    with pytest.raises(ValueError, match="other values"):
        check_same_settings(tmp_path, output(lr=0.2))
    assert path.exists()
    check_same_settings(tmp_path, output())
    assert not path.exists()
