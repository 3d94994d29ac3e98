"""Validity, completeness and determinism of report.json."""

import json

from helpers.runs import make_run

from speechbrain_clser.evaluation import report


def refuse(constant):
    """Reject NaN and infinity, as a strict JSON parser does."""
    raise AssertionError(f"{constant} is no JSON")


def test_report_is_strict_json_and_deterministic(tmp_path):
    built = report.build(make_run(tmp_path))
    text = (tmp_path / "report.json").read_text(encoding="utf-8")
    assert json.loads(text, parse_constant=refuse) == built
    report.build(tmp_path)
    assert (tmp_path / "report.json").read_text(encoding="utf-8") == text


def test_report_contains_all_seeds(tmp_path):
    built = report.build(make_run(tmp_path, seeds=(1, 2, 5)))
    assert built["n_seeds"] == 3
    test = built["parts"]["test"]
    assert [one["seed"] for one in test["per_seed"]] == [1, 2, 5]
    assert [one["seed"] for one in built["selection"]["seeds"]] == [1, 2, 5]


def test_selected_epoch_is_marked_among_the_records(tmp_path):
    built = report.build(make_run(tmp_path))
    for curve, chosen in zip(
        built["curves"], built["selection"]["seeds"], strict=True
    ):
        record = curve["records"][curve["selected"]]
        assert record["epoch"] == chosen["epoch"]
        assert record["source_valid_uar"] == max(
            r["source_valid_uar"] for r in curve["records"]
        )


def test_accurate_run_of_enough_speakers_is_above_chance(tmp_path):
    for n_speakers, skill, kind in (
        (6, 2.0, "above"),
        (6, 0.0, "includes"),
        (4, 2.0, "unknown"),
    ):
        folder = make_run(
            tmp_path / f"{n_speakers}_{skill}",
            skill=skill,
            n_target_speakers=n_speakers,
        )
        assert report.build(folder)["verdict"]["kind"] == kind


def test_one_speaker_and_one_seed_have_no_interval(tmp_path):
    built = report.build(make_run(tmp_path, seeds=(1,), n_target_speakers=1))
    assert built["verdict"]["kind"] == "unknown"
    uar = built["parts"]["test"]["scores"]["uar"]
    assert (uar["low"], uar["sd"]) == (None, None)
    assert built["notices"] == [
        "One seed: the spread between seeds is unknown."
    ]


def test_run_of_an_older_version_has_a_report(tmp_path):
    make_run(tmp_path, seeds=(1,))
    kept = tmp_path / "seed_1" / "embeddings"
    (kept / "source_valid_before.safetensors").unlink()
    path = tmp_path / "parts.csv"
    rows = [line.split(",")[:2] for line in path.read_text().splitlines()]
    path.write_text("".join(f"{part},{id_}\n" for part, id_ in rows))
    built = report.build(tmp_path)
    assert built["probes"]["questions"][0]["before"] is None
    assert built["shortcuts"]["known"] == []
    assert "older version" in built["shortcuts"]["left_out"][0]


def test_nan_in_the_training_log_becomes_null(tmp_path):
    make_run(tmp_path, seeds=(1,))
    path = tmp_path / "seed_1" / "epochs.jsonl"
    first, *others = path.read_text(encoding="utf-8").splitlines()
    broken = json.dumps(json.loads(first) | {"train_loss": float("nan")})
    path.write_text("\n".join([broken, *others]) + "\n", encoding="utf-8")
    records = report.build(tmp_path)["curves"][0]["records"]
    assert records[0]["train_loss"] is None


def test_summary_has_a_row_per_part(tmp_path):
    header, target, source = report.summary_rows(
        report.build(make_run(tmp_path))
    )
    assert header[:3] == ["part", "UAR", "95 %"]
    assert (target[0], source[0]) == ("test", "source_valid")
    assert all(len(row) == len(header) for row in (target, source))


def test_summary_names_classes_without_test_utterances(tmp_path):
    make_run(tmp_path / "whole")
    make_run(tmp_path / "two", true_classes=("anger", "happiness"))
    text = report.summary(report.build(tmp_path / "two"))
    expected = "no utterance of sadness: UAR is the mean over the other 2 cl"
    assert expected in text
    whole = report.summary(report.build(tmp_path / "whole"))
    assert "warning" not in whole


def test_baselines_have_a_table_of_their_own(tmp_path):
    make_run(tmp_path, seeds=(1,))
    path = tmp_path / "seed_1"
    (path / "baselines").mkdir()
    text = (path / "predictions" / "test.csv").read_text()
    (path / "baselines" / "linear.csv").write_text(text)
    header, linear = report.baseline_rows(report.build(tmp_path))
    assert header[3] == "source_only minus it"
    assert linear[0] == "linear" and linear[3:] == ["+0.0", "[+0.0, +0.0]"]


def test_summary_contains_baselines_if_there_are_any(tmp_path):
    built = report.build(make_run(tmp_path))
    first, header, *parts = report.summary(built).splitlines()
    assert first == built["ledger"]["sentence"]
    assert header.split()[:2] == ["part", "UAR"]
    assert [part.split()[0] for part in parts] == [*built["parts"]]
    one = built["parts"]["test"]["scores"]["uar"]
    difference = {"mean": 0.25, "low": 0.125, "high": 0.5}
    guess = {"name": "guess", "uar": one, "difference": difference}
    lines = report.summary(built | {"baselines": [guess]}).splitlines()
    assert lines[len(parts) + 2] == ""
    assert "+25.0" in lines[-1]


def test_trials_are_counted_and_details_are_of_the_first(tmp_path):
    make_run(tmp_path, seeds=(1, 2))
    make_run(tmp_path / "trial_1", seeds=(1001, 1002), skill=1.0)
    built = report.build(tmp_path)
    assert (built["n_trials"], built["n_seeds"]) == (2, 2)
    assert len(built["selection"]["seeds"]) == 4
    assert [curve["seed"] for curve in built["curves"]] == [1, 2]
    assert built["parts"]["test"]["scores"]["uar"]["sd_trials"] > 0
