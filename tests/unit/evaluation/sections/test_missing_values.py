from speechbrain_clser.evaluation.sections.missing_values import missing_values

PARTS = {
    "train": {
        "n_utterances": 4,
        "n_lacking": 2,
        "columns": {"pause": 1, "tilt": 2},
    },
    "scored": {"n_utterances": 10, "n_lacking": 8, "columns": {"pause": 8}},
}


def test_most_frequent_missing_values_come_first_in_percent():
    _, lead, table = missing_values({"undefined": PARTS})
    assert "2 of 4 in train and 8 of 10 in scored" in lead.text
    assert table.rows == [["pause", "25.0", "80.0"], ["tilt", "50.0", "0.0"]]


def test_features_without_missing_values_have_no_section():
    assert missing_values({"undefined": None}) == []


def test_zero_missing_values_have_no_table():
    parts = {"train": {"n_utterances": 4, "n_lacking": 0, "columns": {}}}
    heading, lead = missing_values({"undefined": parts})
    assert "0 of 4 in train" in lead.text
