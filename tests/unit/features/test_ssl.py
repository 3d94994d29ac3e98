import copy
import dataclasses
import hashlib
import json

import pytest
import safetensors.torch
import torch
from helpers import encoders

from speechbrain_clser.features.ssl import SSLConfig, SSLFeatures, layer_range
from speechbrain_clser.features.ssl_adapters import WAYS, Adaptation
from speechbrain_clser.lobes.weighted_layer_sum import WeightedLayerSum

WAVS = torch.sin(torch.arange(2 * 6000) ** 1.3 / 50).view(2, 6000)
LENS = torch.tensor([1.0, 0.6])


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """A folder of every kind of encoder."""
    top = tmp_path_factory.mktemp("encoders")
    for kind in encoders.KINDS:
        encoders.make(top / kind, kind)
    return top


@pytest.fixture
def folder(folders):
    return folders / "hubert_group"


def check_is_close(half, full):
    """Check that frames in half precision differ, and have the same direction.

    CPUs differ: with AMX the convolutions of random encoders reach 0.94, else 0.999.
    """
    assert not half.equal(full)
    cosine = torch.nn.functional.cosine_similarity
    assert cosine(half.flatten(), full.flatten(), dim=0) > 0.9


def lora(folder, **options):
    return SSLFeatures(folder, SSLConfig(adaptation=Adaptation(**options)))


def disturb(extractor):
    """Change the trained parameters as training does."""
    for name in sorted(extractor.trained):
        parameter = extractor.get_parameter(name)
        parameter.data.add_(0.1 * torch.randn_like(parameter))


@pytest.mark.parametrize(
    ("layers", "n_blocks", "expected"),
    [
        ("", 12, (4, 8)),
        ("", 24, (8, 16)),
        ("", 4, (1, 3)),
        ("", 1, (1, 1)),
        ("0", 12, (0, 0)),
        ("12", 12, (12, 12)),
        ("0-12", 12, (0, 12)),
        (" 3 - 5 ", 12, (3, 5)),
    ],
)
def test_layer_range_is_parsed(layers, n_blocks, expected):
    assert layer_range(layers, n_blocks) == expected


@pytest.mark.parametrize("layers", ["13", "8-4", "-1", "4-", "4,5", "middle"])
def test_unknown_layers_raise(layers):
    with pytest.raises(ValueError, match="within 0-12 of this encoder, got"):
        layer_range(layers, 12)


@pytest.mark.parametrize(
    ("name", "value"), [("layer_mix", "sum"), ("precision", "int8")]
)
def test_unknown_option_raises(name, value):
    with pytest.raises(ValueError, match=f"{name} must be .* got '{value}'"):
        SSLConfig(**{name: value})


def test_config_contains_resolved_revision_and_layers(folder):
    config = SSLFeatures(folder).config
    assert (len(config.revision), config.layers) == (64, "1-2")
    again = SSLFeatures(folder, config)
    assert again.config == config


def test_key_depends_on_encoder_not_on_path(folder, tmp_path):
    here = SSLFeatures(folder).key
    assert SSLFeatures(encoders.make(tmp_path, "hubert_group")).key == here
    other = encoders.make(tmp_path, "hubert_group", hidden_size=16)
    assert SSLFeatures(other).key != here


def test_window_of_whisper_is_in_the_config_and_the_key(folders):
    folder = folders / "whisper"
    real = SSLFeatures(folder)
    assert real.config.window == "real"
    # A config without the option gives the same frames and the same store key.
    old = SSLFeatures(folder, SSLConfig())
    padded = SSLFeatures(folder, SSLConfig(window="30s"))
    assert old.config.window == padded.config.window == "30s"
    assert old.key == padded.key != real.key
    config = dataclasses.asdict(old.config)
    del config["window"]
    spec = f"SSLFeatures/1/{json.dumps(config, sort_keys=True)}"
    assert old.key == hashlib.sha256(spec.encode()).hexdigest()[:16]
    assert not old(WAVS, LENS).allclose(real(WAVS, LENS))


