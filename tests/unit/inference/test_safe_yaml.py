import re
import time

import pytest
from helpers import encoders, served
from helpers.distributions import installed

from speechbrain_clser.entry_points import PARTS
from speechbrain_clser.inference import blueprint, safe_yaml
from speechbrain_clser.inference.blueprint import New

EXECUTED = '(!!python/object/apply:os.system ["touch ran"])'


@pytest.mark.parametrize(
    "text",
    [
        "a: !apply:os.system [touch ran]",
        "a: !applyref:os.system [touch ran]",
        "a: !!python/object/apply:os.system [touch ran]",
        "a: !!python/name:os.system ''",
        "a: !new:subprocess.Popen [touch ran]",
        "a: !name:os.system",
        "a: !name:speechbrain_clser.inference.packed.unpack",
        "a: !new:speechbrain_clser.features.ecapa.Ecapa [who/ever]",
        "a: !module:os",
        "a: !include:/etc/hostname",
        "a: !PLACEHOLDER",
        "? !apply:os.system [touch ran]\n: 1",
        "a: {? !new:torch.nn.Identity {} : 1}",
        "? [a]\n: 1",
        "a: {b: [1, {c: !apply:os.system [touch ran]}]}",
        "%TAG !e! !apply:\n---\na: !e!os.system [touch ran]",
        "a: !%61pply:os.system [touch ran]",
        "a: !<!apply:os.system> [touch ran]",
        "a: !new:torch.nn.init.os {}",
        "a: !new:torch.nn.modules.module.Module {}",
        "a: !new:torch.nn.ParameterDict {}",
        "a: !new:torch.nn.Sequential []",
        "a: !new:speechbrain.nnet.linear.Linear {}",
        "a: !new:speechbrain_clser.inference.classifier.EmotionClassifier {}",
        "a: !new:speechbrain_clser.features.hub.Path [x]",
        "a: !new:speechbrain_clser.features.store.Store {}",
        "a: !new:speechbrain_clser.features.nowhere.Thing {}",
        "a: !new:torch.nn. {}",
        "a: !new {}",
        "a: {b: 1, <<: {c: 2}}",
        # References: to a key of the file, and nothing else.
        "a: !ref <b>",
        "a: !copy <b>\nb: 1",
        "a: !ref [b]\nb: 1",
        "a: !ref <b.__class__>\nb: 1",
        "a: !ref <b[c]>\nb: {c: 1}",
        "a: !ref <b> + 1\nb: 1",
        "a: !ref <pretrainer>\npretrainer: !apply:os.abort []",
        # Those that would never end, or nearly so.
        "a: !ref <a>",
        "a: !ref <b>\nb: [!ref <a>]",
        "a: &a [*a]",
        f"a: {'[' * 50 + ']' * 50}",
        "a: [1]\n"
        + "".join(
            f"{one}: [{', '.join(9 * [f'!ref <{two}>'])}]\n"
            for one, two in zip("bcdefgh", "abcdefg", strict=True)
        ),
        "a: &a [1]\n"
        + "".join(
            f"{one}: &{one} [{', '.join(9 * [f'*{two}'])}]\n"
            for one, two in zip("bcdefgh", "abcdefg", strict=True)
        ),
    ],
)
def test_yaml_that_executes_code_or_recurses_is_refused(text):
    start = time.monotonic()
    with pytest.raises(ValueError, match="a model is data.*is_trusted=True"):
        safe_yaml.read(text, "hyperparams.yaml")
    assert time.monotonic() - start < 10


@pytest.mark.parametrize(
    "text, found",
    [
        ("a: [", "while parsing"),
        ("a: 1\n---\na: 2", "another document"),
        ("[a]", "with keys, found no keys"),
        ("!new:torch.nn.Identity {a: 1}", "with keys, found no keys"),
        ("!!map a", "with keys, found no keys"),
        ("", "with keys, found no keys"),
        (f"a:\n{'- ' * 3000}1", "values, or 60 in each"),
        (b"a: \xff", "invalid start byte"),
        ("a: \0", "special characters"),
        ("a: !!int one", "invalid literal"),
        ("a: !!bool one", "one"),
    ],
)
def test_invalid_yaml_is_refused(text, found):
    with pytest.raises(ValueError, match=f"(?s)hyperparams.yaml: .*{found}"):
        safe_yaml.read(text, "hyperparams.yaml")


@pytest.mark.parametrize(
    "text",
    ["a: 65537", "a: -70000", "a: [1, [70000]]", "a: !new:torch.nn.Linear [70000]"],
)  # fmt: skip
def test_excessive_size_is_refused(text):
    with pytest.raises(ValueError, match="m.yaml: a: expected numbers of at"):
        safe_yaml.read(text, "m.yaml")


