"""Test the recipe end to end from the command line."""

import csv
import json
import re
import signal
import subprocess
import sys
import time

import pytest
from helpers import toy

# Runs train.py with an interrupt at the import of torch.
STOPPED = """
import builtins, os, runpy, signal, sys
load = builtins.__import__
def stopped(name, *more):
    if name == "torch":
        os.kill(os.getpid(), signal.SIGINT)
    return load(name, *more)
builtins.__import__ = stopped
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Return the folder of toy corpora and of the feature cache."""
    folder = tmp_path_factory.mktemp("toy")
    toy.make(folder)
    return folder


@pytest.fixture(scope="module")
def run(data):
    """Return output folder and console output of a run with two seeds."""
    done = toy.train(data, data / "run", "--seeds", "2", has_report=True)
    assert done.returncode == 0, done.stdout
    return data / "run", done.stdout


def predictions(folder, part="test", seed=1001):
    path = folder / f"seed_{seed}" / "predictions" / f"{part}.csv"
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def contents(folder):
    """Return the content of every file of a folder."""
    return {
        path: path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def message(done):
    """Return the error message of a failed run."""
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stdout
    _, error, said = done.stdout.partition("Error: ")
    assert error, done.stdout
    return said


def probabilities(folder):
    return [
        {key: row[key] for key in row if key == "id" or key.startswith("p_")}
        for row in predictions(folder)
    ]


def test_console_shows_plan_and_results(run):
    folder, console = run
    before, after = console.split("features normalised by")
    assert "Supervision: north:deu → south:ita; no target audio" in before
    assert "test" in before and "UAR" in after
    assert "source_only minus it" in after
    assert f"report: {folder / 'report.html'}" in after


def test_run_folder_is_complete(run):
    folder, _ = run
    for name in (
        *("protocol.json", "ledger.json", "audit.json", "parts.csv"),
        *("data.json", "environment.json"),
        *("report.json", "report.md", "report.html"),
        *("seed_1001/hyperparams.yaml", "seed_1002/epochs.jsonl"),
        "seed_1001/embeddings/source_valid_before.safetensors",
        *("manifests/north.csv", "manifests/south.json"),
    ):
        assert (folder / name).is_file(), name


def test_each_epoch_is_a_line_on_the_console_and_in_the_log(run):
    folder, console = run
    for seed in (1001, 1002):
        log = (folder / f"seed_{seed}" / "train_log.txt").read_text()
        lines = log.splitlines()
        assert all(line in console.splitlines() for line in lines)
        epochs = [f"seed: {seed}, phase: train, epoch: {n}," for n in (1, 2, 3)]
        assert [line[: len(epochs[0])] for line in lines] == epochs
        for said in (
            " lr: ",
            " seconds: ",
            " train emotion: ",
            " source UAR: ",
        ):
            assert all(said in line for line in lines)
    # No progress bars and no messages of libraries.
    assert "it/s" not in console and "speechbrain." not in console


def test_every_file_of_a_run_is_documented(run):
    folder, _ = run
    described = [*documented(toy.ROOT / "docs" / "run_folder.md")]
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) > 40
    for path in files:
        name = path.relative_to(folder).as_posix()
        found = [one for one in described if one[0].fullmatch(name)]
        assert found, f"{name}: describe it in docs/run_folder.md"
        _, wanted = max(found, key=lambda one: len(one[0].pattern))
        for key in keys_of(path) if wanted else ():
            assert any(one.fullmatch(key) for one in wanted), f"{name}: {key}"


def documented(path):
    """Yield patterns of the files of a page and of their keys or columns."""
    sections = re.split(r"^### `(.+)`$", path.read_text("utf-8"), flags=re.M)
    for name, text in zip(sections[1::2], sections[2::2], strict=True):
        cells = re.findall(r"^\| (`.+?) \|", text, flags=re.M)
        keys = [key for cell in cells for key in re.findall("`(.+?)`", cell)]
        yield pattern(name), [pattern(key) for key in keys]


def pattern(name):
    """Compile a name in which parts in <> match anything without a slash."""
    parts = re.split("<.+?>", name)
    return re.compile("[^/]+".join(map(re.escape, parts)))


