import types

import pytest
import torch
from helpers import toy

from speechbrain_clser.training import options

SHIPPED = str(toy.RECIPE / "hparams" / "source_only.yaml")


@pytest.fixture
def recipe(tmp_path, monkeypatch):
    """A recipe's folder with two YAMLs, in which a user is."""
    (tmp_path / "hparams").mkdir()
    for name in ("dual_anchor", "sere"):
        (tmp_path / "hparams" / f"{name}.yaml").write_text("seeds: 1\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["train.py"])


def refused(*arguments):
    """Message about a command line that is refused."""
    with pytest.raises((ValueError, FileNotFoundError), match=" ") as caught:
        options.parse([*map(str, arguments)])
    return str(caught.value)


def test_equals_sign_in_a_value_is_kept():
    name = "emodb_to_emovo:share=0.2"
    for typed in ((f"--protocol={name}",), ("--protocol", name)):
        _, _, overrides = options.parse([SHIPPED, *typed, "--seeds=2"])
        assert overrides == {"protocol": name, "seeds": 2}


def test_shipped_yaml_and_right_options_pass():
    path, run_opts, overrides = options.parse(
        [
            *(SHIPPED, "--device=cpu", "--seeds", "3", "--lr", "1e-4"),
            *("--data_folder", "{emodb: /data}", "--speed_perturb=[]"),
            *("--allow_bad_files", "True", "--loss_weights", "{emotion: 2}"),
        ]
    )
    assert path == SHIPPED
    assert run_opts["device"] == "cpu"
    assert overrides == {
        "seeds": 3,
        "lr": 0.0001,
        "data_folder": '{"emodb": "/data"}',
        "speed_perturb": [],
        "allow_bad_files": True,
        "loss_weights": {"emotion": 2},
    }


@pytest.mark.parametrize(
    "default, typed, expected",
    [
        ("", ["/a", "{own: /o}"], '{"*": "/a", "own": "/o"}'),
        ("", ["{own: /o}"], '{"own": "/o"}'),
        ("", ["{own: /o}", "{b: /b}"], '{"own": "/o", "b": "/b"}'),
        ("/a", ["{own: /o}"], '{"*": "/a", "own": "/o"}'),
        ("/a", ["/b"], "/b"),
        ("/a", ["/b", "{own: /o=1}"], '{"*": "/b", "own": "/o=1"}'),
    ],
)
def test_mapping_adds_to_the_data_folder(tmp_path, default, typed, expected):
    path = tmp_path / "x.yaml"
    path.write_text(f'data_folder: "{default}"\nx: !ref <data_folder>\n')
    apart = [part for one in typed for part in ("--data_folder", one)]
    for options_ in (apart, [f"--data_folder={one}" for one in typed]):
        overrides = options.parse([str(path), *options_])[2]
        assert overrides["data_folder"] == expected


@pytest.mark.parametrize("is_terminal", [True, False])
def test_bars_of_speechbrain_need_a_terminal(monkeypatch, is_terminal):
    monkeypatch.setattr("sys.stderr.isatty", lambda: is_terminal, raising=False)
    _, run_opts, _ = options.parse([SHIPPED])
    assert run_opts["noprogressbar"] is not is_terminal
    assert ("noprogressbar" in run_opts.overridden_args) is not is_terminal


@pytest.mark.parametrize(
    "name", ["hparams/dual_anchr.yaml", "dual_anchr", "hparams/dual_anchr"]
)
def test_wrong_yaml_error_lists_those_that_exist(recipe, name):
    message = refused(name, "--seeds", 2)
    assert message.startswith(f"{name}: expected a YAML")
    assert "did you mean hparams/dual_anchor.yaml?" in message
    assert "\n  hparams/sere.yaml" in message


@pytest.mark.parametrize("arguments", [[], ["--seeds", 2], [""]])
def test_missing_yaml_error_lists_those_that_exist(recipe, arguments):
    message = refused(*arguments)
    assert message.startswith("expected a YAML as the first argument")
    assert "\n  hparams/dual_anchor.yaml" in message


@pytest.mark.parametrize(
    "typed, meant",
    [
        ("--protocl", "--protocol"),
        ("--speed_perturbs", "--speed_perturb"),
        ("--sedes=3", "--seeds"),
        ("--noprogresbar", "--noprogressbar"),
    ],
)
def test_misspelt_option_suggests_the_nearest(typed, meant):
    message = refused(SHIPPED, typed, 1)
    assert f"did you mean {meant}" in message
    assert SHIPPED in message and "--help" in message


def test_shortened_option_of_speechbrain_is_not_taken_half():
    # argparse would set the device, and the Brain would not look at it.
    assert "--dev: there is no such option" in refused(SHIPPED, "--dev", "cpu")


@pytest.mark.parametrize(
    "option, value, expected",
    [
        ("seeds", "0", "a whole number, 1 or more, found 0"),
        ("seeds", "three", 'a whole number, 1 or more, found "three"'),
        ("seeds", "1.5", "a whole number, 1 or more, found 1.5"),
        ("seeds", "True", "a whole number, 1 or more, found true"),
        ("trials", "0", "a whole number, 1 or more, found 0"),
        ("batch_size", "0", "a whole number, 1 or more, found 0"),
        ("seed", "-1", "a whole number, 0 or more, found -1"),
        ("lr", "fast", 'a number above 0, found "fast"'),
        ("lr", "0", "a number above 0, found 0"),
        ("lr", ".nan", "a number above 0, found NaN"),
        ("encoder_lr", "-1", "a number above 0, found -1"),
        ("lr", ".inf", "a number above 0, found Infinity"),
        ("dropout", "2", "a number of 0-1, found 2"),
        ("label_smoothing", "-0.1", "a number of 0-1, found -0.1"),
        ("focal_gamma", "-1", "a number, 0 or more, found -1"),
        ("speed_perturb", "[.nan]", "a list such as [], found [NaN]"),
        ("number_of_epochs", "-1", "a whole number, 0 or more, found -1"),
        ("number_of_epochs", "1e99", "a whole number, 0 or more, found 1e+99"),
        ("seed", f"{2**64}", f"a whole number, {2**31 - 1} or less, found 18"),
        ("batch_size", f"{10**20}", "a whole number, 2147483647 or less"),
        ("seeds", "0x" + "f" * 5000, "a whole number, 2147483647 or less"),
        ("threads", "100000", "a whole number, 1024 or less, found 100000"),
        ("dim", f"{10**12}", "a whole number, 65536 or less, found 10000"),
        ("grad_accumulation_factor", "0", "a number, 1 or more, found 0"),
        ("max_grad_norm", "-1", "a number, 0 or more, found -1"),
        ("max_grad_norm", "nan", "a number, 0 or more, found nan"),
        ("allow_bad_files", "yes", 'True or False, found "yes"'),
        (
            "baselines",
            "linear",
            'a list such as ["linear", "svm"], found "linear"',
        ),
        ("speed_perturb", "[fast]", 'a list such as [], found ["fast"]'),
        ("hierarchical_sampling", "3", "a mapping such as {"),
        ("protocol", "[demo]", 'text, found ["demo"]'),
        ("output_folder", "", "a value, found nothing"),
    ],
)
def test_value_of_the_wrong_type_is_refused(option, value, expected):
    message = refused(SHIPPED, f"--{option}", value)
    assert message.startswith(f"--{option}: expected {expected}")


def test_value_within_a_mapping_is_looked_at():
    message = refused(SHIPPED, "--hierarchical_sampling", "{languages: two}")
    assert message.startswith(
        "--hierarchical_sampling: languages: expected a whole number"
    )
    message = refused(SHIPPED, "--hierarchical_sampling", "{languages: 0}")
    assert "languages: expected a whole number, 1 or more, found 0" in message
    message = refused(SHIPPED, "--loss_weights", "{emotion: -1}")
    assert message.endswith("emotion: expected a number, 0 or more, found -1")
    message = refused(SHIPPED, "--loss_weights", "{emotoin: 1}")
    assert message == (
        "--loss_weights: there is no key emotoin; did you mean emotion? The "
        "keys are emotion"
    )


def test_value_of_the_yaml_itself_is_looked_at(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("seeds: 0\n")
    assert "--seeds: expected a whole number, 1 or more" in refused(path)


@pytest.mark.parametrize(
    "arguments, expected",
    [
        (["--precision", "fp8"], "argument --precision: invalid choice"),
        (["--speed_perturb", "[0.9"], "options could not be read as YAML"),
        (["--seeds", "9" * 5000], "could not be read as YAML: Exceeds the"),
        (["--seeds", "2", "--seeds", "3"], "duplicate key"),
        (["seeds", "3"], "expected options such as --seeds 3"),
    ],
)
def test_what_cannot_be_parsed_is_one_message(arguments, expected, capsys):
    assert expected in refused(SHIPPED, *arguments)
    assert capsys.readouterr().err == ""


def test_help_is_that_of_speechbrain(capsys):
    with pytest.raises(SystemExit, match="0"):
        options.parse(["--help"])
    assert "--distributed_backend" in capsys.readouterr().out


@pytest.fixture
def machine(monkeypatch):
    """Let torch say what there is."""

    def has(kind=None, n_devices=0):
        for name, value in {
            "is_available": kind is not None,
            "current_accelerator": types.SimpleNamespace(type=kind),
            "device_count": n_devices,
        }.items():
            monkeypatch.setattr(torch.accelerator, name, lambda v=value: v)

    return has


@pytest.mark.parametrize("device", ["cuda", "cuda:3", "mps"])
def test_device_that_is_not_there_says_what_to_type(machine, device):
    machine()
    message = refused(SHIPPED, "--device", device)
    assert message.startswith(f"--device {device}: torch {torch.__version__}")
    assert "only cpu; give --device cpu" in message


def test_devices_that_are_there_are_named(machine):
    machine("cuda", 2)
    for device in (None, "cpu", "cuda", "cuda:1"):
        options.check_device(device)
    message = refused(SHIPPED, "--device", "cuda:3")
    assert "only cpu, cuda:0, cuda:1; give --device cuda:0" in message
    assert "--device mps" in refused(SHIPPED, "--device", "mps")


def test_word_that_is_no_device_is_refused():
    assert "expected cpu, cuda, cuda:0, mps" in refused(
        *(SHIPPED, "--device", "gpu")
    )


def test_process_without_a_gpu_of_its_own_says_what_to_type(
    machine, monkeypatch
):
    monkeypatch.setenv("LOCAL_RANK", "1")
    machine("cuda", 1)
    assert "--distributed_backend gloo --device cpu" in refused(SHIPPED)
    options.check_device("cpu", "gloo")
