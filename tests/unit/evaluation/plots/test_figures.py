"""All figures for reports with limitations, without warnings."""

import copy
import json

import pytest
from helpers.anchored import anchor
from helpers.attended import attend
from helpers.reports import LAYERS
from helpers.resonated import resonate
from helpers.runs import make_run

from speechbrain_clser.evaluation import plots, report
from speechbrain_clser.evaluation import run as runs
from speechbrain_clser.methods.dual_anchor.plots import (
    pseudo_labels,
    speaker_graphs,
)
from speechbrain_clser.methods.dual_anchor.report import anchoring
from speechbrain_clser.methods.hump_cat import HumpCat
from speechbrain_clser.methods.hump_cat.plots import attention_maps
from speechbrain_clser.methods.sere.plots import (
    field_posteriors,
    highlight_moments,
)
from speechbrain_clser.methods.sere.report import resonance

FIGURES = [
    *(getattr(plots, name) for name in plots.__all__ if name != "svg"),
    *(attention_maps, field_posteriors, highlight_moments),
    *(pseudo_labels, speaker_graphs),
]
POINTS = {"target": [[0.2]], "predicted": [[0.3]], "language": ["deu"]}
CASES = {
    "plain": {},
    "one seed, one speaker, one epoch": {
        "seeds": (1,),
        "n_target_speakers": 1,
        "epochs": 1,
    },
    "absent class": {"true_classes": ("anger", "sadness")},
}


@pytest.fixture(scope="module", params=CASES)
def result(request, tmp_path_factory):
    """Return the report of a synthetic run."""
    folder = tmp_path_factory.mktemp("run")
    run = make_run(folder, **CASES[request.param])
    return build(run)


def build(folder):
    """Return a report with the entries of all methods."""
    result = report.build(attend(resonate(anchor(folder))))
    run = runs.read(folder)
    entries = {
        "layers": LAYERS,
        **{"anchoring": anchoring(run), "resonance": resonance(run)},
        **HumpCat.report_entries(run),
        **{"points": POINTS, "dimensions": ["arousal"]},
    }
    return result | entries


@pytest.mark.parametrize("trial", FIGURES)
def test_figure_is_plotted_without_changing_the_report(trial, result):
    before = copy.deepcopy(result)
    element = plots.svg(trial(result), "figure")
    assert element.startswith("<svg") and element.endswith("</svg>")
    assert "<path" in element
    assert result == before


@pytest.mark.filterwarnings("ignore:Glyph")
@pytest.mark.parametrize("trial", FIGURES)
def test_names_with_a_dollar_are_text(trial, tmp_path):
    """Matplotlib would parse it as an equation."""
    run = make_run(tmp_path)
    found = json.dumps(build(run))
    for name in ("emodb", "urdu", "deu", "urd"):
        found = found.replace(name, rf"$\\frac{{a${name}")
    assert plots.svg(trial(json.loads(found)), "figure").startswith("<svg")
