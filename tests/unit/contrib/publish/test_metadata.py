import pytest
import yaml
from helpers.hub import DATA_SET

from speechbrain_clser.contrib.publish.metadata import METRICS, metadata, slug
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
    assert {"cross-lingual", "pytorch", "source_only"} <= set(found["tags"])


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


def test_each_of_several_target_corpora_is_a_result(output):
    output["ledger"]["targets"] = ["urdu:urd", "My corpus:deu", "urdu:eng"]
    (group,) = output["parts"]["test"]["groups"]["corpus"]
    mine = group | {"name": "My corpus", "mean": 0.123}
    output["parts"]["test"]["groups"]["corpus"] = [group, mine]
    output["data"]["corpora"][0] |= {"name": "My corpus", "title": "Mine"}
    urdu, own = of(output)["model-index"][0]["results"]
    assert urdu["dataset"]["type"] == "urdu"
    assert urdu["dataset"]["name"].endswith("(Urdu and English)")
    assert urdu["metrics"][0]["value"] == round(100 * group["mean"], 1)
    assert own["dataset"] | {"split": ""} == {
        **{"type": "My-corpus", "name": "Mine (German)", "split": ""},
    }
    assert [metric["type"] for metric in own["metrics"]] == ["recall"]
    assert own["metrics"][0]["value"] == 12.3


@pytest.mark.parametrize(
    "name, expected",
    [
        *[("ravdess", "ravdess"), ("a b/c", "a-b-c"), ("(é) v1.0", "e-v1.0")],
        ("语料", "corpus"),
    ],
)
def test_names_are_those_that_the_hub_accepts(name, expected):
    assert slug(name) == expected
    assert DATA_SET.fullmatch(expected)


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
    (group,) = output["parts"]["test"]["groups"]["corpus"]
    output["parts"]["test"]["groups"]["corpus"] = [
        group | {"name": name} for name in ("yours", "mine")
    ]
    assert of(output)["language"] == ["de", "pcm"]
