"""The leaderboard of a study: page, tables and heat map."""

import csv
import io
import json

from speechbrain_clser.benchmark import leaderboard


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
    of = leaderboard.matrices(found)["good, acoustic"]
    assert of.keys() == {"UAR"} and of["UAR"].keys() == {"emodb", "emovo"}
    assert leaderboard.TRANSFER not in leaderboard.page(found)
    names = {"u": "urdu_to_urdu:held_out", "v": "emovo_to_urdu:held_out"}
    page = leaderboard.page(found | {"folds": names})
    assert page.count(f"<h4>{leaderboard.TRANSFER}</h4>") >= 1
    other = found | {"folds": {"u": "four_to_emodb"}}
    assert leaderboard.matrices(other) == {}


def test_systems_are_chosen_on_source_validation_and_on_the_target(found):
    found, _, _ = found
    scores = [
        dict(one, source_valid_uar=0.9 if one["system"] == "bad" else 0.8)
        for one in found["scores"]
    ]
    shown = leaderboard.selection(found | {"scores": scores})
    uar = {(s["system"], s["fold"]): s["uar"]["mean"] for s in scores}
    mean = 50 * (uar["bad", "u"] + uar["bad", "v"])
    valid, oracle = shown["rows"]
    assert valid[:2] == ["source validation", "acoustic"]
    assert valid[2] == f"{100 * uar['bad', 'u']:.1f} (bad)"
    assert valid[-1] == f"{mean:.1f}"
    assert oracle[0] == "the target (oracle)" and "(good)" in oracle[2]
    assert "Choice of a system" in leaderboard.page(found)

    with_true_labels = [
        dict(one, supervision=["oracle"]) if one["system"] == "good" else one
        for one in found["means"]
    ]
    alone = found | {"means": with_true_labels}
    assert leaderboard.selection(alone)["rows"] == []
    assert "Choice of a system" not in leaderboard.page(alone)
