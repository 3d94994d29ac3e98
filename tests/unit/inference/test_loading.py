import os
import re
import shutil
import time

import pytest
import torch
from helpers import encoders, served

from speechbrain_clser.inference.classifier import EmotionClassifier
from speechbrain_clser.inference.loading import _described, load

YAML = "hyperparams.yaml"
IDENTITY = "!new:torch.nn.Identity {}"


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Export a model with the built-in encoder."""
    return served.make(tmp_path_factory.mktemp("model"))


@pytest.fixture
def copy(model, tmp_path):
    """Copy the model to change it."""
    return shutil.copytree(model.folder, tmp_path / "model")


def change(folder, old, new):
    """Edit a model's YAML."""
    text = (folder / YAML).read_text()
    assert old in text
    (folder / YAML).write_text(text.replace(old, new))


def state(folder, **options):
    """Return the state of a loaded model."""
    return load(folder, YAML, **options)["modules"][
        "embedding_model"
    ].state_dict()


def same(one, two):
    """Return whether two states are equal."""
    assert one.keys() == two.keys()
    return all(torch.equal(one[name], two[name]) for name in one)


def test_yaml_cannot_execute_commands(copy, tmp_path):
    change(
        copy,
        "classes:\n",
        f"__x: !apply:os.system [touch {tmp_path}/ran]\nclasses:\n",
    )
    with pytest.raises(ValueError, match=r"a model is data.*os\.system"):
        load(copy, YAML)
    assert not (tmp_path / "ran").exists()
    load(copy, YAML, is_trusted=True)
    assert (tmp_path / "ran").exists()


def test_chained_references_cannot_execute_commands(copy, tmp_path):
    """Chain references from a part over its module's globals to a YAML loader."""
    (copy / "evil.ckpt").write_text(
        f"x: !apply:os.system ['touch {tmp_path}/ran']\n"
    )
    links = ["m: !new:torch.nn.Identity {}"]
    path = "m"
    for number, name in enumerate(
        [
            *("forward", "__globals__", "", "torch", "sys", "modules", ""),
            *("speechbrain", "inference", "classifiers"),
            *("EncoderClassifier", "from_hparams"),
        ]
    ):
        if name:
            links += [f"s{number}: <{path}.{name}>"]
            links += [f"r{number}: !ref <s{number}>"]
            path = f"r{number}"
        else:
            links += [f"p{number}: !new:torch.nn.ParameterDict"]
            links += [f"  parameters: !ref <{path}>"]
            path = f"p{number}"
    hooks = f"  custom_hooks:\n    evil: !ref <{path}>\n"
    change(copy, "  custom_hooks:\n", hooks)
    change(copy, "  loadables:\n", "  loadables:\n    evil: /\n")
    attack = (copy / YAML).read_text()
    (copy / YAML).write_text("\n".join([*links, attack]))
    with pytest.raises(ValueError, match="a model is data.*ParameterDict"):
        load(copy, YAML)

    # Each link is harmless without the list of parts: references are strings.
    harmless = [line for line in links if "parameters" not in line]
    text = "\n".join(harmless).replace("ParameterDict", "Identity {}")
    (copy / YAML).write_text(f"{text}\n{attack}")
    load(copy, YAML)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "old, new",
    [
        ("  custom_hooks:\n", "  conditions:\n    method: false\n  c:\n"),
        ("  loadables:\n", "  paths: {method: owner/a.ckpt}\n  loadables:\n"),
        ("  loadables:\n", "  collect_in: elsewhere\n  loadables:\n"),
        ("    normaliser: !ref '<normaliser>'\n    method", "    method"),
        ("    normaliser: !ref", "    ../outside/normaliser: !ref"),
        ("    method: !name:speechbrain_clser", "    method: !name:os"),
        ("pretrainer: !new:speechbrain.utils", "pretrainer: !apply:os"),
        ("pretrainer:", "pretrainer: {a: !apply:os.abort []}\nx:\n  y:"),
    ],
)
def test_pretrainer_of_the_yaml_is_ignored(old, new, copy, model):
    text = (copy / YAML).read_text()
    if "x:\n" in new:
        text = text[: text.index("pretrainer:")]
        (copy / YAML).write_text(f"{text}pretrainer:\n")
        new = "pretrainer: {a: !apply:os.abort []}"
    change(copy, old, new)
    assert same(state(copy), state(model.folder))
    assert sorted(p.name for p in copy.parent.iterdir()) == ["model"]


