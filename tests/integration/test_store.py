"""Test that later runs read features from the cache instead of audio."""

import shutil
import subprocess

import pytest
from helpers import toy

pytestmark = pytest.mark.slow

# The audit hook sees every file that Python opens.
NO_AUDIO = """
import runpy, sys

def refuse(event, arguments):
    if event == "open" and str(arguments[0]).endswith(".wav"):
        raise AssertionError(f"{arguments[0]} was opened")

sys.addaudithook(refuse)
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Return the folder of toy corpora with a finished run of one seed."""
    folder = tmp_path_factory.mktemp("toy")
    toy.make(folder)
    done = toy.train(folder, folder / "run")
    assert done.returncode == 0, done.stdout
    return folder


def train_without_audio(data, *more):
    """Run the recipe; opening an audio file raises an error."""
    python, *command = toy.command(data, data / "run", *more)
    return subprocess.run(
        [python, "-c", NO_AUDIO, *command],
        cwd=toy.RECIPE,
        env=toy.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )


def test_second_run_with_the_same_settings_opens_no_audio_file(data):
    done = train_without_audio(data, "--seeds", "2")
    assert done.returncode == 0, done.stdout
    assert (data / "run" / "seed_1002" / "selected.json").is_file()


def test_run_without_its_store_opens_audio_files(data):
    (data / "cache").rename(data / "away")
    try:
        done = train_without_audio(data)
    finally:
        shutil.rmtree(data / "cache")
        (data / "away").rename(data / "cache")
    assert done.returncode != 0
    assert ".wav was opened" in done.stdout