def test_folder_with_missing_weights_raises(tmp_path):
    encoders.make(tmp_path, "hubert_group")
    path = tmp_path / "model.safetensors"
    state = safetensors.torch.load_file(path)
    del state["encoder.layers.1.final_layer_norm.bias"]
    safetensors.torch.save_file(state, path, {"format": "pt"})
    SSLFeatures(tmp_path, SSLConfig(layers="1"))
    with pytest.raises(ValueError, match=r"1 are missing: encoder\.layers\.1"):
        SSLFeatures(tmp_path, SSLConfig(layers="2"))


def test_learned_layers_are_concatenated_and_mean_is_their_mean(folder):
    learned = SSLFeatures(folder, SSLConfig(layers="1-3", layer_mix="learned"))
    mean = SSLFeatures(folder, SSLConfig(layers="1-3"))
    assert (learned.n_layers, learned.dim) == (3, 96)
    assert (mean.n_layers, mean.dim) == (1, 32)
    layers = learned(WAVS, LENS).unflatten(-1, (3, 32))
    torch.testing.assert_close(layers.mean(dim=2), mean(WAVS, LENS))
    third = SSLFeatures(folder, SSLConfig(layers="3"))(WAVS, LENS)
    torch.testing.assert_close(layers[:, :, 2], third)
    mix = WeightedLayerSum(learned.dim, learned.n_layers)
    assert mix(learned(WAVS, LENS), LENS).shape == third.shape


def test_half_precision_is_close_and_has_its_own_key(folder):
    full, half = (
        SSLFeatures(folder, SSLConfig(precision=precision))
        for precision in ("fp32", "bf16")
    )
    assert full.key != half.key
    frames = half(WAVS, LENS)
    assert frames.dtype == torch.float32
    check_is_close(frames, full(WAVS, LENS))


def test_frozen_encoder_has_no_gradient(folder):
    extractor = SSLFeatures(folder)
    assert extractor.is_frozen
    extractor.requires_grad_(True)
    assert not any(p.requires_grad for p in extractor.parameters())
    assert not extractor(WAVS, LENS).requires_grad
    assert extractor.state_dict() == {}


@pytest.mark.parametrize("kind", encoders.KINDS)
@pytest.mark.parametrize("way", ["lora", "top", "full"])
def test_trained_parameters_have_gradients(folders, kind, way):
    extractor = lora(folders / kind, adapt=way)
    assert not extractor.is_frozen
    extractor(WAVS, LENS).square().sum().backward()
    for name, parameter in extractor.named_parameters():
        is_trained = name in extractor.trained
        assert parameter.requires_grad == is_trained
        assert (parameter.grad is not None) == is_trained, name


@pytest.mark.parametrize("kind", encoders.KINDS)
def test_dropout_is_active_in_training_only(folders, kind):
    extractor = lora(folders / kind)
    extractor.train()
    one, two = extractor(WAVS, LENS), extractor(WAVS, LENS)
    assert not one.equal(two)
    extractor.eval()
    assert extractor(WAVS, LENS).equal(extractor(WAVS, LENS))


def test_frozen_convolutions_stay_in_evaluation_mode(folder):
    for options, is_awake in (({}, False), ({"train_cnn": True}, True)):
        extractor = lora(folder, adapt="full", **options).train()
        assert extractor.training
        (cnn,) = extractor.lobe.cnn()
        assert cnn.training == is_awake


@pytest.mark.parametrize("kind", encoders.KINDS)
def test_blocks_below_trained_top_have_no_dropout(folders, kind):
    extractor = lora(folders / kind, adapt="top", top_layers=1).train()
    (top,) = extractor.lobe.top(1)
    awake = {id(module) for module in top.modules()}
    for module in extractor.lobe.modules():
        assert module.training == (id(module) in awake)
    one, two = extractor(WAVS, LENS), extractor(WAVS, LENS)
    assert not one.equal(two)


