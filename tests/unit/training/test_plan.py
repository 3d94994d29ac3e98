from helpers.protocols import changed
from unit.training.test_run_folder import PROTOCOL, material

from speechbrain_clser.training.plan import plan
from speechbrain_clser.training.run_folder import describe


def test_plan_tells_parts_supervision_and_audit():
    what = material()
    text = plan(describe(what), what.ledger, what.findings, "device cpu")
    assert "Supervision: a:deu → b:ita" in text
    assert "scored" in text and "unlabelled" not in text
    assert "audit, note: 2 sentences in both train and valid" in text
    assert text.endswith("device cpu")


def test_classes_of_the_unlabelled_part_are_not_counted():
    protocol = changed(
        PROTOCOL, target_supervision="unlabelled", test_on="held_out"
    )
    what = material(protocol=protocol)
    text = plan(describe(what), what.ledger, what.findings, "device cpu")
    (line,) = [li for li in text.splitlines() if li.startswith("unlabelled")]
    assert line.split() == ["unlabelled", "16", "2", "0.4", *"----", "b:ita"]


def test_class_without_test_utterance_is_named():
    what = material()
    description = describe(what)
    text = plan(description, what.ledger, what.findings, "device cpu")
    assert "warning" not in text
    first, *others = description["parts"]["scored"]["classes"]
    description["parts"]["scored"]["classes"][first] = 0
    text = plan(description, what.ledger, what.findings, "device cpu")
    expected = f"no utterance of {first}: UAR will be the mean over the other"
    assert f"{expected} {len(others)} classes" in text
