from speechbrain_clser.data.utterance import Utterance
from speechbrain_clser.evaluation.document import Heading, Table, Text
from speechbrain_clser.evaluation.sections.phones import phones
from speechbrain_clser.features.phones.coverage import coverage
from speechbrain_clser.features.phones.phone import Phone

ROWS = [
    Utterance(str(n), f"{n}.wav", "W", "ann", language)
    for n, language in enumerate(("deu", "deu", "ita"))
]
SAID = {
    "0": (Phone("a", 0.0, 0.1, 0.5), Phone("ʃ", 0.1, 0.2)),
    "2": (Phone("a", 0.0, 0.3), Phone("a", 0.4, 0.5)),
}


def test_run_without_phones_has_no_section():
    assert phones({"phones": None}) == []


def test_each_language_has_a_row():
    found = {"source": "align", **coverage(ROWS, SAID)}
    heading, lead, table, shared = phones({"phones": found})
    assert isinstance(heading, Heading) and isinstance(table, Table)
    assert "alignment" in lead.text
    assert table.rows == [
        ["deu", 2, 1, 2, 100.0, 0.75, 2, "a ʃ"],
        ["ita", 1, 0, 2, 200.0, 1.0, 1, "a"],
    ]
    assert shared.text == "1 phone in all languages: a."


def test_languages_without_shared_phones_have_a_sentence():
    found = {"source": "units", **coverage(ROWS, {"0": SAID["0"]})}
    *_, shared = phones({"phones": found})
    assert isinstance(shared, Text)
    assert shared.text == "0 phones in all languages."
