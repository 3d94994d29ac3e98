import csv
import json

import pytest
from click.testing import CliRunner
from helpers import encoders, toy

from speechbrain_clser.cli import main
from speechbrain_clser.commands import layers


def test_protocol_of_dimensions_is_refused(tmp_path):
    path = tmp_path / "rated.yaml"
    path.write_text("sources: [emodb]\ntargets: [urdu]\ntask: arousal\n")
    with pytest.raises(ValueError, match="found the task arousal of protocol"):
        layers.probe("acoustic", str(path), "", tmp_path / "out")


@pytest.mark.slow
def test_screen_csv_json_and_plot_agree(tmp_path, monkeypatch):
    monkeypatch.setenv("CLSER_CACHE", str(tmp_path / "cache"))
    toy.make(tmp_path)
    done = CliRunner().invoke(
        main,
        [
            *("layers", "--normalise-by", "corpus"),
            *("--encoder", encoders.make(tmp_path / "whisper", "whisper")),
            *("--protocol", str(tmp_path / "toy_two_sources.yaml")),
            *("--data-folder", str(tmp_path), "--out", str(tmp_path / "out")),
        ],
    )
    assert done.exit_code == 0, done.output
    with open(tmp_path / "out" / "layers.csv", newline="") as file:
        table = [*csv.reader(file)]
    assert table[0] == [
        *("layers", "source validation", "north", "west"),
        *("target (not used for choosing)", "chosen"),
    ]
    assert len(table) == 10
    found = json.loads((tmp_path / "out" / "layers.json").read_text())
    (chosen,) = [row for row in table if row[-1] == "*"]
    assert chosen[0] == found["chosen"]
    assert max(float(row[1]) for row in table[1:]) == float(chosen[1])
    assert all("target" in row for row in found["validation"])
    shown = [line.split() for line in done.output.splitlines()]
    assert [cell for cell in chosen if cell] in shown
    assert "<svg" in (tmp_path / "out" / "layers.svg").read_text()
