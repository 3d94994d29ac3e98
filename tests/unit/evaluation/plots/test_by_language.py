"""UAR by language."""

from speechbrain_clser.evaluation.plots import uar_by_language


def test_target_is_above_the_source(plain):
    axes = uar_by_language(plain).axes[0]
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == [
        "Urdu\ntarget corpus, test set",
        "German\nsource corpora, validation",
    ]


def test_speaker_without_all_classes_is_hollow(plain):
    plain["parts"]["test"]["speakers"][0]["n_classes"] -= 1
    lines = uar_by_language(plain).axes[0].lines
    hollow = [
        line
        for line in lines
        if line.get_marker() == "o" and line.get_markerfacecolor() == "none"
    ]
    assert len(hollow) == 1
