"""What else the embedding knows: two tables, or the reason why not."""

from speechbrain_clser.evaluation.document import Table, Text
from speechbrain_clser.evaluation.sections.probes import knowledge


def tables_of(report):
    return [b for b in knowledge(report) if isinstance(b, Table)]


def test_probe_is_told_before_and_after_beside_chance(plain):
    (question,) = plain["probes"]["questions"][:1]
    question |= {
        "before": {"mean": 0.9, "sd": 0.01},
        "after": {"mean": 0.5, "sd": None},
    }
    named, _ = tables_of(plain)
    assert named.rows[0] == ["speaker (of 4)", "90.0 ± 1.0", "50.0", "25.0", 48]


def test_method_stands_between_shortcuts_and_chance(plain):
    _, guessed = tables_of(plain)
    assert guessed.columns == [
        "emotion from",
        "Target corpus",
        "95 %",
        "Source corpora",
        "95 %",
    ]
    titles = ["this method", "duration alone", "corpus alone", "chance"]
    assert [row[0] for row in guessed.rows] == titles
    uar = plain["parts"]["target_scored"]["scores"]["uar"]["mean"]
    assert guessed.rows[0][1] == f"{100 * uar:.1f}"
    assert guessed.rows[-1][1:] == ["33.3", "–", "33.3", "–"]


def test_what_could_not_be_asked_is_told_instead_of_a_table(plain):
    plain["probes"] = {"questions": [], "left_out": ["One speaker."]}
    plain["shortcuts"] = {"known": [], "left_out": ["No column."]}
    assert tables_of(plain) == []
    assert Text("One speaker.") in knowledge(plain)
    assert Text("No column.") in knowledge(plain)


def test_embeddings_missing_from_before_training_are_a_dash(plain):
    plain["probes"]["questions"][0]["before"] = None
    named, _ = tables_of(plain)
    assert named.rows[0][1] is None
