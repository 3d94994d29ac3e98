from speechbrain_clser.evaluation.console import columns


def test_numbers_stand_right_and_words_left():
    lines = columns([["part", "n"], ["train", 1200], ["valid", 7]])
    assert lines == ["part      n", "train  1200", "valid     7"]
