"""Scores, paired tests and ranks of a study, and its leaderboard."""

import csv
import io
import json

import numpy as np
import pytest
import yaml
from helpers.runs import make_run

from speechbrain_clser.benchmark import leaderboard, results, study
from speechbrain_clser.benchmark.runner import DONE, Setup
from speechbrain_clser.evaluation import comparison
from speechbrain_clser.evaluation.metrics import uar


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Return a study of two systems on two folds, one cell without a run."""
    top = tmp_path_factory.mktemp("study")
    values = {
        "title": "A <b>",
        "systems": {
            "good": {"yaml": "linear"},
            "bad": {"yaml": "linear", "lr": 1},
            "none": {"yaml": "linear", "lr": 2},
        },
        "protocols": {"u": "emodb_to_urdu:share", "v": "emovo_to_urdu:share"},
        "compare_with": ["bad"],
    }
    (top / "s.yaml").write_text(yaml.safe_dump(values))
    of = study.read(top / "s.yaml")
    setup, cells = Setup(top, "", top), of.cells()
    for cell in cells:
        if cell.system != "none":
            folder = make_run(
                setup.folder(cell),
                skill=3.0 if cell.system == "good" else 0.3,
                n_target_speakers=6,
                epochs=1,
            )
            done = {"arguments": cell.arguments, "seconds": 2.0}
            (folder / DONE).write_text(json.dumps(done))
    failed = {cells[-1].name: "a\nexpected <x>"}
    return results.collect(of, cells, setup, failed), setup, cells


def test_scores_and_tests_are_those_of_the_runs(found):
    found, setup, cells = found
    systems = {
        name: {
            fold: setup.folder(cell)
            for cell in cells
            for fold in cell.folds
            if cell.system == name
        }
        for name in ("good", "bad")
    }
    expected = comparison.compare_systems(systems, "bad")
    assert found["comparisons"]["acoustic"]["bad"]["good"] == expected["good"]
    assert [one["system"] for one in found["means"]] == ["good", "bad"]
    assert found["means"][0]["uar"]["mean"] == pytest.approx(
        expected["good"]["mean"]["uar"]["mean"]
    )
    assert found["missing"] == ["none/acoustic/u", "none/acoustic/v"]


def test_folds_of_one_run_are_scored_apart():
    rng = np.random.default_rng(0)
    from helpers.runs import CLASSES

    from speechbrain_clser.evaluation.predictions import Predictions

    corpus = np.array(["emovo", "urdu", "demo", "demo"] * 6)
    language = np.array(["ita", "urd", "tur", "fin"] * 6)
    target, predicted = rng.integers(0, 3, (2, 24))
    text = np.array([f"u{k}" for k in range(24)])
    all_rows = Predictions(
        CLASSES,
        *(text, corpus, language, text, text),
        *(target, predicted, np.eye(3)[predicted]),
    )
    one = results._of(["urdu"], all_rows)
    assert set(one.corpus) == {"urdu"}
    assert len(one) == 6
    assert set(results._of(["demo:fin"], all_rows).language) == {"fin"}
    assert results._of((), all_rows) is all_rows
    assert 0 <= uar(one.target.tolist(), one.predicted.tolist(), range(3)) <= 1


def test_ranks_share_ties_and_need_two_folds():
    found = results.ranks({"a": [0.5, 0.9, 0.7], "b": [0.5, 0.8, 0.6]})
    assert found["mean"] == {
        "a": pytest.approx(3.5 / 3),
        "b": pytest.approx(5.5 / 3),
    }
    # q of two systems at 5 % is 1.960; 1.96 * sqrt(2 * 3 / (6 * 3)).
    assert found["critical_difference"] == pytest.approx(1.1316, abs=1e-3)
    assert results.ranks({"a": [0.5], "b": [0.4]}) == {}
    assert results.ranks({}) == {}


def test_the_leaderboard_shows_scores_failures_and_escapes(found, tmp_path):
    found, _, _ = found
    path = leaderboard.write(found, tmp_path)
    page = path.read_text()
    assert "<h1>A &lt;b&gt;</h1>" in page
    assert "expected &lt;x&gt;" in page
    assert "critical difference" in page
    assert page.count('class="badge"') == 2
    rows = leaderboard.table(found)["rows"]
    assert [row[0] for row in rows] == ["good", "bad"]
    assert rows[0][-3].startswith("+")
    assert rows[1][-3:] == [None] * 3
    saved = json.loads((tmp_path / "results.json").read_text())
    assert saved == json.loads(json.dumps(found))
    lines = list(
        csv.DictReader(io.StringIO((tmp_path / "leaderboard.csv").read_text()))
    )
    assert len(lines) == 4
    assert float(lines[0]["low"]) < float(lines[0]["uar"])
    assert (tmp_path / "leaderboard.tex").read_text().startswith("% UAR")


def test_a_heat_map_needs_single_sources_and_targets(found):
    found, _, _ = found
    assert leaderboard.matrices(found)["good, acoustic"].keys() == {
        "emodb",
        "emovo",
    }
    other = found | {"folds": {"u": "four_to_emodb"}}
    assert leaderboard.matrices(other) == {}
