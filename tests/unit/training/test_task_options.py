from types import SimpleNamespace

import pytest
from helpers import toy

from speechbrain_clser.data.protocol import load
from speechbrain_clser.methods.source_only import SourceOnly
from speechbrain_clser.methods.supcon_spkadv import SupConSpkAdv
from speechbrain_clser.training import task_options

HPARAMS = toy.RECIPE / "hparams"
RATED = load("demo", {"task": "arousal+valence"})


def hparams(**changes):
    return {
        "method": SimpleNamespace(TARGETS=SourceOnly.TARGETS),
        "scheme": RATED.scheme,
        **{"target_adaptation": None, "domain_alignment": None},
        **{"balance": "none", **changes},
    }


def test_option_of_a_method_of_classes_names_the_others():
    arguments = [str(HPARAMS / "sere.yaml"), "--task", "dimensions"]
    with pytest.raises(
        ValueError,
        match="other tasks than classes.*choose source_only, or leave",
    ):
        task_options.refuse_task_option(arguments, {"protocol"})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"method": SupConSpkAdv}, "method predicts single classes only"),
        (
            {"scheme": load("demo").scheme},
            "scheme of dimensions with 2 outputs",
        ),
        ({"target_adaptation": "t3a"}, "--adaptation none"),
        ({"domain_alignment": "dann"}, "--alignment none"),
        ({"balance": "hierarchical"}, "--balance language_class"),
        ({"focal_gamma": 2.0}, "--focal_gamma 0"),
        ({"layers": "auto"}, "--layers null"),
    ],
)
def test_what_needs_classes_is_refused(changes, message):
    path = HPARAMS / "source_only.yaml"
    task_options.refuse_task(RATED, hparams(), path)
    task_options.refuse_task(load("demo"), hparams(**changes), path)
    with pytest.raises(ValueError, match=message):
        task_options.refuse_task(RATED, hparams(**changes), path)


def test_votes_exclude_weights_of_single_classes_only():
    path, soft = HPARAMS / "source_only.yaml", load("demo", {"task": "soft"})
    args = {"scheme": soft.scheme, "domain_alignment": "dann", "layers": "auto"}
    task_options.refuse_task(soft, hparams(**args), path)
    with pytest.raises(ValueError, match="--weigh_classes False"):
        task_options.refuse_task(
            soft, hparams(**args, weigh_classes=True), path
        )
    with pytest.raises(ValueError, match="scheme of votes with 4 outputs"):
        hard = {"scheme": load("demo").scheme}
        task_options.refuse_task(soft, hparams(**hard), path)
