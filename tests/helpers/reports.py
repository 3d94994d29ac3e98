"""Report pages of synthetic runs that together have every section."""

import json
import re
import shutil

from helpers.anchored import anchor
from helpers.attended import attend
from helpers.resonated import resonate
from helpers.runs import make_run
from unit.evaluation.test_adaptation import REFUSED, adapted_run

from speechbrain_clser.evaluation import page, report

PHONES = {
    "source": "align",
    "shared": ["a"],
    "languages": {
        "deu": {
            **{"n_utterances": 2, "n_without": 1, "n_segments": 2},
            **{"mean_ms": 100.0, "mean_confidence": 0.75},
            "phones": {"a": 1, "ʃ": 1},
        }
    },
}
MISSING_VALUES = {
    "train": {
        **{"n_utterances": 4, "n_lacking": 2},
        "columns": {"pause": 1, "tilt": 2},
    },
    "test": {"n_utterances": 10, "n_lacking": 8, "columns": {"pause": 8}},
}


LAYERS = {
    "chosen": "1-1",
    "normalise_by": "none",
    "validation": [
        {"layers": "0-0", "uar": 0.5, "folds": {"emodb": 0.4, "urdu": 0.6}},
        {"layers": "1-1", "uar": 0.6, "folds": {"emodb": 0.5, "urdu": 0.7}},
        {"layers": "0-1", "uar": 0.55, "folds": {"emodb": 0.5, "urdu": 0.6}},
    ],
}


def _whole(folder):
    """Two trials with baselines, an adaptation, missing values and layers."""
    adapted_run(folder, refused=REFUSED)
    adapted_run(folder / "trial_1", seeds=(1001, 1002), refused=REFUSED)
    for path in folder.rglob("seed_*"):
        (path / "baselines").mkdir()
        for name in ("svm", "label_propagation"):
            shutil.copy(
                path / "predictions" / "test.csv",
                path / "baselines" / f"{name}.csv",
            )
    (folder / "missing_values.json").write_text(json.dumps(MISSING_VALUES))
    (folder / "layers.json").write_text(json.dumps(LAYERS))
    protocol = json.loads((folder / "protocol.json").read_text())
    (folder / "protocol.json").write_text(
        json.dumps(protocol | {"note": "as *published*"})
    )


def _limited(folder):
    """One seed, one speaker, an absent class, no findings."""
    make_run(
        folder,
        seeds=(1,),
        n_target_speakers=1,
        true_classes=("anger", "sadness"),
        audit=False,
        epochs=1,
    )


def _anchored(folder):
    """Dual anchoring, with phones."""
    anchor(make_run(folder))
    (folder / "phones.json").write_text(json.dumps(PHONES))


def _without_communities(folder):
    """Dual anchoring without communities, anchors and unlabelled utterances."""
    for path in anchor(make_run(folder)).glob("seed_*/notes.json"):
        notes = json.loads(path.read_text())
        last = notes["anchoring"][-1]
        last["communities"]["emotions"] = {}
        last["n_unlabelled"] = 0
        path.write_text(json.dumps(notes))


RUNS = {
    "whole": _whole,
    "limited": _limited,
    "anchored": _anchored,
    "without_communities": _without_communities,
    "resonated": lambda folder: resonate(make_run(folder)),
    "attended": lambda folder: attend(make_run(folder)),
}


def pages(name, folder):
    """Make a run and its pages, without the values of figures and the style.

    Returns
    -------
    dict
        Name of the page to its text.
    """
    RUNS[name](folder)
    report.build(folder)
    page.write(folder)
    html = (folder / "report.html").read_text(encoding="utf-8")
    html = re.sub(
        r'<svg.*?\bid="([a-z-]+?)-figure_1.*?</svg>',
        r'<svg id="\1"></svg>',
        html,
        flags=re.DOTALL,
    )
    html = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
    markdown = (folder / "report.md").read_text(encoding="utf-8")
    return {f"{name}.md": markdown, f"{name}.html": html}
