import copy

from helpers.runs import CLASSES
from unit.evaluation.test_adaptation import RECORD, REFUSED

from speechbrain_clser.evaluation.document import Details, Table, Text, markdown
from speechbrain_clser.evaluation.sections.adaptation import adaptation


def section(refused=None, **changes):
    record = copy.deepcopy(RECORD | changes)
    record["systems"]["method"]["refused"] = refused
    seeds = [
        {"trial": 0, "seed": number}
        | {key: record[key] for key in ("vectors", "systems")}
        for number in (1, 2)
    ]
    del record["vectors"], record["systems"]
    report = {"adaptation": record | {"seeds": seeds}, "classes": CLASSES}
    return adaptation(report)


def test_class_shares_are_before_and_after():
    (table,) = (block for block in section() if isinstance(block, Table))
    assert table.rows == [
        ["method, before", "50.0", "25.0", "25.0"],
        ["method, after", "25.0", "50.0", "25.0"],
    ]


def test_constants_are_listed_once_with_scores():
    blocks = section()
    assert markdown(blocks).count("Constants on statistics (chosen within") == 1
    (details,) = (block for block in blocks if isinstance(block, Details))
    assert details.blocks[0].rows == [
        ["n_rounds 3", "50.0", "50.0"],
        ["without adaptation", "40.0", "40.0"],
    ]


def test_form_assumption_and_refusal_are_rendered():
    text = markdown(section(class_shares="equal", fitted_to="halves"))
    assert "each half of the target's speakers" in text
    assert "Class shares assumed of the target: equal." in text
    assert "48 target utterances" in text and "Refused" not in text
    refusals = [
        block.text
        for block in section(refused=REFUSED)
        if isinstance(block, Text) and block.text.startswith("Refused")
    ]
    assert len(refusals) == 1 and "expected several, found one" in refusals[0]


def test_run_without_adaptation_has_no_section():
    assert adaptation({"adaptation": None}) == []
