"""Report entries of attention weights."""

from helpers.attended import attend
from helpers.runs import make_run

from speechbrain_clser.evaluation import run
from speechbrain_clser.evaluation.attention import attention


def test_run_without_attention_has_no_entries(tmp_path):
    assert attention(run.read(make_run(tmp_path)).seeds) is None


def test_maps_include_predictions(tmp_path):
    seeds = run.read(attend(make_run(tmp_path, skill=50.0))).seeds
    found = attention(seeds)
    assert found["seed"] == 1
    names = ("anger", "happiness", "sadness")
    assert [(u["target"], u["predicted"]) for u in found["utterances"]] == [
        (name, name) for name in names
    ]
    assert found["utterances"][0]["stages"][1]["names"][1] == "ssl"
