"""The linear probe by layer."""

from speechbrain_clser.evaluation.plots.layers import uar_by_layer

FOUND = {
    "chosen": "1-1",
    "validation": [
        {"layers": "0-0", "uar": 0.4, "target": 0.3},
        {"layers": "1-1", "uar": 0.6, "target": 0.5},
        {"layers": "0-1", "uar": 0.5, "target": 0.7},
    ],
}


def test_source_target_and_selected_layer_are_plotted():
    axes = uar_by_layer({"layers": FOUND}).axes[0]
    target, source, chosen = axes.lines
    assert source.get_ydata().tolist() == [40, 60, 50]
    assert target.get_ydata().tolist() == [30, 50, 70]
    assert list(chosen.get_xdata()) == [1, 1]
    names = [label.get_text() for label in axes.get_xticklabels()]
    assert names == ["0", "1", "0-1"]


def test_target_without_scores_is_omitted():
    rows = [
        {k: v for k, v in row.items() if k != "target"}
        for row in FOUND["validation"]
    ]
    report = {"layers": FOUND | {"validation": rows}}
    assert len(uar_by_layer(report).axes[0].lines) == 2
