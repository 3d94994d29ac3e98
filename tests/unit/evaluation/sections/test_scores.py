"""Scores: means with their spread, and a row per seed."""

from speechbrain_clser.evaluation.document import Table
from speechbrain_clser.evaluation.sections.scores import scores


def test_spread_is_told_where_there_is_one(plain):
    found = plain["parts"]["target_scored"]["scores"]
    found["uar"] |= {"mean": 0.5, "sd": 0.0125, "low": 0.4, "high": 0.6}
    found["wa"] |= {"mean": 0.25, "sd": None}
    means, _ = [b for b in scores(plain) if isinstance(b, Table)]
    target = dict(zip(means.columns, means.rows[0], strict=True))
    assert target[""] == "Target"
    assert target["UAR"].startswith("50.0 ± 1.")
    assert target["WA"] == "25.0"


def test_every_seed_has_its_row(plain):
    _, seeds = [b for b in scores(plain) if isinstance(b, Table)]
    assert [row[0] for row in seeds.rows] == [1, 2]
    assert [len(row) for row in seeds.rows] == [len(seeds.columns)] * 2
