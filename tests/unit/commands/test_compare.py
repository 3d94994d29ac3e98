"""Test the table of runs and the refusal of invalid ones."""

import csv
import io
import json
import shutil

import pytest
from helpers.rated import rate
from helpers.runs import make_run

from speechbrain_clser.commands.compare import compare, write
from speechbrain_clser.evaluation import comparison
from speechbrain_clser.evaluation.permutation import holm


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    """Three runs of one protocol, of which one is better."""
    top = tmp_path_factory.mktemp("results")
    return [
        make_run(
            top / name / "emodb_to_urdu",
            seeds=seeds,
            skill=skill,
            n_target_speakers=6,
            epochs=1,
        )
        for name, seeds, skill in (
            ("base_line", (1, 2), 0.5),
            ("better", (3,), 2.5),
            ("third", (4, 5), 0.6),
        )
    ]


@pytest.fixture(scope="module")
def found(three):
    """Compare all runs with the first."""
    return compare(three)


@pytest.fixture
def two(three, tmp_path):
    """Copies of the first two runs, to be changed."""
    return [
        shutil.copytree(run, tmp_path / run.parent.name) for run in three[:2]
    ]


def change(path, **values):
    """Change keys of a JSON file."""
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def test_rows_have_the_values_of_the_comparison_of_two_runs(three, found):
    first, *others = found["rows"]
    assert [row["run"] for row in found["rows"]] == [
        *("base_line", "better", "third")
    ]
    assert first["against"] is first["difference"] is first["p_holm"] is None
    alone = [comparison.compare(run, three[0])["uar"] for run in three[1:]]
    assert [row["difference"] for row in others] == [
        one["difference"] for one in alone
    ]
    assert [
        (row["difference_low"], row["difference_high"]) for row in others
    ] == [(one["low"], one["high"]) for one in alone]
    corrected = holm({k: one["p"] for k, one in enumerate(alone)})
    assert [row["p_holm"] for row in others] == [corrected[0], corrected[1]]
    assert others[0]["p_holm"] == 2 * others[0]["p"] == pytest.approx(4 / 2**6)


def test_baseline_run_can_be_chosen(three, found):
    turned = compare(three, against=three[1])["rows"]
    assert turned[1]["against"] is None
    ahead = found["rows"][1]["difference"]
    assert turned[0]["difference"] == pytest.approx(-ahead)
    added = compare(three[:1], against=three[1])["rows"]
    assert [row["run"] for row in added] == ["better", "base_line"]


def test_every_format_shows_the_same_scores(found):
    uar = f"{100 * found['rows'][1]['uar']:.1f}"
    for kind, name in (
        ("table", "base_line"),
        ("markdown", "base\\_line"),
        ("latex", "base\\_line"),
    ):
        text = write(found, kind)
        assert name in text
        assert uar in text
        assert "corrected by Holm for 2 comparisons" in text
    rows = list(csv.DictReader(io.StringIO(write(found, "csv"))))
    assert list(rows[0]) == [
        *("run", "folder", "method", "protocol", "digest", "trials"),
        *("trainings", "utterances", "speakers", "uar", "uar_low", "uar_high"),
        *("against", "difference", "difference_low", "difference_high"),
        *("p", "p_holm"),
    ]
    assert float(rows[1]["uar"]) == found["rows"][1]["uar"]
    assert rows[0]["difference"] == ""


def test_latex_cells_hold_no_open_bracket_after_a_line_break(found):
    lines = write(found, "latex").splitlines()
    rows = [line for line in lines if line.endswith("\\\\")]
    assert len(rows) == 1 + 3
    assert {line.count(" & ") for line in rows} == {6}
    assert not any(
        cell.startswith("[") for row in rows for cell in row.split("& ")
    )


def test_other_protocols_are_refused_with_the_keys_that_differ(two):
    change(
        two[1] / "protocol.json", digest="ba9876543210", target_supervision="x"
    )
    change(two[1] / "ledger.json", sentence="unlabelled target audio")
    with pytest.raises(
        ValueError, match="differs from .* in target_supervision;"
    ):
        compare(two)
    notes = "\n".join(compare(two, across_protocols=True)["notes"])
    assert "(ba9876543210)" in notes
    assert "in target_supervision" in notes
    assert "Supervision of better: unlabelled target audio." in notes


def test_folder_that_is_no_run_is_refused(two, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(
        FileNotFoundError, match="empty: expected the folder of"
    ):
        compare([two[0], tmp_path / "empty"])


def test_unfinished_run_is_refused(two):
    (two[1] / "seed_9").mkdir()
    with pytest.raises(ValueError, match="no predictions in seed_9; let train"):
        compare(two)


@pytest.mark.parametrize("n", [1, 2])
def test_less_than_two_different_runs_are_refused(two, n):
    with pytest.raises(ValueError, match=["alone; name", "given twice"][n - 1]):
        compare(n * two[:1])


def test_other_audio_under_the_same_names_is_refused(two):
    for digest, run in zip("ab", two, strict=True):
        text = (run / "parts.csv").read_text()
        rows = list(csv.DictReader(io.StringIO(text)))
        with open(run / "parts.csv", "w", newline="") as file:
            writer = csv.DictWriter(file, [*rows[0], "digest"])
            writer.writeheader()
            writer.writerows({**row, "digest": digest} for row in rows)
    with pytest.raises(ValueError, match="found other audio for 72 of them"):
        compare(two)


def test_other_utterances_are_refused(two, tmp_path):
    other = make_run(tmp_path / "other", n_target_speakers=5, epochs=1)
    with pytest.raises(ValueError, match="same utterances"):
        compare([two[0], other])


def test_runs_of_dimensions_are_compared_by_ccc(tmp_path):
    runs = [
        rate(make_run(tmp_path / name, n_target_speakers=6, epochs=1), noise)
        for name, noise in (("base", 0.5), ("better", 0.05))
    ]
    found = compare(runs)
    text = write(found, "table")
    assert text.split()[:4] == ["run", "trainings", "CCC", "95"]
    assert "CCC, mean of arousal and valence, on 72 utterances" in text
    better = text.splitlines()[2].split()
    assert better[0] == "better" and better[5].startswith("+0.")
    row = next(csv.DictReader(io.StringIO(write(found, "csv"))))
    assert float(row["ccc_low"]) < float(row["ccc"]) < float(row["ccc_high"])