@pytest.mark.filterwarnings("ignore:.*meta parameter in the current model")
@pytest.mark.parametrize(
    "old, new, match",
    [
        ("  classifier:", "  klassifier:", "expected compute_features: Ident"),
        ("modules:", "mods:", "expected compute_features.* found none"),
        ("modules:", "modules: 1\nmods:", "expected compute_features.* found"),
        ("stages.NoNormalization {}", "stages.LogPosterior [4]", "norm: LogPosterior"),
        ("embedding_model: !ref '<recogniser>'", f"embedding_model: {IDENTITY}",
         "found .*embedding_model: Identity"),
        ("  extractor: !ref '<extractor>'", f"  extractor: {IDENTITY}",
         "found extractor: Identity"),
        ("  normaliser: !ref '<normaliser>'\n  m", "  normaliser: 1\n  m",
         "normaliser: int"),
        ("out_features: 4", "out_features: 5", "size mismatch"),
        ("n_mels: 40", "n_mels: 41", "fit together and give 4 logits, found Run"),
        ("low_hz: 60.0", "low_hz: 3", "RuntimeError: The size of tensor"),
        ("n_classes: 4", "n_classes: 3", "give 3 logits, found 4 logits"),
        ("out_features: 4", "out_features: many", "can be built, found TypeE"),
        ("out_features: 4", "out_features: 4\n    device: meta", "method.ckpt"),
        ("    n_conv:", "    n_konv:", "unexpected keyword argument 'n_konv'"),
        ("  method: !ref '<method>'\n  l", f"  method: {IDENTITY}\n  l",
         "can be built, found AttributeError"),
    ],
)  # fmt: skip
def test_mismatched_parts_are_refused(old, new, match, copy):
    change(copy, old, new)
    with pytest.raises(ValueError, match=f"(?s){copy}.*{match}"):
        load(copy, YAML)


@pytest.mark.parametrize(
    "old, new, match",
    [
        ("temperature:", "temperature: 1e-300\nx:", "temperature: expected a n"),
        ("temperature:", "temperature: true\nx:", "0.01-100, got True"),
        ("by: none", "by: someone", "normalise_by: expected none or corpus"),
        ("hz: 16000", "hz: 0", "sample_rate_hz: expected 1,000-768,000 Hz"),
        ("hz: 16000", "hz: 1000000", "expected 1,000-768,000 Hz, got 1000000"),
        ("hz: 16000", "hz: 8000", "expected 16000 as of the extractor, got 80"),
        ("hz: 16000", "hz: [1]", "expected 1,000-768,000 Hz, got .1"),
        ("!new:speechbrain_clser.inference.channel.OneChannel\n  sample_rate_hz:",
         "", "audio_normalizer: expected OneChannel, got 16000"),
        ("longest_s: null", "longest_s: -1", "longest_s: expected 0.1 or more"),
        ("longest_s: null", "longest_s: soon", "0.1 or more, got 'soon'"),
    ],
)  # fmt: skip
def test_invalid_values_are_refused(old, new, match, copy):
    change(copy, old, new)
    with pytest.raises(ValueError, match=f"^{copy / YAML}: {match}|.*{match}"):
        load(copy, YAML)


@pytest.mark.parametrize(
    "old, new, match",
    [
        (
            "n_conv: 1",
            "n_conv: 100000000",
            "n_conv: expected numbers of at mos",
        ),
        ("n_conv: 1", "n_conv: 65000", "expected at most 20,000 modules"),
        ("n_attention: 1", "n_attention: 65000", "at most 20,000 modules"),
        (
            "    dim: 8\n    n_conv",
            "    dim: 9000\n    n_conv",
            "at most 257 MiB",
        ),
        ("out_features: 4", "out_features: -4", "RuntimeError"),
        ("dim: 110", "dim: 1e300", "found TypeError"),
        (
            "\nclasses:",
            "\na: 1\na: 2\nclasses:",
            "found the key 'a' a second time",
        ),
        (
            "classes:",
            "pad: " + 5_000_000 * "x" + "\nclasses:",
            "5,00.,... bytes",
        ),
    ],
    ids=lambda value: value[:20],
)
def test_model_with_excessive_sizes_is_refused(old, new, match, copy):
    change(copy, old, new)
    start = time.monotonic()
    with pytest.raises(ValueError, match=f"(?s){copy / YAML}: .*{match}"):
        load(copy, YAML)
    assert time.monotonic() - start < 10


