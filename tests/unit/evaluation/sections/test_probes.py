"""Section on probes and shortcut baselines."""

from speechbrain_clser.evaluation.document import Table, Text
from speechbrain_clser.evaluation.sections.probes import probes


def tables_of(report):
    return [b for b in probes(report) if isinstance(b, Table)]


def test_probe_row_contains_before_after_and_chance(plain):
    (probe,) = plain["probes"]["questions"][:1]
    probe |= {
        "before": {"mean": 0.9, "sd": 0.01},
        "after": {"mean": 0.5, "sd": None},
    }
    probe_table, _ = tables_of(plain)
    assert probe_table.rows[0] == [
        "speaker (of 4)",
        "90.0 ± 1.0",
        "50.0",
        "25.0",
        48,
    ]


def test_shortcut_table_contains_method_and_chance(plain):
    _, shortcut_table = tables_of(plain)
    assert shortcut_table.columns == [
        "features",
        "Target corpus",
        "95 %",
        "Source corpora",
        "95 %",
    ]
    titles = ["this method", "duration only", "corpus only", "chance"]
    assert [row[0] for row in shortcut_table.rows] == titles
    uar = plain["parts"]["target_scored"]["scores"]["uar"]["mean"]
    assert shortcut_table.rows[0][1] == f"{100 * uar:.1f}"
    assert shortcut_table.rows[-1][1:] == ["33.3", "–", "33.3", "–"]


def test_omissions_replace_the_tables(plain):
    plain["probes"] = {"questions": [], "left_out": ["One speaker."]}
    plain["shortcuts"] = {"known": [], "left_out": ["No column."]}
    assert tables_of(plain) == []
    assert Text("One speaker.") in probes(plain)
    assert Text("No column.") in probes(plain)


def test_missing_embeddings_before_training_are_none(plain):
    plain["probes"]["questions"][0]["before"] = None
    probe_table, _ = tables_of(plain)
    assert probe_table.rows[0][1] is None
