"""Add attention maps to a synthetic run."""

import json
from pathlib import Path

from helpers.runs import CLASSES, set_method

from speechbrain_clser.evaluation import predictions


def attend(folder):
    """Write attention maps of a run of ``make_run``; return the folder."""
    folder = Path(folder)
    set_method(folder, "hump_cat.HumpCat")
    for path in sorted(folder.glob("seed_*")):
        scored = predictions.read(path / "predictions" / "test.csv")
        output = [
            {
                "id": scored.id[k],
                "language": "urd",
                "target": name,
                "duration_s": 1.5,
                "stages": [
                    {
                        "names": names,
                        "to_second": [[0.75, 0.25], [0.5, 0.5]],
                        "to_first": [[1.0, 0.0], [0.0, 1.0]],
                    }
                    for names in (["melody", "voice"], ["melody+voice", "ssl"])
                ],
            }
            for k, name in enumerate(CLASSES)
        ]
        (path / "attention.json").write_text(json.dumps(output))
    return folder