@pytest.mark.parametrize("name", ["method.ckpt", "README.md", YAML])
def test_link_out_of_the_model_is_refused(name, copy, model):
    (copy / name).unlink()
    (copy / name).symlink_to(model.folder / name)
    with pytest.raises(ValueError, match=f"{name}: expected a file of this"):
        load(copy, YAML)
    load(copy, YAML, is_trusted=True)


@pytest.mark.parametrize(
    "name", ["method.ckpt", "normaliser.ckpt", "label_encoder.ckpt", YAML]
)
def test_missing_file_is_named(name, copy):
    (copy / name).unlink()
    with pytest.raises(FileNotFoundError, match=f"expected {name} in"):
        load(copy, YAML)


def test_weights_are_checked_without_hooks(copy):
    text = (copy / YAML).read_text()
    (copy / YAML).write_text(re.sub("  custom_hooks:(\n    .*)+", "", text))
    weights = torch.load(copy / "method.ckpt")
    weights.popitem()
    torch.save(weights, copy / "method.ckpt")
    with pytest.raises(ValueError, match="Missing key"):
        load(copy, YAML)


def test_checkpoint_cannot_execute_commands(copy, tmp_path):
    class Bomb:
        def __reduce__(self):
            return os.system, (f"touch {tmp_path}/ran",)

    torch.save({"weight": Bomb()}, copy / "method.ckpt")
    with pytest.raises(ValueError, match="expected tensors alone"):
        load(copy, YAML)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("is_trusted", [False, True])
def test_values_are_overridden(is_trusted, model):
    changes = {"temperature": 3.0, "recogniser": {"longest_s": 7.0}}
    found = load(model.folder, YAML, changes, is_trusted)
    assert found["temperature"] == 3.0
    assert found["modules"]["embedding_model"].longest_s == 7.0


@pytest.mark.parametrize(
    "file", ["encoder.ckpt", "extractor.ckpt", "method.ckpt"]
)
def test_all_checkpoints_of_an_adapted_encoder_are_needed(
    file, adapted, tmp_path
):
    folder = shutil.copytree(adapted.folder, tmp_path / "model")
    assert same(state(folder), state(folder, is_trusted=True))
    (folder / file).unlink()
    with pytest.raises(FileNotFoundError, match=f"expected {file} in"):
        load(folder, YAML)


def test_adapted_encoder_predicts_as_in_training(adapted):
    classifier = EmotionClassifier.from_hparams(
        adapted.folder, temperature=1.0, run_opts={"device": "cpu"}
    )
    predictions = classifier.classify_files(adapted.files, has_bar=False)
    found = torch.tensor([[*p.probabilities.values()] for p in predictions])
    torch.testing.assert_close(found, adapted.probabilities, atol=1e-4, rtol=0)


@pytest.fixture(scope="module")
def adapted(tmp_path_factory):
    """Export a model with adapters in its encoder."""
    folder = tmp_path_factory.mktemp("adapted")
    encoder = encoders.make(folder / "encoder", "hubert_layer")
    return served.make(folder, encoder=encoder, adapt="lora")


@pytest.mark.parametrize(
    "written", ["[{}]", "{{source: {}}}"], ids=["by place", "by name"]
)
@pytest.mark.parametrize("is_relative", [True, False])
def test_local_encoder_is_refused(
    written, is_relative, copy, tmp_path, monkeypatch
):
    encoders.make(tmp_path / "own" / "encoder", "wav2vec2_group")
    monkeypatch.chdir(tmp_path)
    source = "own/encoder" if is_relative else tmp_path / "own" / "encoder"
    part = "!new:speechbrain_clser.features.ssl.SSLFeatures"
    text = (copy / YAML).read_text()
    (copy / YAML).write_text(
        text.replace(
            "compute_features: !new:torch.nn.Identity {}",
            f"compute_features: {part} {written.format(source)}",
        )
    )
    with pytest.raises(
        ValueError, match="source: expected an encoder of the h"
    ):
        load(copy, YAML)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ValueError("expected 1, found 2"), "expected 1, found 2"),
        (TypeError("no size"), "TypeError: no size"),
    ],
)
def test_error_of_a_part_is_described_without_our_own_class(error, expected):
    assert _described(error) == expected
