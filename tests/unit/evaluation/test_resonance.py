"""Report entries of fields and highlights."""

from helpers.resonated import resonate
from helpers.runs import make_run

from speechbrain_clser.evaluation import run
from speechbrain_clser.evaluation.resonance import resonance


def test_run_without_a_field_has_no_entries(tmp_path):
    assert resonance(run.read(make_run(tmp_path)).seeds) is None


def test_field_has_entries_by_seed_and_class(tmp_path):
    found = resonance(run.read(resonate(make_run(tmp_path))).seeds)
    assert [one["seed"] for one in found["field"]] == [1, 2]
    first = found["field"][0]
    assert first["believed"] == [0.0, 0.2, 0.4, 0.2 * 3]
    assert first["posterior"] == [[0.5] * 4, [0.3] * 4, [0.2] * 4]


def test_highlights_include_predictions(tmp_path):
    seeds = run.read(resonate(make_run(tmp_path, skill=50.0))).seeds
    found = resonance(seeds)
    assert found["seed"] == 1
    assert [
        (one["target"], one["predicted"]) for one in found["highlights"]
    ] == [(name, name) for name in ("anger", "happiness", "sadness")]
