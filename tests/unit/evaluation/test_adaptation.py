import json

from helpers.runs import CLASSES, make_run

from speechbrain_clser.evaluation import report, run
from speechbrain_clser.evaluation.adaptation import adaptation

RECORD = {
    "name": "em_gaussians",
    "form": "transductive",
    "fitted_to": "test",
    "n_target_utterances": 48,
    "class_shares": "",
    "vectors": {
        "statistics": {
            "constants": {"n_rounds": 3},
            "constants_from": "sources",
            "candidates": [
                {"constants": None, "mean": 0.4, "uar": {"emodb": 0.4}},
                {
                    "constants": {"n_rounds": 3},
                    "mean": 0.5,
                    "uar": {"emodb": 0.5},
                },
            ],
        }
    },
    "systems": {
        "method": {
            "shares_before": dict(zip(CLASSES, (0.5, 0.25, 0.25), strict=True)),
            "shares_after": dict(zip(CLASSES, (0.25, 0.5, 0.25), strict=True)),
            "changed": 0.25,
            "refused": None,
            "vectors": "statistics",
        }
    },
}
REFUSED = {"reason": "one class", "message": "expected several, found one"}


def adapted_run(folder, seeds=(1, 2), refused=None):
    """Build a run with an adaptation of each training."""
    make_run(folder, seeds=seeds)
    for seed in seeds:
        record = json.loads(json.dumps(RECORD))
        record["systems"]["method"]["refused"] = refused
        path = folder / f"seed_{seed}" / "adaptation.json"
        path.write_text(json.dumps(record))
    return folder


def test_adaptation_of_each_training_is_collected(tmp_path):
    found = adaptation(run.read(adapted_run(tmp_path)).seeds)
    assert (found["name"], found["fitted_to"]) == ("em_gaussians", "test")
    assert [one["seed"] for one in found["seeds"]] == [1, 2]
    assert found["seeds"][1]["systems"] == RECORD["systems"]
    assert "systems" not in found


def test_run_without_adaptation_has_none(tmp_path):
    assert adaptation(run.read(make_run(tmp_path)).seeds) is None


def test_console_summary_contains_refusals(tmp_path):
    text = report.summary(report.build(adapted_run(tmp_path, refused=REFUSED)))
    assert text.count("adaptation refused for method") == 1
    assert "scores are without it: expected several" in text
