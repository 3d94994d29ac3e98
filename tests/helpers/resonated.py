"""Add diagnostics of the resonance field to a synthetic run."""

import json
from pathlib import Path

from helpers.runs import CLASSES, set_method

from speechbrain_clser.evaluation import predictions


def resonate(folder, epochs=4, n_highlights=3):
    """Write field diagnostics of a run of ``make_run``; return the folder."""
    folder = Path(folder)
    set_method(folder, "sere.Sere")
    field = [
        {
            "progress": k / epochs,
            "reliability": 0.1 * k,
            "pseudo_labels": 0.2 * k,
            "posterior": [0.5, 0.3, 0.2],
        }
        for k in range(epochs)
    ]
    for path in sorted(folder.glob("seed_*")):
        notes = path / "notes.json"
        known = json.loads(notes.read_text()) if notes.exists() else {}
        notes.write_text(json.dumps(known | {"field": field}))
        scored = predictions.read(path / "predictions" / "test.csv")
        output = [
            {
                "id": scored.id[k],
                "language": "urd",
                "target": CLASSES[k],
                "duration_s": 1.5,
                "low": [-0.5, -1.0, -0.2],
                "high": [0.5, 0.9, 0.2],
                "weights": [0.0, 0.75, 0.25, 0.0],
            }
            for k in range(n_highlights)
        ]
        (path / "highlights.json").write_text(json.dumps(output))
    return folder
