from speechbrain_clser.evaluation.console import columns


def test_numbers_are_right_aligned_and_text_left_aligned():
    lines = columns([["part", "n"], ["train", 1200], ["valid", 7]])
    assert lines == ["part      n", "train  1200", "valid     7"]
