import types

import pytest

from speechbrain_clser.data.protocol import Protocol
from speechbrain_clser.training.target_adaptation import refuse_unusable, wanted


def adaptation_of(
    name="em_gaussians", form="auto", vectors="statistics", given=None
):
    return wanted(name, form, vectors, given, 4)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"name": "em"}, "--adaptation: expected one of none, em_g.*'em'"),
        ({"form": "both"}, "--adaptation_form: expected .*found 'both'"),
        ({"vectors": "frames"}, "--adaptation_vectors: expected one of stat"),
        ({"name": "none", "given": {"n": 2}}, "none without --adaptation"),
        ({"given": "16"}, "expected a mapping such as .*found 16"),
        ({"given": "{n: "}, "expected a mapping such as .*found '{n: '"),
        ({"given": {"k": 2}}, "has the constants n_components.*got k"),
        ({"given": {"n_rounds": "many"}}, "types of EMGaussians"),
        (
            {"name": "equal_mass", "given": {"shares": [0.5, 0.5]}},
            "expected shares of 4 classes.*found 2",
        ),
    ],
)
def test_wrong_option_is_refused_by_name(args, message):
    with pytest.raises(ValueError, match=message):
        adaptation_of(**args)


def test_options_are_read_as_yaml_gives_them():
    assert adaptation_of("none") is None
    assert adaptation_of(given='{"n_rounds": 3}').constants == {"n_rounds": 3}
    shares = {"shares": [0.4, 0.2, 0.2, 0.2]}
    plan = adaptation_of("equal_mass", given=shares)
    assert plan.class_shares == "0.4, 0.2, 0.2, 0.2"
    assert adaptation_of().class_shares == ""


def test_trained_encoder_has_no_statistics():
    protocol, trained = (
        Protocol.of("x", ("a",), ("c",)),
        types.SimpleNamespace(),
    )
    trained.has_frozen_part = False
    with pytest.raises(ValueError, match="--adaptation_vectors embedding"):
        refuse_unusable(adaptation_of(), protocol, trained)
    refuse_unusable(adaptation_of(vectors="embedding"), protocol, trained)
    refuse_unusable(None, None, None)
