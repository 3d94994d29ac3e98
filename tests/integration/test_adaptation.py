"""Test runs with adaptation to the target, end to end."""

import json
import subprocess
import time

import pytest
from helpers import toy
from integration.test_train import documented

from speechbrain_clser.evaluation import predictions

LINEAR = {"yaml": "hparams/linear.yaml", "protocol": "demo"}
GIVEN = ("--adaptation_constants", "{n_components: 16}")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Folder of runs and of a cache."""
    return tmp_path_factory.mktemp("adaptation")


@pytest.fixture(scope="module")
def run(data):
    """Output folder and console text of a transductive run on the demo."""
    done = adapt(data, data / "run", has_report=True)
    assert done.returncode == 0, done.stdout
    return data / "run", done.stdout


def adapt(data, output, *more, **changes):
    options = ("--adaptation", "em_gaussians", *more)
    return toy.train(data, output, *options, **LINEAR | changes)


def posteriors(folder, file="predictions/test.csv"):
    return predictions.read(folder / "seed_1001" / file).probabilities


def record(folder):
    return json.loads((folder / "seed_1001" / "adaptation.json").read_text())


def ledger(folder):
    return json.loads((folder / "ledger.json").read_text())


def test_scores_with_and_without_adaptation_are_written(run):
    folder, console = run
    unadapted = posteriors(folder, "baselines/without adaptation.csv")
    linear = posteriors(folder, "baselines/linear.csv")
    assert unadapted == pytest.approx(linear, abs=1e-4)
    assert (posteriors(folder) != unadapted).any()
    report = json.loads((folder / "report.json").read_text())
    names = [one["name"] for one in report["baselines"]]
    assert names == [
        *("linear", "linear + em_gaussians", "svm", "svm + em_gaussians"),
        "without adaptation",
    ]
    assert all(name in console for name in names)
    assert "chosen within the sources, UAR" in console
    assert "## Adaptation" in (folder / "report.md").read_text()
    found = record(folder)
    folds = found["vectors"]["statistics"]["candidates"][0]["uar"]
    assert set(folds) == {
        f"demo {name}" for name in ("deu fin ind swh").split()
    }
    book = ledger(folder)
    assert book["transductive"] and book["target_audio"] == "unlabelled"
    assert "fitted to all of the test audio jointly" in book["sentence"]


def test_killed_adaptation_resumes_to_the_same_result(run, data):
    folder, _ = run
    output = data / "killed"
    options = ("--adaptation", "em_gaussians")
    process = subprocess.Popen(
        toy.command(data, output, *options, **LINEAR),
        cwd=toy.RECIPE,
        env=toy.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    unadapted = output / "seed_1001" / "baselines" / "linear.csv"
    deadline = time.time() + 240
    while not unadapted.exists() and time.time() < deadline:
        assert process.poll() is None, "ended before it could be killed"
        time.sleep(0.01)
    process.kill()
    process.wait()
    assert not (output / "model").exists()
    for _ in range(2):  # the second run finds all files
        done = adapt(data, output)
        assert done.returncode == 0, done.stdout
        assert (posteriors(output) == posteriors(folder)).all()
        for name in ("without adaptation", "svm + em_gaussians"):
            file = f"baselines/{name}.csv"
            assert (posteriors(output, file) == posteriors(folder, file)).all()
        assert record(output) == record(folder)


@pytest.mark.parametrize(
    ("protocol", "fitted_to", "n"),
    [("demo", "halves", 192), ("demo_unlabelled", "unlabelled", 96)],
)
def test_inductive_forms(data, protocol, fitted_to, n):
    output = data / fitted_to
    form = ("--adaptation_form", "inductive", *GIVEN)
    done = adapt(data, output, *form, protocol=protocol)
    assert done.returncode == 0, done.stdout
    found = record(output)
    assert (found["fitted_to"], found["n_target_utterances"]) == (fitted_to, n)
    assert found["vectors"]["statistics"]["constants"]["n_components"] == 16
    assert found["systems"]["svm"]["refused"] is None
    book = ledger(output)
    assert not book["transductive"] and book["adapted_to"] == fitted_to
    assert book["sentence"].endswith("inductive")


def test_few_utterances_keep_the_unadapted_result(tmp_path):
    toy.make(tmp_path, n_speakers=2)  # 16 utterances of the target
    options = (
        "--adaptation",
        "equal_mass",
        "--adaptation_vectors",
        "embedding",
    )
    done = toy.train(tmp_path, tmp_path / "run", *options, has_report=True)
    assert done.returncode == 0, done.stdout
    assert "found 16; add recordings" in done.stdout
    assert "adaptation refused for method, linear, svm" in done.stdout
    folder = tmp_path / "run"
    unadapted = posteriors(folder, "baselines/without adaptation.csv")
    assert posteriors(folder) == pytest.approx(unadapted, abs=1e-8)
    assert "class shares assumed: equal" in ledger(folder)["sentence"]


def test_wrong_option_is_refused_before_anything_is_read(tmp_path):
    args = ("--adaptation_form", "both")
    done = adapt(tmp_path, tmp_path / "run", *args)
    assert done.returncode == 1
    assert "--adaptation_form: expected one of auto" in done.stdout
    assert not (tmp_path / "run").exists()


def test_every_file_of_an_adapted_run_is_documented(run):
    folder, _ = run
    described = [*documented(toy.ROOT / "docs" / "run_folder.md")]
    for path in (folder / "seed_1001").rglob("*"):
        name = path.relative_to(folder).as_posix()
        found = [keys for one, keys in described if one.fullmatch(name)]
        assert path.is_dir() or found, f"{name}: describe it in run_folder.md"
    (keys,) = (
        names
        for one, names in described
        if one.fullmatch("seed_1001/adaptation.json")
    )
    for key in record(folder):
        assert any(one.fullmatch(key) for one in keys), key
