"""The recipe for SpeechBrain passes its linters and agrees with this project."""

import csv
import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest
import upstream_recipe as results
from helpers import trees
from house.sources import ROOT
from house.test_recipe import COLUMNS, without_comments

from speechbrain_clser import URL, __version__, corpora
from speechbrain_clser.evaluation.metrics import confusion_matrix

UPSTREAM = ROOT / "upstream"
RECIPE = UPSTREAM / "recipes" / "CrossLingualSER"


def load(path):
    """Import a file that is not on the path."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


prepare = load(RECIPE / "crosslingual_ser_prepare.py")
check = load(UPSTREAM / "check.py")


def rows():
    """Return the rows of the table for SpeechBrain's recipe tests."""
    path = UPSTREAM / "tests" / "recipes" / "CrossLingualSER.csv"
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def ruff(*arguments):
    """Run ruff as SpeechBrain does."""
    return subprocess.run(
        [
            *(Path(sys.executable).with_name("ruff"), *arguments, "--no-cache"),
            *("--config", UPSTREAM / "ruff.toml", "recipes", "upstream"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]])
def test_recipes_pass_the_linter_of_speechbrain(command):
    done = ruff(*command)
    assert done.returncode == 0, done.stdout


def test_every_yaml_has_a_row_with_its_measured_score():
    assert {Path(row["Hparam_file"]).stem for row in rows()} == {
        path.stem for path in RECIPE.glob("hparams/*.yaml")
    }
    for row in rows():
        assert list(row) == COLUMNS
        stem = Path(row["Hparam_file"]).stem
        assert row["performance"] == results.performance(stem)
        checks = row["test_debug_checks"]
        assert "file_exists=[" in checks and "performance_check=[" in checks


def test_files_of_the_rows_are_in_the_pull_request():
    files = {path.as_posix() for path in check.recipe_files()}
    for row in rows():
        columns = "Script_file", "Hparam_file", "Data_prep_file", "Readme_file"
        named = {row[column] for column in columns}
        flags = re.findall(r"=(tests/\S+\.csv)", row["test_debug_flags"])
        assert named | set(flags) <= files


def test_yaml_has_one_placeholder_and_no_path_in_the_home_folder():
    for path in RECIPE.glob("hparams/*.yaml"):
        text = without_comments(path.read_text(encoding="utf-8"))
        assert text.count("!PLACEHOLDER") == 1
        assert "~" not in text and "cache_folder" not in text


@pytest.mark.parametrize("folder", [UPSTREAM / "recipes", ROOT / "recipes"])
def test_requirement_is_this_version_by_its_address(folder):
    path = folder / "CrossLingualSER" / "extra_requirements.txt"
    assert path.read_text(encoding="utf-8") == (
        f"speechbrain-clser[demo]@git+{URL}.git@v{__version__}\n"
    )


def test_every_address_of_this_project_is_the_same():
    files = [
        *(ROOT / "README.md", ROOT / "CITATION.cff", ROOT / "CHANGELOG.md"),
        *ROOT.glob("docs/**/*.md"),
        *ROOT.glob("docs/**/*.ipynb"),
        *ROOT.glob("recipes/CrossLingualSER/*.*"),
        *UPSTREAM.rglob("*.*"),
    ]
    texts = [
        path.read_text(encoding="utf-8") for path in files if path.is_file()
    ]
    found = re.findall(
        r"https://github\.com/[\w.-]+/speechbrain-clser\b", "".join(texts)
    )
    assert found and set(found) == {URL}


@pytest.mark.parametrize("corpus", sorted(prepare.CORPORA))
def test_prepared_utterances_are_those_of_our_readers(corpus, tmp_path):
    folder = prepare.CORPORA[corpus][0]
    trees.make(tmp_path / folder, corpus)
    reader = corpora.load(corpus)
    wanted = sorted(
        (
            Path(row.wav).relative_to(tmp_path).as_posix(),
            *(row.language, row.gender),
            f"{corpus}_{row.speaker}".lower(),
            reader.emotions[row.raw_emotion],
        )
        for row in reader.utterances(tmp_path / folder)
        if reader.emotions[row.raw_emotion] in results.CLASSES
    )
    found = sorted(
        (
            *(row["wav"].removeprefix("$data_root/"), row["language"]),
            *(row["gender"], row["speaker"].lower(), row["emotion"]),
        )
        for row in prepare.read_corpus(tmp_path, corpus)
    )
    assert found == wanted and found


