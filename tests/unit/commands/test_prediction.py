import ctypes
import json
import shutil
import subprocess
import sys
import types

import pytest
from helpers import served, sounds
from helpers.commands import clser, done, rows
from house.sources import ROOT

from speechbrain_clser.commands import prediction
from speechbrain_clser.inference.classifier import EmotionClassifier
from speechbrain_clser.inference.predict import columns


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
    results = adapted.classify_files(model.files, has_bar=False)
    found = [float(row["p_anger"]) for row in rows(out.read_text())]
    expected = [one.probabilities["anger"] for one in results]
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
        (str(folder / name), "steady no_speech")
        for name in ("ok.wav", "voice.oga")
    ]
    bad = rows((tmp_path / "a.bad.csv").read_text())
    assert [(row["file"], row["reason"]) for row in bad] == [
        (str(folder / "browser.webm"), "suffix"),
        (str(folder / "notes.txt"), "skipped"),
    ]
    assert result.stderr.splitlines()[-1] == (
        "2 files classified, 1 cannot be used (1 suffix), 1 skipped that are not "
        "audio, 2 noted as steady, 2 noted as no_speech"
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


CHURN = """
import resource, sys
sys.path.insert(0, {root!r})
import numpy
from speechbrain_clser.commands.prediction import keep_freed
assert {keep} is False or keep_freed()
for _ in range(3):
    [numpy.ones(4_000_000) for _ in range(3)]
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    [numpy.ones(4_000_000) for _ in range(3)]
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(keep):
    """Return the number of page faults of a process."""
    code = CHURN.format(root=str(ROOT), keep=keep)
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True
    )
    return int(done.stdout)


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="of glibc alone"
)
def test_freed_memory_is_reused():
    assert faults(keep=True) < faults(keep=False) / 10


def test_other_systems_are_unchanged(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    assert not prediction.keep_freed()


def test_other_c_libraries_are_unchanged(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(ctypes, "CDLL", lambda name: types.SimpleNamespace())
    assert not prediction.keep_freed()


def test_refused_setting_does_not_skip_others(monkeypatch):
    made = []
    library = types.SimpleNamespace(mallopt=lambda *args: made.append(args))
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(ctypes, "CDLL", lambda name: library)
    assert not prediction.keep_freed()
    assert made == [*prediction.SETTINGS.values()]
