import pytest

from speechbrain_clser.evaluation import training_data


def of(report, part, origin, **ledger):
    """Add an origin to a part of a report."""
    report["data"]["parts"][part]["origins"] = [origin]
    report["ledger"].update(ledger)
    return report


def test_origins_are_training_and_validation_only(output):
    assert training_data.origins(output) == ["emodb:deu"]
    assert training_data.languages(output) == {"deu": "with labels"}
    assert [card["name"] for card in training_data.cards(output)] == ["emodb"]


@pytest.mark.parametrize(
    "part, ledger, how",
    [
        ("target_labelled", {"target_labels": 5}, "with labels"),
        ("unlabelled", {"target_audio": "unlabelled"}, "without labels"),
    ],
)
def test_target_in_a_loss_is_an_origin(part, ledger, how, output):
    given = of(output, part, "urdu:urd", **ledger)
    assert training_data.origins(given) == ["emodb:deu", "urdu:urd"]
    assert training_data.languages(given) == {"deu": "with labels", "urd": how}
    assert [c["name"] for c in training_data.cards(given)] == ["emodb", "urdu"]


@pytest.mark.parametrize("part", ["target_labelled", "unlabelled"])
def test_unused_part_is_not_an_origin(part, output):
    assert training_data.origins(of(output, part, "urdu:urd")) == ["emodb:deu"]


def test_language_of_labelled_and_unlabelled_utterances_has_labels(output):
    given = of(output, "unlabelled", "cafe:deu", target_audio="unlabelled")
    assert training_data.languages(given) == {"deu": "with labels"}
