import pytest
from hyperpyyaml import load_hyperpyyaml

from speechbrain_clser.inference import safe_yaml

TUPLE = '(!!python/object/apply:os.system ["touch ran"])'


@pytest.mark.parametrize(
    "text",
    [
        "a: !apply:os.system [touch ran]",
        "a: !applyref:os.system [touch ran]",
        "a: !!python/object/apply:os.system [touch ran]",
        "a: !!python/name:os.system ''",
        "a: !new:subprocess.Popen [touch ran]",
        "a: !name:os.system",
        "a: !new:speechbrain_clser.features.ecapa.Ecapa [who/ever]",
        "a: !module:os",
        "a: !include:/etc/hostname",
        "a: !PLACEHOLDER",
        "? !apply:os.system [touch ran]\n: 1",
        "a: {b: [1, {c: !apply:os.system [touch ran]}]}",
        "%TAG !e! !apply:\n---\na: !e!os.system [touch ran]",
        "a: !%61pply:os.system [touch ran]",
        "a: !<!apply:os.system> [touch ran]",
        f"a: {TUPLE}",
        f"a: '{TUPLE}'",
        f"'{TUPLE}': 1",
        f"a: !!str {TUPLE}",
        f"a: !new:torch.nn.ReLU {TUPLE}",
        "a: !ref <b.__class__>",
        "a: !new:torch.nn.init.os {}",
        "a: !new:torch.nn.modules.module.Module {}",
        "a: !new:speechbrain_clser.features.hub.Path [x]",
        "a: !new:speechbrain_clser.features.store.Store {}",
        "a: !new:speechbrain_clser.corpora._speaking.process.subprocess.Popen [x]",
        "a: !new:speechbrain_clser.features.nowhere.Thing {}",
        "a: !new:torch.nn. {}",
    ],
)
def test_what_could_run_code_is_refused(text):
    with pytest.raises(ValueError, match="a model is data.*is_trusted=True"):
        safe_yaml.read(text, "hyperparams.yaml")


@pytest.mark.parametrize(
    "text, found",
    [
        ("a: [", "while parsing"),
        ("a: 1\n---\na: 2", "another document"),
        ("[a]", "with keys, found none"),
        ("", "with keys, found none"),
    ],
)
def test_what_is_no_yaml_of_a_model_is_refused(text, found):
    with pytest.raises(ValueError, match=f"(?s)hyperparams.yaml: .*{found}"):
        safe_yaml.read(text, "hyperparams.yaml")


def test_message_gives_the_line():
    with pytest.raises(ValueError, match=r"m.yaml, line 3: .*os\.system"):
        safe_yaml.read("a: 1\nb: 2\nc: !apply:os.system [x]", "m.yaml")


def test_what_is_harmless_is_loaded_as_it_would_be_from_the_file():
    text = (
        "a: 1e-05\nb: True\nc: (3, 4)\nd: '1'\ne: null\nf: [1, two]\n"
        "g: !new:torch.nn.Linear\n  in_features: 2\n  out_features: 3\n"
        "h: !ref <g>\n"
        "i: !new:speechbrain.nnet.linear.Linear {n_neurons: 2, input_size: 3}\n"
        "j: !new:speechbrain_clser.features.acoustic.AcousticConfig {n_mels: 9}\n"
    )
    plain, read = (
        load_hyperpyyaml(t) for t in (text, safe_yaml.read(text, "m.yaml"))
    )
    assert {key: plain[key] for key in "abcdefj"} == {
        key: read[key] for key in "abcdefj"
    }
    assert read["c"] == (3, 4) and read["h"] is read["g"]
