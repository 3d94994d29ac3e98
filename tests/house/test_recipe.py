"""Check the recipe with the textual rules of SpeechBrain's recipe tests."""

import csv
import dataclasses
import re

import pytest
from house.sources import ROOT

RECIPE = "recipes/CrossLingualSER"
COLUMNS = (
    "Task,Dataset,Script_file,Hparam_file,Data_prep_file,Readme_file,"
    "Result_url,HF_repo,test_debug_flags,test_debug_checks,performance"
).split(",")


def rows():
    """Return the rows of the table for SpeechBrain's recipe tests."""
    with open(ROOT / "tests/recipes/CrossLingualSER.csv", newline="") as file:
        return list(csv.DictReader(file))


def yamls():
    """Return the YAML files under ``recipes/``, without those of runs."""
    paths = (ROOT / "recipes").rglob("*.yaml")
    paths = [path.relative_to(ROOT) for path in paths]
    return {path.as_posix() for path in paths if "results" not in path.parts}


def without_comments(yaml):
    """Return the text of a YAML file without comments."""
    return re.sub(r"(^|\s)#.*", "", yaml)


def unused_keys(yaml, script, run_options):
    """List unused top-level keys.

    Arguments
    ---------
    yaml, script : str
        Text of the hyperparameters and of the script that loads them.
    run_options : set of str
        Keys that SpeechBrain's Brain reads.

    Returns
    -------
    list of str
        Keys that are neither referenced below, nor applied, nor used in the
        script as ``["key"]`` with double quotes.

    Example
    -------
    >>> unused_keys("lr: 0.1\\nopt: !ref <lr>", "", set())
    ['opt']
    """
    lines = without_comments(yaml).splitlines()
    unused = []
    for number, line in enumerate(lines):
        key = re.match(r"(\w+)\s*:", line)
        if key is None or "!apply" in line or key[1] in run_options:
            continue
        below = "\n".join(lines[number + 1 :])
        is_referred = re.search(rf"!ref\b.*<{key[1]}[>\[]", below)
        if not is_referred and f'["{key[1]}"]' not in script:
            unused.append(key[1])
    return unused


def test_every_yaml_has_a_row():
    assert yamls()
    assert {row["Hparam_file"] for row in rows()} == yamls()


def test_table_has_the_columns_of_speechbrain():
    assert all(list(row) == COLUMNS for row in rows())


@pytest.mark.parametrize(
    "column", ["Script_file", "Hparam_file", "Readme_file"]
)
def test_files_of_a_row_exist(column):
    assert [r[column] for r in rows() if not (ROOT / r[column]).is_file()] == []


def test_rows_can_be_run_and_checked():
    for row in rows():
        assert row["test_debug_flags"]
        assert row["test_debug_checks"].startswith("file_exists=[")


def test_every_top_level_key_is_used():
    from speechbrain.utils.run_opts import RunOptions

    options = {field.name for field in dataclasses.fields(RunOptions)}
    for row in rows():
        yaml = (ROOT / row["Hparam_file"]).read_text()
        script = (ROOT / row["Script_file"]).read_text()
        assert unused_keys(yaml, script, options) == [], row["Hparam_file"]


def test_yaml_has_at_most_one_placeholder():
    for path in yamls():
        yaml = without_comments((ROOT / path).read_text())
        assert yaml.count("!PLACEHOLDER") <= 1, path


def test_script_imports_the_package_only_inside_functions():
    """Avoid top-level imports, whose sort order depends on the checkout."""
    for path in (ROOT / RECIPE).glob("*.py"):
        lines = path.read_text().splitlines()
        found = [
            s for s in lines if re.match(r"(from|import) speechbrain_clser", s)
        ]
        assert found == [], path


def test_hparams_at_the_top_are_those_of_the_recipe():
    assert (ROOT / "hparams").is_symlink()
    assert (ROOT / "hparams").resolve() == (ROOT / RECIPE / "hparams").resolve()


@pytest.mark.parametrize(
    "yaml, script",
    [
        ("lr: 0.1", ""),
        ("lr: 0.1", "hparams['lr']"),
        ("lr: 0.1  # see !ref <lr>", ""),
        ("lr: 0.1\nopt: !ref <lr_final>", 'hparams["opt"]'),
        ("opt: !ref <lr>\nlr: 0.1", 'hparams["opt"]'),
        ("lr: 0.1\nopt: !ref <lr.real>", 'hparams["opt"]'),
    ],
)
def test_unused_key_is_caught(yaml, script):
    assert unused_keys(yaml, script, set()) == ["lr"]


@pytest.mark.parametrize(
    "yaml, script",
    [
        ("lr: 0.1", 'hparams["lr"]'),
        ("lr: 0.1\nopt:\n    lr: !ref <lr>", 'hparams["opt"]'),
        ("lr: {a: 1}\nopt: !ref <lr[a]>/2", 'hparams["opt"]'),
        ("__set_seed: !apply:f [1]", ""),
        ("precision: fp32", ""),
    ],
)
def test_used_key_passes(yaml, script):
    assert unused_keys(yaml, script, {"precision"}) == []
