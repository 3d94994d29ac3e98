import pytest

from speechbrain_clser.publish import heard


def of(report, part, origin, **ledger):
    """The same report of a run that was given more."""
    report["data"]["parts"][part]["origins"] = [origin]
    report["ledger"].update(ledger)
    return report


def test_training_and_validation_are_heard_and_the_scored_part_is_not(told):
    assert heard.origins(told) == ["emodb:deu"]
    assert heard.languages(told) == {"deu": "with labels"}
    assert [card["name"] for card in heard.cards(told)] == ["emodb"]


@pytest.mark.parametrize(
    "part, ledger, how",
    [
        ("shots", {"target_labels": 5}, "with labels"),
        ("unlabelled", {"target_audio": "unlabelled"}, "without labels"),
    ],
)
def test_target_is_heard_if_a_loss_had_it(part, ledger, how, told):
    given = of(told, part, "urdu:urd", **ledger)
    assert heard.origins(given) == ["emodb:deu", "urdu:urd"]
    assert heard.languages(given) == {"deu": "with labels", "urd": how}
    assert [c["name"] for c in heard.cards(given)] == ["emodb", "urdu"]


@pytest.mark.parametrize("part", ["shots", "unlabelled"])
def test_part_that_the_protocol_offers_and_no_phase_reads_is_not_heard(
    part, told
):
    assert heard.origins(of(told, part, "urdu:urd")) == ["emodb:deu"]


def test_language_of_labelled_and_unlabelled_utterances_has_labels(told):
    given = of(told, "unlabelled", "cafe:deu", target_audio="unlabelled")
    assert heard.languages(given) == {"deu": "with labels"}
