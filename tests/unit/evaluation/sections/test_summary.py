"""The first screen."""

from speechbrain_clser.evaluation.document import Picture, Score, Text
from speechbrain_clser.evaluation.sections.summary import answer, title


def test_title_names_method_and_languages(plain):
    assert title(plain) == "source_only: German → Urdu"


def test_material_score_and_verdict_come_in_this_order(plain):
    _, material, supervision, score, strip, verdict, *_ = answer(plain)
    assert material.text.startswith("Trained on 192 utterances of 4 speakers, ")
    assert supervision.text.startswith("Supervision: ")
    assert isinstance(score, Score) and isinstance(strip, Picture)
    assert verdict.text == plain["verdict"]["sentence"]


def test_score_says_what_stands_behind_it(plain):
    uar = plain["parts"]["target_scored"]["scores"]["uar"]
    uar |= {"mean": 0.5, "low": None, "high": None}
    (score,) = [b for b in answer(plain) if isinstance(b, Score)]
    assert score.value == "50.0 %"
    assert score.text == (
        "UAR on the target corpus · no interval · chance 33.3 · mean of 2 seeds"
    )


def test_every_notice_is_told(plain):
    plain["notices"] = ["one thing", "another"]
    assert answer(plain)[-2:] == [
        Text("one thing", role="notice"),
        Text("another", role="notice"),
    ]