def manifest(folder, name):
    with open(folder / f"{name}.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_splits_have_no_common_speakers(tmp_path):
    for corpus in ("emodb", "urdu", "emovo"):
        trees.make(tmp_path / prepare.CORPORA[corpus][0], corpus)
    prepare.prepare_crosslingual_ser(
        *(tmp_path, tmp_path / "out", ["emodb", "urdu"], ["emovo"])
    )
    speakers = {
        name: {row["speaker"] for row in manifest(tmp_path / "out", name)}
        for name in ("train", "valid", "test")
    }
    assert speakers["valid"] == {"emodb_03", "urdu_SF10"}
    assert speakers["train"] == {"emodb_08", "urdu_SM1"}
    assert {name[:6] for name in speakers["test"]} == {"emovo_"}


@pytest.mark.parametrize(
    "sources, error, message",
    [
        (["emovo"], ValueError, "must be different corpora"),
        (["msp"], ValueError, "Unknown corpus 'msp'"),
        (["urdu"], FileNotFoundError, "found no such folder"),
        (["emodb"], FileNotFoundError, "Expected recordings of emodb"),
    ],
)
def test_wrong_corpora_are_refused(sources, error, message, tmp_path):
    (tmp_path / "EMO-DB").mkdir()
    (tmp_path / "EMO-DB" / "other.wav").touch()
    with pytest.raises(error, match=message):
        prepare.prepare_crosslingual_ser(
            *(tmp_path, tmp_path / "out", sources, ["emovo"])
        )


def test_files_are_copied_and_staged(tmp_path):
    check.run(tmp_path, ["git", "init", "-q"])
    files = check.copy(tmp_path)
    staged = check.run(tmp_path, ["git", "ls-files"]).stdout.splitlines()
    assert sorted(staged) == sorted(path.as_posix() for path in files)
    assert check.tracked(tmp_path, "train.py") == [
        "recipes/CrossLingualSER/train.py"
    ]
    check.remove(tmp_path)
    assert check.tracked(tmp_path, "") == []
    assert not (tmp_path / "recipes").exists()


@pytest.mark.parametrize(
    "output, found",
    [
        ("FAILED tests/a.py::b - x\n1 failed", {"FAILED tests/a.py::b - x"}),
        ("a/b.py:1:5: I001 x\nFound 1", {"a/b.py:1:5: I001 x"}),
        ("Would reformat: a.py\n1 file", {"Would reformat: a.py"}),
        ("a.yaml:3:1: [error] x", {"a.yaml:3:1: [error] x"}),
        ("Killed", {"Killed"}),
    ],
)
def test_failures_are_named(output, found):
    done = subprocess.CompletedProcess([], 1, output)
    assert check.failures(done) == found
    done.returncode = 0
    assert check.failures(done) == set()


def test_confusions_are_counted_by_speaker(tmp_path):
    (tmp_path / "test.csv").write_text(
        "ID,speaker\na,s2\nb,s1\nc,s2\n", encoding="utf-8"
    )
    (tmp_path / "predictions.csv").write_text(
        "ID,target,predicted\na,anger,sadness\nb,anger,anger\n"
        "c,neutral,neutral\n",
        encoding="utf-8",
    )
    counts = results.count([tmp_path, tmp_path])
    assert counts.speakers == ["s1", "s2"] and counts.trials == [0, 0]
    expected = [
        confusion_matrix(target, predicted, results.CLASSES).tolist()
        for target, predicted in (
            (["anger"], ["anger"]),
            (["anger", "neutral"], ["sadness", "neutral"]),
        )
    ]
    assert counts.confusion.tolist() == [expected, expected]
