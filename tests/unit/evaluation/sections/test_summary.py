"""First section."""

from speechbrain_clser.evaluation.document import Picture, Score, Text
from speechbrain_clser.evaluation.sections.summary import overview, title


def test_title_contains_method_and_languages(plain):
    assert title(plain) == "source_only: German → Urdu"


def test_blocks_are_in_order(plain):
    _, data, supervision, score, strip, verdict, *_ = overview(plain)
    assert data.text.startswith("Trained on 192 utterances of 4 speakers, ")
    assert supervision.text.startswith("Supervision: ")
    assert isinstance(score, Score) and isinstance(strip, Picture)
    assert verdict.text == plain["verdict"]["sentence"]


def test_score_has_interval_chance_and_trainings(plain):
    uar = plain["parts"]["target_scored"]["scores"]["uar"]
    uar |= {"mean": 0.5, "low": None, "high": None}
    (score,) = [b for b in overview(plain) if isinstance(b, Score)]
    assert score.value == "50.0 %"
    assert score.text == (
        "UAR on the target corpus · no interval · chance 33.3 · mean of 2 seeds"
    )


def test_all_notices_are_rendered(plain):
    plain["notices"] = ["one thing", "another"]
    assert overview(plain)[-2:] == [
        Text("one thing", role="notice"),
        Text("another", role="notice"),
    ]
