"""Verdict, notices and number formats."""

import math
import re

import pytest

from speechbrain_clser.evaluation import formatting


def part(low, high, **changes):
    """Return the input of ``verdict`` and ``notices`` of a part."""
    uar = {"mean": (low + high) / 2, "low": low, "high": high}
    return {
        "scores": {"uar": uar},
        "chance_uar": 0.25,
        "n_speakers": 29,
        "recalls": [],
        "absent_classes": [],
        "never_answered": [],
    } | changes


def adapted(refused):
    seed = {"systems": {"method": {"refused": refused}}}
    return {"name": "equal_mass", "seeds": [seed]}


def run(**changes):
    """Return the input of ``notices`` of a run without limitations."""
    return {
        "data": {"corpora": [{"title": "Acted", "elicitation": "acted"}]},
        "ledger": {"oracle": False, "leaks": []},
        "protocol": {"shots": 0},
        "unfinished": [],
        "n_seeds": 3,
        "n_trials": 1,
    } | changes


@pytest.mark.parametrize(
    ("low", "high", "kind", "words"),
    [
        (0.30, 0.40, "above", "Better than chance"),
        (0.20, 0.40, "includes", "Not shown to be better than chance"),
        (0.25, 0.40, "includes", r"includes chance \(25.0 %\)"),
        (0.10, 0.20, "below", "Worse than chance"),
    ],
)
def test_verdict_follows_the_interval(low, high, kind, words):
    found = formatting.verdict(part(low, high), ["urdu:urd"])
    assert found["kind"] == kind
    assert re.search(words, found["sentence"])
    assert "Urdu" in found["sentence"]


@pytest.mark.parametrize(
    ("n_speakers", "low", "kind"),
    [(4, 0.9, "unknown"), (5, 0.9, "above"), (4, 0.1, "unknown")],
)
def test_few_speakers_are_not_compared_with_chance(n_speakers, low, kind):
    found = formatting.verdict(
        part(low, low + 0.05, n_speakers=n_speakers), ["urdu:urd"]
    )
    assert found["kind"] == kind
    if kind == "unknown":
        assert "4 speakers are too few, at least 5" in found["sentence"]


def test_missing_interval_is_explained():
    unknown = {"low": math.nan, "high": math.nan}
    recalls = [
        {"class": "anger", "n": 9, **unknown},
        {"class": "neutral", "n": 9, "low": 0.2, "high": 0.4},
        {"class": "sadness", "n": 0, **unknown},
    ]
    of_class = part(math.nan, math.nan, recalls=recalls)
    of_all = part(math.nan, math.nan, recalls=recalls, n_speakers=1)
    for test, words in (
        (of_class, "Urdu: the test utterances of anger are of one speaker."),
        (of_all, "Urdu: all test utterances are of one speaker."),
    ):
        found = formatting.verdict(test, ["urdu:urd"])
        assert found["kind"] == "unknown"
        assert words in found["sentence"]


def test_run_without_limitations_has_no_notices():
    assert formatting.notices(run(), part(0.3, 0.4)) == []


def test_synthetic_corpus_has_a_notice():
    card = {"title": "Demo", "elicitation": "synthetic"}
    (notice,) = formatting.notices(
        run(data={"corpora": [card]}), part(0.3, 0.4)
    )
    assert "do not transfer to human speech" in notice


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ledger": {"oracle": True, "leaks": []}}, "Oracle"),
        (
            {"ledger": {"oracle": False, "leaks": ["speaker"]}},
            r"leaks by design \(speaker\)",
        ),
        (
            {"adaptation": adapted(None)},
            "adaptation equal_mass .* the model folder predicts without it",
        ),
        (
            {"adaptation": adapted({"reason": "one class"})},
            "equal_mass was refused in 1 of 1 trainings",
        ),
        ({"unfinished": ["seed_3"]}, "without predictions yet: seed_3"),
        ({"n_seeds": 1}, "One seed"),
        ({"protocol": {"source_shots_per_class": 5}}, "One trial: the spread"),
    ],
)
def test_limitations_of_the_run_have_notices(changes, words):
    (notice,) = formatting.notices(run(**changes), part(0.3, 0.4))
    assert re.search(words, notice)


def test_several_trials_have_no_notice():
    sampled = run(protocol={"target_labelled_fraction": 0.1}, n_trials=10)
    assert formatting.notices(sampled, part(0.3, 0.4)) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"absent_classes": ["fear", "calm"]}, "fear and calm: no utterance"),
        ({"never_answered": ["fear"]}, "fear: never predicted"),
        ({"n_speakers": 4}, "Only 4 speakers"),
    ],
)
def test_limitations_of_the_scores_have_notices(changes, words):
    (notice,) = formatting.notices(run(), part(0.3, 0.4, **changes))
    assert words in notice


def test_unknown_numbers_are_formatted_as_dashes():
    assert formatting.percent(None) == "–"
    assert formatting.interval({"low": math.nan, "high": math.nan}) == "–"
