import csv
import json

import pytest
from helpers import encoders, toy

from speechbrain_clser.commands import layers

pytestmark = pytest.mark.slow


def test_table_csv_json_and_plot_tell_the_same(tmp_path, monkeypatch):
    monkeypatch.setenv("CLSER_CACHE", str(tmp_path / "cache"))
    toy.make(tmp_path)
    encoder = encoders.make(tmp_path / "whisper", "whisper")
    told = encoder, str(tmp_path / "toy_two_sources.yaml"), str(tmp_path)
    table = layers.probe(*told, tmp_path / "out", "corpus")
    assert table[0] == [
        *("layers", "source validation", "north", "west"),
        *("target (not used for choosing)", "chosen"),
    ]
    assert len(table) == 10
    found = json.loads((tmp_path / "out" / "layers.json").read_text())
    (chosen,) = [row for row in table if row[-1] == "*"]
    assert chosen[0] == found["chosen"]
    assert max(float(row[1]) for row in table[1:]) == float(chosen[1])
    with open(tmp_path / "out" / "layers.csv", newline="") as file:
        assert [*csv.reader(file)] == table
    assert "<svg" in (tmp_path / "out" / "layers.svg").read_text()
