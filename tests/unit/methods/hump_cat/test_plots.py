"""Attention maps."""

from helpers.attended import attend
from helpers.runs import make_run

from speechbrain_clser.evaluation import report
from speechbrain_clser.methods.hump_cat.plots import attention_maps


def test_panels_are_utterances_by_stages_and_directions(tmp_path):
    result = report.build(attend(make_run(tmp_path)))
    axes = attention_maps(result).axes
    assert len(axes) == 3 * 4
    labels = [(a.get_ylabel(), a.get_xlabel()) for a in axes[:4]]
    assert labels == [
        ("melody", "voice, s"),
        ("voice", "melody, s"),
        ("melody+voice", "ssl, s"),
        ("ssl", "melody+voice, s"),
    ]


def test_largest_weight_is_opaque(tmp_path):
    result = report.build(attend(make_run(tmp_path)))
    (image,) = attention_maps(result).axes[0].images
    strength = image.get_array()[..., 3]
    assert strength.tolist() == [[1, 0.25 / 0.75], [0.5 / 0.75, 0.5 / 0.75]]


def test_wrong_prediction_is_in_the_title(tmp_path):
    result = report.build(attend(make_run(tmp_path)))
    result["attention"]["utterances"][0]["predicted"] = "sadness"
    title = attention_maps(result).axes[0].get_title(loc="left")
    assert title == "anger, predicted sadness (Urdu)"
