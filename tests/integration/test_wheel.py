"""Test the wheel outside of the clone, without the repository on the path."""

import os
import subprocess
import sys
import zipfile

import pytest
from helpers.toy import ROOT

from speechbrain_clser import URL, __version__

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Build a wheel of the tracked files and unpack it as pip does."""
    top = tmp_path_factory.mktemp("wheel")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        source = ROOT / name
        if source.is_file() and not source.is_symlink():
            (top / "source" / name).parent.mkdir(parents=True, exist_ok=True)
            (top / "source" / name).write_bytes(source.read_bytes())
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps"),
            *("--no-build-isolation", "-w", top, top / "source"),
        ],
        check=True,
    )
    (wheel,) = top.glob("*.whl")
    assert wheel.name.startswith(f"speechbrain_clser-{__version__}-")
    zipfile.ZipFile(wheel).extractall(top / "site")
    return top / "site"


@pytest.fixture
def clser(installed, tmp_path):
    """Return a function that runs a command in an empty folder."""

    def run(*arguments):
        done = subprocess.run(
            [sys.executable, "-m", "speechbrain_clser.cli", *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(installed)},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_wheel_has_its_data_and_metadata(installed):
    package = installed / "speechbrain_clser"
    for name in (
        *("protocols/demo.yaml", "recipe/train.py", "evaluation/page.css"),
        *("recipe/hparams/dual_anchor.yaml", "contrib/publish/example.wav"),
        "contrib/publish/templates/card.j2",
    ):
        assert (package / name).is_file(), name
    (metadata,) = installed.glob("*.dist-info/METADATA")
    text = metadata.read_text(encoding="utf-8")
    assert f"\nVersion: {__version__}\n" in text and URL in text
    assert "](docs/" not in text and f"]({URL}/blob/main/docs/" in text
    assert {path.name for path in installed.iterdir()} == {
        *("speechbrain_clser", metadata.parent.name),
    }


def test_wheel_trains_and_predicts_in_an_empty_folder(
    clser, installed, tmp_path
):
    text = clser("train", "linear", "--baselines", "[]", "--device", "cpu")
    assert "report: " in text and "UAR" in text
    (run,) = (tmp_path / "results").glob("*/*/*")
    assert (run / "report.html").is_file()
    wav = installed / "speechbrain_clser/contrib/publish/example.wav"
    assert "example.wav" in clser("predict", str(run / "model"), str(wav))
    changes = clser("publish", str(run), "me/mine", "--dry-run")
    assert "added    example.wav" in changes and "HF_HUB_OFFLINE" in changes
