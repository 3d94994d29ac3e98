import dataclasses

import pytest
import torch
from helpers import encoders
from hyperpyyaml import load_hyperpyyaml

from speechbrain_clser.features.acoustic import AcousticConfig, AcousticFeatures
from speechbrain_clser.features.ssl import SSLConfig, SSLFeatures
from speechbrain_clser.features.ssl_adapters import Adaptation
from speechbrain_clser.features.statistics import Statistics
from speechbrain_clser.features.streams import Streams
from speechbrain_clser.features.style import Style
from speechbrain_clser.inference import blueprint
from speechbrain_clser.inference.blueprint import Name, New, Ref


def ssl(folder):
    config = SSLConfig(layers="1-2", adaptation=Adaptation("lora", rank=2))
    return SSLFeatures(encoders.make(folder, "hubert_layer"), config)


@pytest.mark.parametrize(
    "make",
    [
        lambda folder: AcousticFeatures(AcousticConfig(n_mels=30)),
        lambda folder: Statistics(AcousticFeatures()),
        lambda folder: Streams(style=Style(), acoustic=AcousticFeatures()),
        ssl,
    ],
    ids=["acoustic", "statistics", "streams", "ssl"],
)
def test_rebuilt_extractor_is_equal(make, tmp_path):
    extractor = make(tmp_path)
    text = blueprint.dump({"extractor": blueprint.of(extractor)})
    again = load_hyperpyyaml(text)["extractor"]
    assert again.key == extractor.key
    assert again.config == extractor.config or dataclasses.asdict(
        again.config
    ) == dataclasses.asdict(extractor.config)


def test_known_module_becomes_a_reference():
    inner = AcousticFeatures()
    outer = blueprint.of(Statistics(inner), {inner: Ref("encoder")})
    assert outer.arguments == {"extractor": Ref("encoder")}


def test_known_object_is_not_built_again():
    class Known:
        dim = 7

    text = (
        "extractor: &e !apply:os.abort []\n"
        "head: !new:torch.nn.Linear\n"
        "  in_features: !apply:getattr [*e, dim]\n"
        "  out_features: 2\n"
    )
    head = blueprint.read(text, "head", {"extractor": Known()})
    assert head.arguments == {"in_features": 7, "out_features": 2}


def test_small_numbers_stay_numbers():
    text = "a: {one: 1e-05, two: 0.5, three: 1, four: 1.5E+3}"
    assert blueprint.read(text, "a", {}) == {
        **{"one": 1e-5, "two": 0.5, "three": 1, "four": 1500.0}
    }
    text = "a: [x1e5, 5e4a]"  # the second like a commit
    assert blueprint.read(text, "a", {}) == ["x1e5", "5e4a"]
    assert load_hyperpyyaml(blueprint.dump({"a": 1e-5})) == {"a": 1e-5}


def test_missing_key_is_named():
    with pytest.raises(KeyError, match="expected 'method' in the YAML"):
        blueprint.read("a: 1", "method", {})


def test_dump_is_loaded_by_hyperpyyaml():
    text = blueprint.dump(
        {
            "one": New(
                "torch.nn.Linear", {"in_features": 2, "out_features": 3}
            ),
            "two": New(
                "torch.nn.Sequential", [Ref("one"), New("torch.nn.ReLU")]
            ),
            "three": {"hook": Name("torch.nn.functional.relu"), "n": None},
            "four": (1, 2),
        }
    )
    built = load_hyperpyyaml(text)
    assert built["two"][0] is built["one"]
    assert built["three"] == {"hook": torch.nn.functional.relu, "n": None}
    assert built["four"] == [1, 2]


def test_build_calls_the_constructor():
    assert blueprint.build([New("builtins.dict", {"a": 1}), 2]) == [{"a": 1}, 2]
