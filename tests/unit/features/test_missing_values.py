import torch

from speechbrain_clser.features.missing_values import count_missing

NAN = float("nan")


def test_utterances_without_any_value_in_a_column_are_counted():
    frames = [
        torch.tensor([[1.0, NAN, 0.0], [1.0, NAN, NAN]]),
        torch.tensor([[1.0, NAN, NAN]]),
        torch.ones(1, 3),
    ]
    assert count_missing(frames, ["a", "b", "c"]) == {
        "n_utterances": 3,
        "n_lacking": 2,
        "columns": {"b": 2, "c": 1},
    }


def test_columns_without_missing_values_are_not_listed():
    found = count_missing([torch.ones(2, 2)], ["a", "b"])
    assert found == {"n_utterances": 1, "n_lacking": 0, "columns": {}}
