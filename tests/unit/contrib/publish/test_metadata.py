import pytest
import yaml

from speechbrain_clser.contrib.publish.metadata import METRICS, metadata
from speechbrain_clser.evaluation import formatting

COMMIT = "0123456789abcdef0123456789abcdef01234567"
YAML = f"extractor:\n  source: owner/encoder\n  revision: {COMMIT}\n"


def of(report, model_yaml="", **options):
    """Return the metadata as the hub parses it."""
    text = metadata(report, "me/model", model_yaml, **options).to_yaml()
    return yaml.safe_load(text)


def test_model_is_found_by_task_library_languages_corpora_and_method(output):
    found = of(output)
    assert found["pipeline_tag"] == "audio-classification"
    assert found["library_name"] == "speechbrain"
    assert found["language"] == ["de", "ur"]
    assert found["datasets"] == ["emodb"]  # urdu was only scored
    assert found["metrics"] == ["recall", "accuracy", "f1"]
    assert {"cross-lingual", "source_only"} <= set(found["tags"])


def test_scores_are_those_of_the_report_with_their_interval(output):
    (index,) = of(output)["model-index"]
    (result,) = index["results"]
    assert index["name"] == "model"
    assert result["dataset"] == {
        "type": "urdu",
        "name": "URDU <emotion> & speech (Urdu)",
        "split": "protocol emodb_to_urdu (0123456789ab)",
    }
    scores = output["parts"]["test"]["scores"]
    for metric, score in zip(result["metrics"], METRICS, strict=True):
        assert metric["value"] == round(100 * scores[score]["mean"], 1)
        assert formatting.interval(scores[score]) in metric["name"]
        assert "mean of 2 seeds" in metric["name"]


def test_report_of_an_earlier_version_has_fewer_scores(output):
    del output["parts"]["test"]["scores"]["weighted_f1"]
    (result,) = of(output)["model-index"][0]["results"]
    assert [m["type"] for m in result["metrics"]] == [
        "recall",
        "accuracy",
        "f1",
    ]


def test_target_of_several_corpora_is_one_result(output):
    output["ledger"]["targets"] = ["urdu:urd", "emodb:deu"]
    (result,) = of(output)["model-index"][0]["results"]
    assert result["dataset"]["type"] == "urdu+emodb"
    assert "and Berlin Database" in result["dataset"]["name"]


def test_terms_of_the_corpora_hold_unless_a_licence_is_given(output):
    found = of(output)
    assert found["license"] == "other"
    assert found["license_name"] == "terms-of-the-training-corpora"
    assert found["license_link"] == "https://huggingface.co/me/model#data"
    given = of(output, licence="cc-by-4.0")
    assert given["license"] == "cc-by-4.0" and "license_name" not in given


@pytest.mark.parametrize(
    "encoder, model_yaml, expected",
    [
        ("owner/encoder", YAML, "owner/encoder"),
        ("owner/encoder", YAML.replace(COMMIT, f"'{COMMIT}'"), "owner/encoder"),
        ("owner/encoder", YAML.replace(COMMIT, COMMIT + 24 * "0"), None),
        ("/home/me/encoder", YAML, None),
        ("acoustic", "extractor: !new:a.B\n", None),
    ],
)
def test_encoder_is_named_if_it_is_of_the_hub(
    encoder, model_yaml, expected, output
):
    output["settings"]["encoder"] = encoder
    assert of(output, model_yaml).get("base_model") == expected


def test_language_of_three_letters_stays_and_an_unknown_one_is_left_out(output):
    output["ledger"]["targets"] = ["yours:pcm", "mine:"]
    output["data"]["corpora"] += [
        {"name": name, "title": name} for name in ("yours", "mine")
    ]
    assert of(output)["language"] == ["de", "pcm"]
