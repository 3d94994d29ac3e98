"""Training curves."""

from speechbrain_clser.evaluation.formatting import unweighted
from speechbrain_clser.evaluation.plots import training_curves


def test_each_of_several_losses_has_a_panel(plain):
    for curve in plain["curves"]:
        for record in curve["records"]:
            record["train_supcon"] = 1.0
    axes = training_curves(plain).axes
    titles = [a.get_title(loc="left") for a in axes if a.get_title(loc="left")]
    assert titles == ["UAR, %", "loss", "loss: emotion", "loss: supcon"]


def test_loss_of_weight_0_has_no_panel(plain):
    plain["loss_weights"] |= {"supcon": 0.0, "coral": 0.1}
    for curve in plain["curves"]:
        for record in curve["records"]:
            record |= {"train_supcon": 1.0, "train_coral": 2.0}
    assert unweighted(plain) == ["supcon"]
    axes = training_curves(plain).axes
    titles = [a.get_title(loc="left") for a in axes if a.get_title(loc="left")]
    assert titles == ["UAR, %", "loss", "loss: emotion", "loss: coral"]


def test_selected_epochs_are_marked(plain):
    axes = training_curves(plain).axes[0]
    marks = [line for line in axes.lines if line.get_marker() == "o"]
    epochs = [int(mark.get_xdata()[0]) for mark in marks]
    assert epochs == [seed["epoch"] for seed in plain["selection"]["seeds"]]


def test_epoch_without_validation_is_a_gap(plain):
    for curve in plain["curves"]:
        curve["records"][0]["source_valid_uar"] = None
    line = training_curves(plain).axes[0].lines[0]
    assert line.get_ydata()[0] != line.get_ydata()[0]
