"""Change a synthetic run into one that predicts shares of votes."""

import csv
import json
import shutil


def vote(folder):
    """Add votes to the predictions of a run of ``make_run``, and a baseline; return it.

    The target has 0.75 of the votes, the next class the others.
    """
    path = folder / "protocol.json"
    protocol = json.loads(path.read_text()) | {"task": "soft"}
    path.write_text(json.dumps(protocol))
    for path in folder.glob("seed_*/predictions/*.csv"):
        with open(path, newline="") as file:
            rows = list(csv.DictReader(file))
        classes = [n.removeprefix("p_") for n in rows[0] if n.startswith("p_")]
        for row in rows:
            first = classes.index(row["target"])
            second = (first + 1) % len(classes)
            shares = {first: 0.75, second: 0.25}
            for k, name in enumerate(classes):
                row[f"votes_{name}"] = shares.get(k, 0.0)
        with open(path, "w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        if path.stem == "test":
            baseline = path.parents[1] / "baselines" / "svm.csv"
            baseline.parent.mkdir()
            shutil.copy(path, baseline)
    return folder