def keys_of(path):
    """Return the top-level keys of JSON or JSON lines, or columns of CSV."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".csv":
        return text.splitlines()[0].split(",")
    return json.loads(text.splitlines()[0] if path.suffix == ".jsonl" else text)


def test_page_of_a_run_folder_is_read_by_the_test(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "### `a/<seed>.csv`\n\n| column | x |\n|---|---|\n| `p_<c>`, `d` | y |\n"
        "### `b.json`\n\nText of `it`.\n"
    )
    (name, keys), (other, none) = documented(page)
    assert name.fullmatch("a/1.csv") and not name.fullmatch("a/b/1.csv")
    assert [bool(key.fullmatch("p_anger")) for key in keys] == [True, False]
    assert other.fullmatch("b.json") and none == []


def test_whole_target_is_scored_once_per_seed(run):
    folder, _ = run
    for seed in (1001, 1002):
        assert len(predictions(folder, seed=seed)) == 3 * 4 * 2
    report = json.loads((folder / "report.json").read_text())
    assert report["n_seeds"] == 2
    assert report["parts"]["test"]["n_utterances"] == 24
    names = [one["name"] for one in report["baselines"]]
    assert names == ["linear", "svm"]


@pytest.mark.slow
def test_second_run_trains_nothing_and_changes_nothing(run, data):
    folder, console = run
    before = predictions(folder)
    again = toy.train(data, folder, "--seeds", "2")
    assert again.returncode == 0, again.stdout
    assert predictions(folder) == before
    assert "epoch: " not in again.stdout
    assert "3 of 3 epochs done before" in again.stdout


@pytest.mark.slow
def test_other_values_do_not_resume_an_old_run(run, data):
    folder, _ = run
    before = contents(folder)
    done = toy.train(data, folder, "--lr", "1e-4")
    assert "holds a run with other values of lr" in message(done)
    assert contents(folder) == before


@pytest.mark.slow
def test_changed_data_are_refused_and_the_old_run_stays_as_it_is(run, data):
    folder, _ = run
    before = contents(folder)
    table = data / "south" / "table.csv"
    whole = table.read_text()
    try:
        table.write_text(whole.rpartition("\ns2_")[0] + "\n")
        done = toy.train(data, folder)
    finally:
        table.write_text(whole)
    assert "holds a run on other data" in message(done)
    assert contents(folder) == before


@pytest.mark.slow
def test_nonsense_labels_of_the_target_change_no_prediction(run, data):
    folder, _ = run
    table = data / "south" / "table.csv"
    honest = table.read_text()
    wrong = {"anger": "sadness", "sadness": "anger"}
    rows = [line.split(",") for line in honest.splitlines()]
    rows = [[r[0], wrong.get(r[1], r[1]), *r[2:]] for r in rows]
    try:
        table.write_text("\n".join(map(",".join, rows)) + "\n")
        done = toy.train(data, data / "nonsense")
    finally:
        table.write_text(honest)
    assert done.returncode == 0, done.stdout
    assert probabilities(data / "nonsense") == probabilities(folder)
    true_classes = {row["target"] for row in predictions(data / "nonsense")}
    assert true_classes == set(toy.PITCH_HZ)


@pytest.mark.slow
def test_run_killed_at_any_moment_resumes_to_the_same_predictions(run, data):
    folder, _ = run
    output = data / "killed"
    process = subprocess.Popen(
        toy.command(data, output),
        cwd=toy.RECIPE,
        env=toy.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    epochs = output / "seed_1001" / "epochs.jsonl"
    deadline = time.time() + 240
    while not epochs.exists() and time.time() < deadline:
        assert process.poll() is None, "ended before it could be killed"
        time.sleep(0.01)
    process.kill()
    process.wait()
    assert not (output / "model").exists()

    done = toy.train(data, output)
    assert done.returncode == 0, done.stdout
    assert probabilities(output) == probabilities(folder)
    log = (output / "seed_1001" / "train_log.txt").read_text()
    assert all(f"epoch: {n}," in log for n in (1, 2, 3))
    lines = epochs.read_text().splitlines()
    assert [json.loads(line)["epoch"] for line in lines] == [1, 2, 3]


@pytest.mark.slow
def test_interrupt_is_one_line_and_leaves_no_folder(data):
    output = data / "interrupted" / "run"
    process = subprocess.Popen(
        toy.command(data, output, epochs=1000),
        cwd=toy.RECIPE,
        env=toy.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.time() + 240
    while not (output / "settings.json").exists() and time.time() < deadline:
        assert process.poll() is None, "ended before it could be stopped"
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    (line,) = said.splitlines()
    assert line.startswith("Stopped; ")
    assert not output.parent.exists()


@pytest.mark.slow
def test_interrupt_while_libraries_are_imported_is_one_line(data):
    done = subprocess.run(
        [
            *(sys.executable, "-c", STOPPED),
            *toy.command(data, data / "early")[1:],
        ],
        cwd=toy.RECIPE,
        env=toy.environment(),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 130
    (line,) = done.stderr.splitlines()
    assert line.startswith("Stopped; ")


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["corpus", "speaker"])
def test_normalisation_by_the_target_is_in_the_ledger(data, mode):
    done = toy.train(data, data / mode, "--normalise_by", mode)
    assert done.returncode == 0, done.stdout
    book = json.loads((data / mode / "ledger.json").read_text())
    assert book["transductive"] and "transductive" in done.stdout


@pytest.mark.slow
def test_missing_corpus_error_names_the_folder(data):
    done = toy.train(data, data / "x", protocol="emodb_to_urdu")
    assert "emodb: expected a folder" in message(done)
    assert not (data / "x").exists()


@pytest.mark.slow
def test_leaky_split_is_refused(data):
    protocol = data / "leaky.yaml"
    protocol.write_text(
        "sources: [north]\ntargets: [south]\nsplit: random\nvalid_share: 0.3\n"
    )
    done = toy.train(data, data / "leaky", protocol="leaky.yaml")
    assert "speakers in both train and valid" in message(done)
    assert not (data / "leaky").exists()


@pytest.mark.slow
def test_run_that_fails_in_its_first_step_leaves_no_folder(data):
    more = ("--loss_weights", "{emotion: 1e39}", "--nonfinite_patience", "0")
    done = toy.train(data, data / "nan" / "run", *more)
    assert "is not finite" in message(done)
    assert not (data / "nan").exists()


@pytest.mark.slow
def test_command_works_from_the_top_folder(data):
    command = toy.command(data, data / "top", "--debug", has_report=True)
    command[1] = "recipes/CrossLingualSER/train.py"
    done = subprocess.run(
        command,
        cwd=toy.ROOT,
        env=toy.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout
    assert (data / "top" / "debug" / "report.html").is_file()


@pytest.mark.slow
@pytest.mark.parametrize("yaml", ["sere", "dual_anchor"])
def test_unlabelled_recordings_are_used_in_training(yaml, tmp_path):
    toy.make(tmp_path, n_speakers=4)
    table = tmp_path / "south" / "table.csv"
    with open(table, newline="") as file:
        head, *rows = csv.reader(file)
    for row in rows:
        row[1] = row[1] if row[2] in ("s0", "s1") else ""
    with open(table, "w", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    (tmp_path / "blank.yaml").write_text(
        "sources: [north]\ntargets: [south]\nsupervision: blank_labels\n"
    )
    more = ["--phones", "units"] if yaml == "dual_anchor" else []
    options = {"protocol": "blank.yaml", "yaml": f"hparams/{yaml}.yaml"}
    done = toy.train(tmp_path, tmp_path / "run", *more, **options)
    assert done.returncode == 0, done.stdout
    assert {row["speaker"] for row in predictions(tmp_path / "run")} == {
        *("south_s0", "south_s1")
    }
    data = json.loads((tmp_path / "run" / "data.json").read_text())
    part = data["parts"]["unlabelled"]
    assert (part["utterances"], part["speakers"]) == (16, 2)
    assert part["origins"] == ["south:ita"] and part["classes"] == {}


@pytest.mark.slow
def test_model_of_all_labels_is_made_and_not_scored(data):
    (data / "all.yaml").write_text("sources: [north, south]\ntargets: []\n")
    done = toy.train(data, data / "all", protocol="all.yaml", has_report=True)
    assert done.returncode == 0, done.stdout
    assert "not scored: the protocol has no targets" in done.stdout
    text = (data / "all" / "model" / "README.md").read_text()
    assert "north:deu, south:ita → not scored; no target audio" in text
    assert not (data / "all" / "report.json").exists()
