"""An experiment: what is decided before anything is trained."""

import contextlib
import re
from pathlib import Path

import pytest
from helpers import toy
from speechbrain.utils.run_opts import RunOptions

from speechbrain_clser.training.experiment import Experiment

YAML = str(toy.RECIPE / "hparams" / "source_only.yaml")


@pytest.fixture
def experiment(tmp_path):
    def make(yaml=YAML, **overrides):
        overrides = {
            "cache_folder": str(tmp_path / "cache"),
            "output_folder": str(tmp_path / "run"),
            **overrides,
        }
        options = {"device": "cpu", "debug": overrides.pop("debug", False)}
        run_opts = RunOptions.from_dictionary(options)
        return Experiment(yaml, overrides, run_opts)

    return make


def test_trials_share_no_seed(experiment):
    with contextlib.ExitStack() as at_end:
        found = experiment(protocol="demo_share").start(at_end, 3, 2, [])
    assert [[*seeds] for seeds in found] == [
        *([1001, 1002], [2001, 2002], [3001, 3002])
    ]


def test_several_trials_need_a_protocol_that_samples(experiment):
    with contextlib.ExitStack() as at_end:
        with pytest.raises(ValueError, match="all trials are identical"):
            experiment().start(at_end, 2, 1, [])


def test_folder_of_another_run_is_refused_and_left_as_it_was(experiment):
    with contextlib.ExitStack() as at_end:
        experiment().start(at_end, 1, 1, [])
        folder = experiment().folder
        before = sorted(folder.rglob("*"))
        with pytest.raises(ValueError, match="other values of lr"):
            experiment(lr=0.5).start(at_end, 1, 1, [])
        assert sorted(folder.rglob("*")) == before
        at_end.pop_all()


def test_debug_run_has_a_folder_of_its_own(experiment):
    assert experiment(debug=True).folder.name == "debug"


@pytest.mark.parametrize("layers", [{}, {"layers": "auto"}])
def test_encoder_without_layers_is_refused_only_if_the_user_chose(
    experiment, layers
):
    yaml = str(toy.RECIPE / "hparams" / "layer_probe.yaml")
    if not layers:
        assert experiment(yaml).layers is None
        return
    with pytest.raises(ValueError, match="layers are chosen of one pretrained"):
        experiment(yaml, **layers)


def test_seed_builds_the_method_anew_and_keeps_fitted_side_information(
    experiment,
):
    yaml = str(toy.RECIPE / "hparams" / "dual_anchor.yaml")
    made = experiment(yaml, protocol="demo_unlabelled", dim=8)
    method, sources = made.hparams["method"], made.hparams["side_information"]
    assert made.begin_seed(0, 1001).name == "seed_1001"
    assert made.hparams["method"] is method
    assert made.begin_seed(1, 2001).parts[-2:] == ("trial_1", "seed_2001")
    assert made.hparams["method"] is not method
    assert made.hparams["side_information"] is sources


def test_checkpoints_and_log_are_in_the_folder_of_the_training(experiment):
    made = experiment(protocol="demo_share")
    for trial, seed in ((0, 1001), (1, 2001)):
        folder = made.begin_seed(trial, seed)
        assert made.hparams["save_folder"] == str(folder / "save")
        train_logger = made.hparams["train_logger"]
        assert train_logger.save_file == str(folder / "train_log.txt")


def test_yaml_without_logger_and_save_folder_gets_both(experiment, tmp_path):
    yaml = tmp_path / "mine.yaml"
    text = Path(YAML).read_text(encoding="utf-8")
    text = re.sub(
        r"(?m)^(save_folder|train_log\w*|skip_prep|report):.*\n( .*\n)*",
        "",
        text,
    )
    yaml.write_text(text)
    found = experiment(str(yaml)).hparams
    folder = tmp_path / "run" / "seed_1001"
    assert found["save_folder"] == str(folder / "save")
    assert found["train_logger"].save_file == str(folder / "train_log.txt")


def test_other_save_folder_is_refused(experiment, tmp_path):
    with contextlib.ExitStack() as at_end:
        with pytest.raises(
            ValueError, match=r"save_folder: .* --output_folder"
        ):
            experiment(save_folder=str(tmp_path)).start(at_end, 1, 1, [])
