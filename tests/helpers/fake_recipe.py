"""A recipe whose train.py writes a synthetic run within a second."""

import sys
from pathlib import Path

TRAIN = """
import argparse, pathlib, sys, time
sys.path[:0] = {paths!r}
from helpers.runs import make_run
parser = argparse.ArgumentParser()
parser.add_argument("yaml")
parser.add_argument("--output_folder", type=pathlib.Path)
parser.add_argument("--skill", type=float, default=1.0)
parser.add_argument("--fail")
parser.add_argument("--report", required=True, choices=["False"])
parser.add_argument("--sleep_s", type=float, default=0.0)
known, _ = parser.parse_known_args()
known.output_folder.mkdir(parents=True, exist_ok=True)
with open(known.output_folder / "starts", "a") as file:
    file.write("x")
time.sleep(known.sleep_s)
if known.fail:
    sys.exit("first line\\nexpected no failure, found " + known.fail)
make_run(known.output_folder, skill=known.skill, epochs=1)
"""


def write(folder):
    """Write train.py and hparams; return the folder."""
    (folder / "hparams").mkdir()
    (folder / "hparams" / "linear.yaml").write_text(
        "adaptation: none # or\nreport: True\n"
    )
    (folder / "hparams" / "best.yaml").write_text(
        "adaptation: equal_mass\nreport: True\n"
    )
    paths = [str(Path(__file__).parents[1]), *filter(None, sys.path)]
    (folder / "train.py").write_text(TRAIN.format(paths=paths))
    return folder
