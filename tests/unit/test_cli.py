import csv
import importlib
import io
import json
import logging
import re
import shutil
import subprocess
import sys
import types

import click
import pytest
from click.testing import CliRunner
from helpers import runs, served, sounds, toy
from house.sources import ROOT

from speechbrain_clser import cli
from speechbrain_clser.cli import main
from speechbrain_clser.inference.classifier import EmotionClassifier
from speechbrain_clser.inference.predict import columns

COMMANDS = sorted(main.commands)


@pytest.fixture(autouse=True)
def quiet():
    """Restore logging."""
    ours = logging.getLogger("speechbrain_clser")
    level = ours.level
    yield
    ours.setLevel(level)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A model with the built-in encoder, and recordings."""
    return served.make(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Folder of the toy corpora."""
    folder = tmp_path_factory.mktemp("toy")
    toy.make(folder)
    return folder


def clser(*arguments, **options):
    """Run a command."""
    return CliRunner().invoke(main, [*map(str, arguments)], **options)


def done(*arguments, **options):
    """Return the output of a command that must succeed."""
    result = clser(*arguments, **options)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize(
    "place, arguments",
    [
        ("inference.source.locate", ["predict", "model", "a.wav"]),
        ("corpora.load", ["prepare", "demo"]),
        (
            "commands.layers.probe",
            ["layers", "--encoder", "x", "--protocol", "demo"],
        ),
    ],
)
def test_interrupt_is_one_line_and_130(monkeypatch, place, arguments):
    def stop(*_, **__):
        raise KeyboardInterrupt

    module, name = place.rsplit(".", 1)
    module = importlib.import_module(f"speechbrain_clser.{module}")
    monkeypatch.setattr(module, name, stop)
    result = clser(*arguments)
    assert result.exit_code == 130
    (line,) = result.stderr.splitlines()
    assert line.startswith("Interrupted; run the same")


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_help_does_not_import_heavy_packages():
    code = (
        "import sys\nfrom speechbrain_clser.cli import main\n"
        "main(['--help'], standalone_mode=False)\n"
        "assert not {'torch', 'numpy', 'speechbrain', 'yaml'} & {*sys.modules}"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    assert "Recognise emotions in speech" in run.stdout


def test_module_is_executable():
    run = subprocess.run(
        [sys.executable, "-m", "speechbrain_clser.cli", "--version"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert run.stdout.startswith("clser, version ")


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_every_command_has_an_example(name):
    text = done(name, "--help")
    assert f"Example:  clser {name}" in text
    assert main.commands[name].get_short_help_str()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_has_help(name):
    for parameter in main.commands[name].params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name


def test_commands_are_listed_in_order():
    text = done("--help")
    places = [text.index(f"\n  {name} ") for name in main.commands]
    assert places == sorted(places)


@pytest.mark.parametrize(
    "error, shown",
    [
        (ValueError("expected 1, got 2"), "expected 1, got 2"),
        (KeyError("expected one of a, b"), "expected one of a, b"),
        (FileNotFoundError(2, "No such file", "x"), "No such file: 'x'"),
        (ModuleNotFoundError("pip install x"), "pip install x"),
        (ValueError(), "ValueError"),
    ],
)
def test_expected_errors_are_shown_without_traceback(monkeypatch, error, shown):
    def complain(context):
        raise error

    monkeypatch.setattr(main.commands["doctor"], "invoke", complain)
    result = clser("doctor")
    assert result.exit_code == 1
    assert shown in result.stderr
    assert result.stderr.startswith("Error: ")
    assert "Traceback" not in result.stderr
    assert clser("--traceback", "doctor").exception is error


def test_unexpected_error_has_traceback(monkeypatch):
    monkeypatch.setattr(main.commands["doctor"], "invoke", lambda c: 1 / 0)
    assert isinstance(clser("doctor").exception, ZeroDivisionError)


def test_broken_pipe_is_not_an_error_message(monkeypatch):
    def complain(context):
        raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr(main.commands["doctor"], "invoke", complain)
    assert "Error" not in clser("doctor").output


def test_corpora_are_listed_and_described():
    assert "emodb" in done("corpora")
    assert "Burkhardt et al." in done("corpora", "emodb")
    assert "expected a corpus among" in clser("corpora", "x").stderr


def test_protocols_are_listed_and_described():
    text = done("protocols")
    assert "paper_en_to_de" in text and "<sources>_to_<targets>" in text
    text = done("protocols", "emodb+ravdess_to_emovo:transductive")
    assert re.search("sources +emodb, ravdess\n", text)
    assert re.search("transductive +True\n", text)
    text = done("protocols", "emodb_to_urdu")
    assert "target supervision" in text
    assert "digest" in text
    assert "no protocol 'x'" in clser("protocols", "x").stderr


@pytest.mark.parametrize("is_mapping", [False, True])
def test_corpus_is_prepared(data, tmp_path, is_mapping):
    where = f"{{north: {data / 'north'}}}" if is_mapping else data
    text = done(
        *("prepare", "north", "--data-folder", where),
        *("--manifests", tmp_path / "manifests"),
    )
    assert text == f"{tmp_path / 'manifests' / 'north.csv'}\n"
    assert (tmp_path / "manifests" / "north.csv").is_file()


def test_missing_corpus_raises_with_folder(data, tmp_path):
    result = clser("prepare", "emodb", "--data-folder", data)
    assert "emodb: expected a folder named EmoDB or EMO-DB" in result.stderr


def test_audit_without_leak_exits_with_0(data, tmp_path):
    text = done(
        *("audit", data / "toy.yaml", "--data-folder", data),
        *("--manifests", tmp_path),
    )
    assert text.splitlines()[0].startswith("part ")
    assert "\nleak: " not in text


def test_audit_with_leak_exits_with_1(data, tmp_path):
    path = tmp_path / "leaky.yaml"
    path.write_text("sources: [north]\ntargets: [south]\nsplit: random\n")
    result = clser(
        *("audit", path, "--data-folder", data, "--manifests", tmp_path)
    )
    assert result.exit_code == 1
    assert "leak: 1 speaker in both train and valid" in result.stdout


def test_audit_skips_bad_files_if_allowed(tmp_path):
    data = tmp_path / "data"
    toy.make(data)
    next((data / "south").rglob("*.wav")).write_bytes(b"cut")
    command = ["audit", data / "toy.yaml", "--data-folder", data]
    command += ["--manifests", tmp_path]
    assert "--allow-bad-files" in clser(*command).stderr
    assert "utterances" in done(*command, "--allow-bad-files")


def test_predict_writes_to_standard_output(model):
    result = clser("predict", model.folder, *model.files)
    assert result.exit_code == 0, result.output
    assert [row["file"] for row in rows(result.stdout)] == model.files
    assert result.stderr.endswith("6 files classified\n")


def test_predict_writes_folder_and_list_to_file(model, tmp_path):
    out = tmp_path / "a.jsonl"
    listed = "\n".join(model.files[:2])
    done("predict", model.folder, "-", "--out", out, input=listed)
    folder = model.folder.parent
    result = clser("predict", model.folder, folder, "--out", out)
    assert "4 files classified, 2 before" in result.stderr
    found = [json.loads(line)["file"] for line in out.read_text().splitlines()]
    assert found == model.files


def test_bad_file_is_listed_and_exits_with_1(model, tmp_path, caplog):
    out = tmp_path / "a.csv"
    files = [model.files[0], tmp_path / "nowhere.wav", model.files[1]]
    result = clser("predict", model.folder, *files, "--out", out)
    assert result.exit_code == 1
    assert "nowhere.wav: expected a recording" in caplog.text
    assert len(rows(out.read_text())) == 2
    [bad] = rows((tmp_path / "a.bad.csv").read_text())
    assert bad["reason"] == "missing"


def test_threshold_and_normalisation_are_passed_to_model(model, tmp_path):
    plain = done("predict", model.folder, model.files[0])
    text = done("predict", model.folder, model.files[0], "--min-confidence", 1)
    assert rows(text)[0]["emotion"] == "unknown"
    text = done(
        *("predict", model.folder, model.files[0], "--threads", 1),
        *("--normalise-with", model.files[0], "--device", "cpu"),
        *("--normalise-with", model.files[3]),
    )
    assert rows(text)[0]["p_anger"] != rows(plain)[0]["p_anger"]


def test_bad_normalisation_recordings_are_logged(model, caplog):
    predict = ("predict", model.folder, model.files[0], "--normalise-with")
    result = clser(*predict, "-", input=model.files[0])
    assert result.exit_code == 2
    assert "expected files and folders, found -" in result.stderr
    done(*predict, model.files[0], "--normalise-with", "nowhere.wav")
    assert "nowhere.wav: expected a recording" in caplog.text
    result = clser(*predict, "nowhere.wav")
    assert "expected recordings to normalise over, found" in result.stderr


def test_output_has_provenance_and_refuses_other_settings(model, tmp_path):
    out = tmp_path / "a.csv"
    predict = ("predict", model.folder, "--out", out)
    done(*predict, model.files[0])
    record = json.loads((tmp_path / "a.csv.model.json").read_text())
    assert record["model"] == str(model.folder)
    result = clser(*predict, model.files[1], "--normalise-with", model.files[0])
    assert "expected rows of normalise_over_sha256 " in result.stderr
    assert "found those of null" in result.stderr


def test_adaptation_uses_all_recordings_of_a_list(tmp_path):
    model = served.make(
        tmp_path,
        rows=served.tones(tmp_path / "tones", 40),
        normalise_by="corpus",
    )
    out, listed = tmp_path / "a.csv", "\n".join(model.files)
    predict = ("predict", model.folder, "-", "--out", out)
    result = clser(*predict, "--adapt", input=listed)
    assert "adapted to 40 recordings by em_gaussians (n_comp" in result.stderr
    classifier = EmotionClassifier.from_hparams(model.folder)
    classifier.normalise_with(model.files)
    adapted = classifier.adapt(model.files)
    answers = adapted.classify_files(model.files, has_bar=False)
    found = [float(row["p_anger"]) for row in rows(out.read_text())]
    expected = [answer.probabilities["anger"] for answer in answers]
    assert found == pytest.approx(expected, abs=1e-3)
    record = json.loads((tmp_path / "a.csv.model.json").read_text())
    assert record["adapt_method"] == "em_gaussians"
    assert record["adapted_to_sha256"] == record["normalise_over_sha256"]
    again = clser(*predict, "--adapt", input=listed)
    assert "0 files classified, 40 before" in again.stderr
    for options, refused in (
        ((), "adapt_method null"),
        (
            ("--adapt", "--adapt-method", "equal_mass"),
            'adapt_method "equal_mass',
        ),
    ):
        result = clser(*predict, *options, input=listed)
        assert refused in result.stderr and result.exit_code == 1
    fewer = clser(*predict, "--adapt", input="\n".join(model.files[1:]))
    assert "adapted_to_sha256" in fewer.stderr and fewer.exit_code == 1


def test_failed_adaptation_is_logged(model, caplog):
    predict = ("predict", model.folder, *model.files, "--adapt")
    result = clser(*predict)
    assert "needs adaptation.safetensors in the model" in result.stderr
    plain = done("predict", model.folder, *model.files)
    assert done(*predict, "--adapt-method", "equal_mass") == plain
    assert "not adapted, predictions are unadapted: expected" in caplog.text


def test_revision_of_folder_raises(model):
    result = clser("predict", model.folder, model.files[0], "--revision", "a")
    assert result.exit_code == 1
    assert "revision a needs a hub id" in result.stderr


def test_long_recordings_are_predicted_in_windows(model, tmp_path):
    text = done("predict", model.folder, model.files[0], "--window-s", 0.5)
    first, *_ = rows(text)
    assert first["file"] == model.files[0] and first["start_s"] == "0.0"
    out = tmp_path / "a.jsonl"
    options = ("--window-s", 0.5, "--out", out)
    done("predict", model.folder, model.files[0], *options)
    [line, *_] = out.read_text().splitlines()
    assert json.loads(line)["end_s"] == float(first["end_s"])


def test_non_text_file_name_is_preserved(model, tmp_path):
    path = tmp_path / "\udcff.wav"
    shutil.copy(model.files[0], path)
    out = tmp_path / "a.csv"
    done("predict", model.folder, path, "--out", out)
    assert b"\xff.wav," in out.read_bytes()


def test_missing_model_raises_with_advice(tmp_path):
    result = clser("predict", tmp_path / "model", "a.wav")
    assert result.exit_code == 1
    assert "give the model/ of a run, or a hub id" in result.stderr


def test_model_with_external_code_raises(model, tmp_path):
    folder = shutil.copytree(model.folder, tmp_path / "model")
    text = (folder / "hyperparams.yaml").read_text()
    (folder / "hyperparams.yaml").write_text(
        f"{text}x: !apply:os.system [touch {tmp_path}/ran]\n"
    )
    result = clser("predict", folder, model.files[0])
    assert "a model is data" in result.stderr
    assert not (tmp_path / "ran").exists()


def test_report_is_rebuilt(tmp_path):
    run = runs.make_run(tmp_path / "run")
    text = done("report", run)
    assert "target_scored" in text
    assert (run / "report.html").is_file()
    assert "give the output_folder" in clser("report", tmp_path).stderr


def test_export_passes_arguments(monkeypatch):
    given = []
    stand_in = types.SimpleNamespace(
        export_run=lambda *arguments: given.append(arguments) or "run/model"
    )
    name = "speechbrain_clser.commands.reexport"
    monkeypatch.setitem(sys.modules, name, stand_in)
    assert done("export", "run") == "run/model\n"
    done(
        *("export", "run", "--out", "m", "--pack-encoder"),
        *("--data-folder", "{a: b}", "--device", "cuda"),
    )
    assert given == [
        ("run", None, None, False, "cpu"),
        ("run", "m", "{a: b}", True, "cuda"),
    ]


def test_run_or_model_is_exported_to_onnx(monkeypatch, tmp_path):
    given = []
    stand_in = types.SimpleNamespace(
        export_onnx=lambda *arguments: given.append(arguments) or "a.onnx"
    )
    name = "speechbrain_clser.contrib.onnx.export"
    monkeypatch.setitem(sys.modules, name, stand_in)
    model = tmp_path / "model"
    model.mkdir()
    for run in (tmp_path, model):
        assert done("export", run, "--onnx", "a.onnx") == "a.onnx\n"
    assert given == 2 * [(str(model), "a.onnx")]


@pytest.mark.parametrize(
    "option",
    [["--out=m"], ["--pack-encoder"], ["--data-folder=d"], ["--device=cpu"]],
)
def test_onnx_with_other_options_raises(option):
    result = clser("export", "run", "--onnx", "a.onnx", *option)
    assert result.exit_code == 2
    assert "cannot be combined with other options" in result.stderr


def test_unfinished_run_raises(tmp_path):
    assert "let train.py finish" in clser("export", tmp_path).stderr


def test_publishing_needs_a_hub_id(tmp_path):
    result = clser("publish", tmp_path, "mine")
    assert result.exit_code == 1
    assert "expected a hub id owner/name, got 'mine'" in result.stderr


@pytest.mark.parametrize("is_dry", [True, False])
def test_publish_passes_arguments_and_prints_changes(monkeypatch, is_dry):
    from speechbrain_clser.contrib.publish import hub
    from speechbrain_clser.contrib.publish.changes import Changes

    given = {}

    def publish(run, repo_id, **options):
        given.update(options, run=run, repo_id=repo_id)
        return hub.Published("f", Changes(added=("a.ckpt",)), "url", "0a1b")

    monkeypatch.setattr(hub, "publish", publish)
    text = done(
        *("publish", "run", "me/mine", "--private", "--licence", "mit"),
        *("--allow-licence", "emodb", "--allow-licence", "emovo"),
        *(["--dry-run"] if is_dry else []),
    )
    assert given == {
        **{"run": "run", "repo_id": "me/mine", "dry_run": is_dry},
        **{"allow_licence": ("emodb", "emovo"), "licence": "mit"},
        **{"private": True, "revision": "main"},
    }
    end = "would go to url, from f" if is_dry else "url at 0a1b"
    assert text == f"added    a.ckpt\n{end}\n"


def test_cache_lists_verifies_and_removes_stores(tmp_path, monkeypatch):
    from speechbrain_clser.features.encoders import extractor
    from speechbrain_clser.features.store import Store

    monkeypatch.setenv("CLSER_CACHE", str(tmp_path))
    store = Store(tmp_path / "frames", extractor("acoustic"))
    store.fill([], load=None)
    assert store.folder.name in done("cache", "--verify")
    (store.folder / "ff.safetensors").write_bytes(b"cut")
    result = clser("cache", "--verify", "--folder", tmp_path)
    assert result.exit_code == 1
    assert "ff.safetensors" in result.stdout
    text = done("cache", "--unused-days", 1)
    assert "deleted" not in text
    text = done("cache", "--remove", store.folder.name)
    assert f"deleted {store.folder}" in text
    assert (
        "expected names of stores, found x"
        in clser("cache", "--remove", "x").stderr
    )


def test_app_passes_host_and_port(monkeypatch):
    given = []
    stand_in = types.SimpleNamespace(serve=lambda *args: given.append(args))
    name = "speechbrain_clser.contrib.app.serving"
    monkeypatch.setitem(sys.modules, name, stand_in)
    done("app", "model")
    done("app", "model", "--host", "0.0.0.0", "--port", 8000, "--open")
    assert given == [
        ("model", "127.0.0.1", None, False),
        ("model", "0.0.0.0", 8000, True),
    ]


def test_doctor_exits_with_1_if_something_is_broken(monkeypatch):
    from speechbrain_clser.commands import doctor

    fine = doctor.Finding("python", "ok", "3.12")
    clash = doctor.Finding("torch", "broken", "clash", "pip install torch")
    monkeypatch.setattr(doctor, "examine", lambda: [fine])
    assert done("doctor") == "ok      python: 3.12\n"
    monkeypatch.setattr(doctor, "examine", lambda: [fine, clash])
    result = clser("doctor")
    assert result.exit_code == 1
    assert "broken  torch: clash\n        > pip install torch" in result.stdout


def test_package_does_not_import_cli():
    assert cli.__doc__.startswith("Command-line interface")


def test_runs_are_compared_on_the_console_and_in_a_file(tmp_path):
    folders = [
        runs.make_run(tmp_path / name, skill=skill, epochs=1)
        for name, skill in (("first", 0.5), ("second", 3.0))
    ]
    text = done("compare", *folders)
    assert "p (Holm)" in text and "second" in text
    out = tmp_path / "compared.csv"
    assert (
        done("compare", *folders, "--format", "csv", "--out", out) == f"{out}\n"
    )
    assert [row["run"] for row in rows(out.read_text())] == ["first", "second"]
    result = clser("compare", folders[0], tmp_path / "none")
    assert result.exit_code == 1
    assert "expected the folder of a run" in result.stderr


OWN_METHOD = """
from speechbrain_clser.methods.source_only import SourceOnly


class Mine(SourceOnly):
    pass
"""


def test_model_with_user_classes_needs_trust(model, tmp_path, monkeypatch):
    folder = shutil.copytree(model.folder, tmp_path / "model")
    yaml = folder / "hyperparams.yaml"
    theirs = "speechbrain_clser.methods.source_only.SourceOnly"
    assert theirs in yaml.read_text()
    yaml.write_text(yaml.read_text().replace(theirs, "my_own_part.Mine"))
    command = ("predict", folder, model.files[1], "--device", "cpu")
    refused = clser(*command)
    assert refused.exit_code == 1
    assert "my_own_part.Mine" in refused.stderr
    assert "clser predict --trust" in refused.stderr

    missing = clser(*command, "--trust")
    assert missing.exit_code == 1
    assert "add its folder to PYTHONPATH" in missing.stderr

    (tmp_path / "my_own_part.py").write_text(OWN_METHOD)
    monkeypatch.syspath_prepend(tmp_path)
    expected = done("predict", model.folder, *command[2:])
    assert done(*command, "--trust") == expected


def test_every_file_of_a_folder_is_predicted_or_listed(model, tmp_path):
    folder, out = tmp_path / "folder", tmp_path / "a.csv"
    for name, form in (("ok.wav", "WAV"), ("voice.oga", "OGG")):
        sounds.write(folder / name, sounds.noise(0, 16000), format=form)
    (folder / "browser.webm").write_bytes(b"\x1a\x45\xdf\xa3" + bytes(60))
    (folder / "notes.txt").write_text("hello")
    result = clser("predict", model.folder, folder, "--out", out)
    assert result.exit_code == 1
    found = [(row["file"], row["note"]) for row in rows(out.read_text())]
    assert found == [
        (str(folder / name), "steady") for name in ("ok.wav", "voice.oga")
    ]
    bad = rows((tmp_path / "a.bad.csv").read_text())
    assert [(row["file"], row["reason"]) for row in bad] == [
        (str(folder / "browser.webm"), "suffix"),
        (str(folder / "notes.txt"), "skipped"),
    ]
    assert result.stderr.splitlines()[-1] == (
        "2 files classified, 1 cannot be used (1 suffix), 1 skipped that are not "
        "audio, 2 noted as steady"
    )


def test_predict_output_is_documented(model, tmp_path):
    out = tmp_path / "emotions.csv"
    (tmp_path / "empty.wav").touch()
    command = ("predict", *model.files[:1], tmp_path / "empty.wav")
    clser(*command[:1], model.folder, *command[1:], "--out", out)
    page = (ROOT / "docs" / "predict.md").read_text(encoding="utf-8")
    text = done("predict", "--help")
    for column in columns(["<class>"], in_windows=True):
        assert f"`{column}`" in page
        assert f"\n    {column} " in text
    written = json.loads((tmp_path / "emotions.csv.model.json").read_text())
    (bad,) = rows((tmp_path / "emotions.bad.csv").read_text())
    for name in (*written, *bad, bad["reason"]):
        assert f"`{name}`" in page


def test_control_characters_in_names_are_escaped(monkeypatch, caplog):
    """In errors, tables and logs."""
    error = clser("predict", "no\x1b[2Jthing", "a.wav")
    table = [["name"], ["a\x1b[2J"]]
    monkeypatch.setattr(
        "speechbrain_clser.commands.overview.corpora_table", lambda: table
    )
    for result in (error, clser("corpora")):
        assert "\x1b" not in result.output and r"\x1b[2J" in result.output
