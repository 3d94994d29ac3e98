import importlib.metadata
import os
import sys

import pytest
from packaging.requirements import Requirement

from speechbrain_clser.commands import doctor


def test_examine_checks_this_environment(monkeypatch, tmp_path):
    output = f"online {tmp_path}"
    monkeypatch.setattr(doctor, "_try", lambda code: (True, output))
    found = {finding.what: finding for finding in doctor.examine()}
    assert {"python", "torch", "torch with torchaudio", "hub"} <= found.keys()
    assert {"extra demo", "ffmpeg", "feature cache"} <= found.keys()
    assert found["torch"].state == "ok"


def test_missing_package_is_reported(monkeypatch):
    def refuse(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "metadata", refuse)
    [finding] = doctor.examine()
    assert finding.state == "broken"
    assert "not installed" in finding.message


def test_interpreter_version_is_checked():
    assert doctor.python(">=3.10,<3.14").state == "ok"
    finding = doctor.python(">=3.10,<3.14", "3.14.0")
    assert (finding.state, finding.message) == (
        "broken",
        "3.14.0, expected >=3.10,<3.14",
    )


def test_missing_and_old_packages_are_broken():
    needed = [Requirement(f"{name}>=2") for name in ("a", "b", "c")]
    found = doctor.packages(needed, {"a": None, "b": "1.9", "c": "2.0"})
    assert [(f.state, f.message) for f in found] == [
        ("broken", "not installed"),
        ("broken", "1.9, expected >=2"),
        ("ok", "2.0"),
    ]
    assert found[1].to_type == "pip install 'b>=2'"


def test_torch_advice_names_the_tested_pair():
    needed = [Requirement("torch>=2,<3"), Requirement("torchaudio>=2")]
    installed = {"torch": "3.0+cpu", "torchaudio": None}
    found = doctor.packages(needed, installed)
    pair = f"pip install {doctor.TESTED} {doctor.CPU_INDEX}"
    assert [f.to_type for f in found] == [pair, pair]


@pytest.mark.parametrize(
    "torch, torchaudio, works, state, output, to_type",
    [
        ("2.11.0", "2.11.0", True, "ok", "and 2.11.0, said", ""),
        ("2.14.1", "2.11.0", True, "ok", "and 2.11.0, said", ""),
        (
            *("2.11.0", "2.11.1", False, "broken", "do not work: said"),
            "torch==2.11.0 torchaudio==2.11.0",
        ),
        (
            *("2.9.1", "2.8.0", True, "broken", "are not compatible"),
            "torch==2.11.0 torchaudio==2.11.0",
        ),
        (
            *("2.11.0+cpu", "2.11.0", False, "broken", "do not work"),
            "torchaudio==2.11.0 --index-url https://download.pytorch.org/whl/",
        ),
        (
            *("2.11.0", None, False, "broken", "one of the two is missing"),
            "torch==2.11.0 torchaudio==2.11.0",
        ),
    ],
)
def test_incompatible_torch_and_torchaudio_are_broken(
    torch, torchaudio, works, state, output, to_type
):
    finding = doctor.pair(torch, torchaudio, works, "said")
    assert finding.state == state
    assert output in finding.message
    assert to_type in finding.to_type


def test_extra_lists_missing_packages():
    needed = [
        Requirement("always>=1"),
        Requirement("a>=1; extra == 'phones'"),
        Requirement("b>=1; extra == 'phones'"),
        Requirement("c; extra == 'graph'"),
    ]
    installed = {"always": None, "a": "1.0", "b": "0.9", "c": "3"}
    phones, graph = doctor.extras(needed, ["phones", "graph"], installed)
    assert (phones.state, phones.message) == ("note", "lacks b>=1")
    assert graph.state == "ok"


def test_missing_ffmpeg_is_a_note(monkeypatch):
    monkeypatch.setattr(doctor.shutil, "which", lambda name: f"/bin/{name}")
    assert doctor.ffmpeg().message == "/bin/ffmpeg"
    monkeypatch.setattr(doctor.shutil, "which", lambda name: None)
    assert doctor.ffmpeg().state == "note"


def test_cache_size_is_measured_also_if_missing(tmp_path):
    (tmp_path / "a").mkdir()
    with open(tmp_path / "a" / "b", "wb") as file:
        file.truncate(200_000_000)
    assert ": 0.2 GB, " in doctor.cache("cache", tmp_path).message
    assert ": 0.0 GB, " in doctor.cache("cache", tmp_path / "x" / "y").message


def test_cache_that_cannot_be_written_is_broken(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    finding = doctor.cache("cache", tmp_path / "x")
    assert finding.state == "broken"
    assert finding.to_type.endswith(str(tmp_path))


def test_hub_reports_cache_folder_and_online_state(monkeypatch, tmp_path):
    for name in ("HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("HF_HUB_OFFLINE", "false")
    monkeypatch.setenv("TRANSFORMERS_OFFLINE", "0")
    cached, network = doctor.hub(*doctor._try(doctor.HUB))
    assert str(tmp_path / "huggingface" / "hub") in cached.message
    assert network.state == "ok"


@pytest.mark.parametrize(
    "output, state", [("online", "ok"), ("offline", "note")]
)
def test_offline_mode_is_a_note(tmp_path, output, state):
    _, network = doctor.hub(True, f"{output} {tmp_path}/my cache")
    assert network.state == state


def test_hub_that_cannot_be_imported_is_broken():
    [finding] = doctor.hub(False, "ImportError: no")
    assert (finding.state, finding.message) == ("broken", "ImportError: no")


def test_attempt_times_out(monkeypatch):
    monkeypatch.setattr(doctor, "PATIENCE_S", 0.01)
    works, output = doctor._try("import time; time.sleep(60)")
    assert (works, output) == (False, "no output within 0.01 s")


def test_attempt_returns_the_last_line():
    assert doctor._try("print(1); print('GPU')") == (True, "GPU")
    works, output = doctor._try("import nothing_of_this_name")
    assert not works
    assert output.startswith("ModuleNotFoundError: No module named")
    assert doctor._try("pass") == (True, "no output")


def test_attempt_survives_a_crash():
    works, output = doctor._try("import os; os.abort()")
    assert not works


def test_doctor_does_not_import_torch():
    code = (
        "import speechbrain_clser.commands.doctor, sys;"
        "assert 'torch' not in sys.modules"
    )
    done = doctor.subprocess.run(
        [sys.executable, "-c", code], cwd=doctor.Path(__file__).parents[3]
    )
    assert done.returncode == 0