def test_rate_and_settings_of_an_encoder_may_be_larger():
    safe_yaml.read("a: {sample_rate_hz: 96000, settings: {b: 480000}}", "m")


def test_message_gives_the_line():
    with pytest.raises(ValueError, match=r"m.yaml, line 3: .*os\.system"):
        safe_yaml.read("a: 1\nb: 2\nc: !apply:os.system [x]", "m.yaml")


@pytest.mark.parametrize(
    "value", [EXECUTED, "<m.forward>", "<m>", "$(touch ran)", "(3, 4)"]
)
def test_strings_are_never_evaluated(value):
    text = f"m: !new:torch.nn.Identity {{}}\na: '{value}'\nb: !ref <a>"
    values = safe_yaml.read(text, "m.yaml")
    assert blueprint.build({k: values[k] for k in "ab"}) == {
        **{"a": value, "b": value}
    }


def test_plain_values_and_parts_are_read():
    text = (
        "a: 1e-05\nb: True\nd: '1'\ne: null\nf: [1, two]\n"
        "g: !new:torch.nn.Linear\n  in_features: 2\n  out_features: 3\n"
        "h: {i: !ref <g>}\n"
        "pretrainer: !new:speechbrain.utils.parameter_transfer.Pretrainer\n"
        "  custom_hooks: {a: !name:os.system ''}\n"
    )
    linear = New("torch.nn.Linear", {"in_features": 2, "out_features": 3})
    assert safe_yaml.read(text, "m.yaml") == {
        **{"a": 1e-5, "b": True, "d": "1", "e": None, "f": [1, "two"]},
        **{"g": linear, "h": {"i": linear}},
    }


def test_part_of_an_installed_package_is_read_and_built(tmp_path):
    code = "class Scale:\n    def __init__(self, by): self.by = by\n"
    files = {"my_package/__init__.py": "", "my_package/lobes.py": code}
    groups = {PARTS: {"my_package.lobes": "my_package.lobes"}}
    text = "a: !new:my_package.lobes.Scale {by: 3}"
    with installed(tmp_path, files, groups):
        values = safe_yaml.read(text, "m.yaml")
        assert blueprint.build(values)["a"].by == 3
        with pytest.raises(ValueError, match="my_package is installed, but no"):
            safe_yaml.read(text.replace("lobes", "other"), "m.yaml")
        with pytest.raises(ValueError, match="expected numbers of at most"):
            safe_yaml.read(text.replace("3", "70000"), "m.yaml")
    expected = "m.yaml, line 1: .*Scale .*my_package is not installed.*--trust"
    with pytest.raises(ValueError, match=expected):
        safe_yaml.read(text, "m.yaml")


def test_overrides_replace_values():
    text = "a: !new:torch.nn.Linear {in_features: 2, bias: true}\nb: !ref <a>\n"
    found = safe_yaml.read(text, "m.yaml", {"a": {"in_features": 1e-5}})
    assert found["b"].arguments == {"in_features": 1e-5, "bias": True}
    found = safe_yaml.read(text, "m.yaml", {"b": [1, None]})
    assert found["b"] == [1, None]
    found = safe_yaml.read(text, "m.yaml", {"b": {"c": 2}})
    assert found["b"] == {"c": 2}


def test_unknown_override_is_refused():
    with pytest.raises(KeyError, match="expected some of a, got 'b'"):
        safe_yaml.read("a: 1", "m.yaml", {"b": 1})


@pytest.fixture(scope="module")
def needed(tmp_path_factory):
    """Constructors in models of all methods and encoders."""
    folder = tmp_path_factory.mktemp("models")
    encoder = encoders.make(folder / "encoder", "hubert_layer")
    own = {"encoder": encoder}
    options = [
        *({"yaml": yaml} for yaml in served.YAMLS),
        *({**own, "adapt": adapt} for adapt in ("lora", "lora+bottleneck")),
        {**own, "reduce": "statistics", "layer_mix": "learned"},
        {**own, "yaml": "hump_cat", "adapt": "top", "top_layers": 1},
        {**own, "yaml": "hump_cat", "naming": "am_softmax"},
    ]
    found = {
        "speechbrain_clser.features.ssl.SSLFeatures",  # unless packed
        "speechbrain_clser.inference.stages.Values",  # of dimensions
        "speechbrain_clser.features.text.TextConfig",  # of transcripts
        "speechbrain_clser.features.text.TextEncoder",
    }
    for number, choice in enumerate(options):
        model = served.make(folder / f"{number}", **choice)
        text = (model.folder / "hyperparams.yaml").read_text()
        found |= set(re.findall(r"!new:(\S+)", text))
    return found


@pytest.mark.slow
def test_parts_are_exactly_those_of_all_models(needed):
    pretrainer = "speechbrain.utils.parameter_transfer.Pretrainer"
    assert needed - {pretrainer} == safe_yaml.PARTS
