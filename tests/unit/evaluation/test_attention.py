"""Attention on its way from a run into its report."""

from helpers.attended import attend
from helpers.runs import make_run

from speechbrain_clser.evaluation import run
from speechbrain_clser.evaluation.attention import attention


def test_run_without_attention_tells_nothing(tmp_path):
    assert attention(run.read(make_run(tmp_path)).seeds) is None


def test_maps_stand_beside_what_was_answered(tmp_path):
    seeds = run.read(attend(make_run(tmp_path, skill=50.0))).seeds
    found = attention(seeds)
    assert found["seed"] == 1
    names = ("anger", "happiness", "sadness")
    assert [(u["target"], u["predicted"]) for u in found["utterances"]] == [
        (name, name) for name in names
    ]
    assert found["utterances"][0]["stages"][1]["names"][1] == "ssl"