def test_frozen_phase_disables_dropout(folder):
    for way in ("lora", "top"):
        extractor = lora(folder, adapt=way).requires_grad_(False).train()
        assert extractor(WAVS, LENS).equal(extractor(WAVS, LENS))


@pytest.mark.parametrize("way", WAYS)
def test_frozen_copy_has_published_weights(folder, way):
    extractor = lora(folder, adapt=way).eval()
    frozen = SSLFeatures(folder)
    assert frozen.frozen_copy() is frozen and frozen.has_frozen_part
    assert not extractor.has_frozen_part
    assert extractor(WAVS, LENS).allclose(frozen(WAVS, LENS))
    disturb(extractor)
    published = extractor.frozen_copy()
    assert published.is_frozen and published.key == frozen.key
    assert published(WAVS, LENS).equal(frozen(WAVS, LENS))


@pytest.mark.parametrize("kind", encoders.KINDS)
def test_trained_encoder_ignores_padding(folders, kind):
    extractor = lora(folders / kind, adapt="lora+bottleneck", gated=True)
    disturb(extractor)
    extractor.eval()
    with torch.no_grad():
        alone = extractor(WAVS[1:, :3600], torch.ones(1))[0]
        together = extractor(WAVS, LENS)[1, : len(alone)]
    torch.testing.assert_close(together, alone, atol=2e-5, rtol=2e-5)


@pytest.mark.parametrize("way", WAYS)
def test_state_contains_trained_parameters_and_restores_output(folder, way):
    extractor = lora(folder, adapt=way, gated=True).eval()
    method = torch.nn.ModuleDict(
        {"encoder": extractor, "head": torch.nn.Linear(32, 4)}
    )
    disturb(extractor)
    state = copy.deepcopy(method.state_dict())
    assert {
        name.removeprefix("encoder.")
        for name in state
        if name.startswith("encoder.")
    } == extractor.trained
    fresh = lora(folder, adapt=way, gated=True).eval()
    assert not fresh(WAVS, LENS).equal(extractor(WAVS, LENS))
    torch.nn.ModuleDict(
        {"encoder": fresh, "head": torch.nn.Linear(32, 4)}
    ).load_state_dict(state)
    assert fresh(WAVS, LENS).equal(extractor(WAVS, LENS))


def test_state_of_other_adapters_raises(folder):
    state = lora(folder).state_dict()
    with pytest.raises(RuntimeError, match="Unexpected key"):
        lora(folder, adapt="bottleneck").load_state_dict(state)
    with pytest.raises(RuntimeError, match="Missing key"):
        lora(folder, adapt="lora+bottleneck").load_state_dict(state)


def test_adapters_can_be_frozen_and_unfrozen(folder):
    extractor = lora(folder)
    state = extractor.state_dict().keys()
    extractor.requires_grad_(False)
    assert not any(p.requires_grad for p in extractor.parameters())
    assert extractor.state_dict().keys() == state
    extractor.requires_grad_(True)
    released = {n for n, p in extractor.named_parameters() if p.requires_grad}
    assert released == extractor.trained


def test_copy_is_independent(folder):
    extractor = lora(folder).eval()
    twin = copy.deepcopy(extractor)
    disturb(twin)
    assert not twin(WAVS, LENS).equal(extractor(WAVS, LENS))
    extractor.load_state_dict(twin.state_dict())
    assert twin(WAVS, LENS).equal(extractor(WAVS, LENS))


def test_trained_encoder_follows_the_precision_of_its_brain(folder):
    extractor = lora(folder).eval()
    full = extractor(WAVS, LENS)
    with torch.autocast("cpu", torch.bfloat16):
        half = extractor(WAVS, LENS)
    check_is_close(half, full)
