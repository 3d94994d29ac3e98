from speechbrain_clser.evaluation.sections.missing_values import undefined

PARTS = {
    "train": {
        "n_utterances": 4,
        "n_lacking": 2,
        "columns": {"pause": 1, "tilt": 2},
    },
    "scored": {"n_utterances": 10, "n_lacking": 8, "columns": {"pause": 8}},
}


def test_what_is_lacked_most_comes_first_in_percent_of_each_part():
    _, lead, table = undefined({"undefined": PARTS})
    assert "2 of 4 in train and 8 of 10 in scored" in lead.text
    assert table.rows == [["pause", "25.0", "80.0"], ["tilt", "50.0", "0.0"]]


def test_features_that_are_always_defined_are_not_worth_a_word():
    assert undefined({"undefined": None}) == []


def test_nobody_lacking_anything_is_said_without_a_table():
    parts = {"train": {"n_utterances": 4, "n_lacking": 0, "columns": {}}}
    heading, lead = undefined({"undefined": parts})
    assert "0 of 4 in train" in lead.text
