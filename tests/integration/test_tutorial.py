"""Follow docs/tutorial.md: write its files, run its commands, compare its output."""

import configparser
import csv
import itertools
import json
import os
import re
import shlex
import shutil
import subprocess
import sys

import numpy as np
import pytest
import torch
from helpers import distributions, sounds, toy

TUTORIAL = (toy.ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
FENCED = r"^```{}\n(.*?)^```$"
EMOTIONS = ("anger", "disgust", "fear", "happiness", "neutral", "sadness")
EMODB = dict(zip(EMOTIONS, "WEAFNT", strict=True))
LABELS = dict(
    zip(
        EMOTIONS,
        ("ANGRY", "DISGUST", "FEAR", "HAPPY", "NEUTRAL", "SAD"),
        strict=True,
    )
)


def files():
    """Return the files of the page: path to text."""
    found = re.findall(
        r"^`([\w./]+)`:\n\n" + FENCED.format(r"\w+"),
        TUTORIAL,
        flags=re.M | re.S,
    )
    return dict(found)


def blocks(kind):
    """Return the text of all blocks of a kind."""
    return re.findall(FENCED.format(kind), TUTORIAL, flags=re.M | re.S)


def groups(text):
    """Return the entry points of a pyproject.toml: group to name to value."""
    parser = configparser.ConfigParser(delimiters=("=",))
    parser.read_string(text)
    start = "project.entry-points."
    return {
        section.removeprefix(start).strip('"'): {
            name.strip('"'): value.strip('"')
            for name, value in parser[section].items()
        }
        for section in parser.sections()
        if section.startswith(start)
    }


def install(folder):
    """Write the files of the page, with what ``pip install`` would add."""
    found = files()
    declared = groups(found["pyproject.toml"])
    return distributions.write(folder, found, declared)


def speak(path, emotion, speaker):
    """Write a voice whose pitch depends on the emotion and on the speaker."""
    hz = 120 + 40 * EMOTIONS.index(emotion) + 7 * speaker
    time_s = np.arange(6400) / 16000
    voice = np.sign(np.sin(2 * np.pi * hz * time_s))[:, None]
    sounds.write(path, 0.1 * voice + 0.1 * sounds.noise(path.name, 6400))


def make_corpora(folder):
    """Write a few recordings with the layouts of EMO-DB and MyCorpus."""
    for speaker, emotion, sentence in itertools.product(
        (3, 8, 9), EMOTIONS, ("a01", "b10")
    ):
        name = f"{speaker:02}{sentence}{EMODB[emotion]}a.wav"
        speak(folder / "EMO-DB" / "wav" / name, emotion, speaker)
    for speaker, emotion, sentence in itertools.product(
        range(4), EMOTIONS, ("S_1", "S_10")
    ):
        actor = ("F_01_OISHI", "F_02_MONIKA", "M_01_A", "M_02_B")[speaker]
        name = f"{actor}_{sentence}_{LABELS[emotion]}_1.wav"
        speak(folder / "MyCorpus" / name, emotion, speaker)


def execute(line, folder, packages=None, more=()):
    """Run a command of the page; ``packages`` is where ``my_package`` is."""
    paths = [str(toy.ROOT), str(packages or folder)]
    environment = {
        **toy.environment(),
        "PYTHONPATH": os.pathsep.join(paths),
        "CLSER_CACHE": str(folder / "cache"),
    }
    line = line.replace("$RECIPE", shlex.quote(str(toy.RECIPE)))
    program, *arguments = shlex.split(line)
    start = {"python": [], "clser": ["-m", "speechbrain_clser.cli"]}[program]
    return subprocess.run(
        [sys.executable, *start, *arguments, *more],
        cwd=packages or folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )


def write_bands_yaml(folder):
    """Write the YAML with the encoder of the page in place of the built-in one."""
    text = (folder / "dann.yaml").read_text(encoding="utf-8")
    of_package = next(b for b in blocks("yaml") if "my_package.bands" in b)
    text, n = re.subn(
        r"^encoder: .*?(?=^\w+_by)", of_package, text, flags=re.M | re.S
    )
    assert n == 1
    (folder / "bands.yaml").write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """Run all commands of the page; return folder, corpora and output."""
    folder = install(tmp_path_factory.mktemp("tutorial"))
    make_corpora(folder / "data")
    lines = "".join(blocks("bash")).splitlines()
    pip, facts, train, predict, train_bands, predict_bands = lines
    assert pip == "pip install -e ."  # in place of which ``install`` writes
    # The synthetic corpora are smaller than the cards say.
    fast = ("--number_of_epochs", "2", "--allow_bad_files", "True")
    output = {}
    write_bands_yaml(folder)
    for line in (facts, train, predict, train_bands, predict_bands):
        is_training = line in (train, train_bands)
        done = execute(line, folder, more=fast if is_training else ())
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        output[line] = done.stdout
    return folder, output, predict


@pytest.mark.slow
def test_corpus_is_described_as_on_the_page(page):
    assert page[1]["clser corpora my_corpus"] == blocks("text")[0]


@pytest.mark.slow
def test_run_compares_both_corpora_and_has_a_report(page):
    folder, output, _ = page
    (console,) = (
        text for line, text in output.items() if "py dann.yaml" in line
    )
    notes = json.loads(
        (folder / "results/dann/seed_1001/notes.json").read_text()
    )
    assert 0.9 < notes["reversal_strength"] <= 1
    assert "emodb:deu → my_corpus:ben; unlabelled" in console
    assert "dann minus it" in console
    report = (folder / "results/dann/report.md").read_text()
    assert "## Gradient reversal\n\n| seed | strength |" in report
    assert "| 1001 | 0.9" in report or "| 1001 | 1.0" in report
    with open(folder / "results/dann/parts.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    actors = {(row["speaker"], row["gender"]) for row in rows}
    assert {("my_corpus_M01", "male"), ("my_corpus_F02", "female")} < actors
    text = (folder / "results/dann/model/README.md").read_text()
    assert "parts of the package `my_package`" in text


@pytest.mark.slow
def test_every_recording_is_predicted(page):
    with open(page[0] / "emotions.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 48
    # The recordings of the test are tones.
    assert {row["emotion"] for row in rows} <= {*EMOTIONS, "no speech"}


@pytest.mark.slow
def test_model_with_an_encoder_of_the_package_predicts(page):
    model = page[0] / "results/bands/model/hyperparams.yaml"
    text = model.read_text(encoding="utf-8")
    assert "!new:my_package.bands.Bands" in text and "n_bands: 24" in text
    with open(page[0] / "bands.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 48
    # The recordings of the test are tones.
    assert {row["emotion"] for row in rows} <= {*EMOTIONS, "no speech"}


@pytest.mark.slow
def test_model_is_refused_without_the_package_as_on_the_page(page, tmp_path):
    folder, _, predict = page
    line = re.sub(r"(results|data)/", rf"{folder.as_posix()}/\1/", predict)
    done = execute(line, folder, packages=tmp_path)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert blocks("text")[1].strip() in done.stderr
    assert not (tmp_path / "emotions.csv").exists()


@pytest.mark.slow
def test_report_without_the_package_has_a_warning(page, tmp_path):
    run = tmp_path / "dann"
    shutil.copytree(page[0] / "results/dann", run)
    done = execute(f"clser report {run}", page[0], packages=tmp_path)
    assert done.returncode == 0
    assert "my_package.dann.Dann: the report has no sections" in done.stderr
    assert "Gradient reversal" not in (run / "report.md").read_text()


def test_domain_loss_trains_head_and_embedding_in_opposite_directions(tmp_path):
    found = files()
    declared = groups(found["pyproject.toml"])
    with distributions.installed(tmp_path, found, declared):
        from my_package.dann import Dann, MethodOutput

        head = torch.nn.Linear(3, 2)
        method = Dann(None, None, None, head)
        method.progress = 1.0
        embedding = torch.randn(4, 3, requires_grad=True)
        output = MethodOutput(torch.zeros(4, 2), embedding)
        domain = torch.tensor([0, 0, 1, 1])
        batch = {"emotion": torch.tensor([0, 1, -1, -1]), "domain": domain}
        losses = method.losses(output, batch)
    losses["domain"].backward()
    given = embedding.grad.clone()
    embedding.grad = None
    loss = torch.nn.functional.cross_entropy(head(embedding), domain)
    loss.backward()
    torch.testing.assert_close(given, -embedding.grad, rtol=1e-3, atol=1e-6)
    assert losses["emotion"].item() == pytest.approx(np.log(2))


def test_frames_of_the_encoder_do_not_depend_on_padding(tmp_path):
    found = files()
    declared = groups(found["pyproject.toml"])
    with distributions.installed(tmp_path, found, declared):
        from my_package.bands import Bands, BandsConfig

        bands = Bands(BandsConfig(n_bands=8))
    wav = torch.randn(1, 1000)
    padded = torch.cat([wav, torch.ones(1, 1000)], dim=1)
    alone = bands(wav, torch.ones(1))
    assert alone.shape == (1, 4, 8)
    frames = bands(padded, torch.tensor([0.5]))
    torch.testing.assert_close(frames[:, :4], alone)
    assert not frames[:, 4:].any()


def test_part_of_the_page_is_in_the_allow_list(tmp_path):
    from speechbrain_clser import corpora, entry_points

    found = files()
    declared = groups(found["pyproject.toml"])
    assert set(declared) == {entry_points.PARTS, entry_points.CORPORA}
    with distributions.installed(tmp_path, found, declared):
        for part in ("dann.Dann", "bands.Bands", "bands.BandsConfig"):
            assert entry_points.part(f"my_package.{part}") is not None
        assert corpora.load("my_corpus").card.n_utterances == 7000
