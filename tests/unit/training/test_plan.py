from unit.training.test_run_folder import material

from speechbrain_clser.training.plan import plan
from speechbrain_clser.training.run_folder import describe


def test_plan_tells_parts_supervision_and_audit():
    what = material()
    text = plan(describe(what), what.ledger, what.findings, "device cpu")
    assert "Supervision: a:deu → b:ita" in text
    assert "scored" in text and "unlabelled" not in text
    assert "audit, note: 2 sentences in both train and valid" in text
    assert text.endswith("device cpu")
