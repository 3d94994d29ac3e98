import pytest
import torch
from helpers import encoders

from speechbrain_clser.features.ssl import SSLConfig, SSLFeatures
from speechbrain_clser.inference.packed import PackedEncoder, pack, unpack


@pytest.fixture
def packed(tmp_path):
    """Bundle an encoder; return it with its settings and the folder."""
    source = encoders.make(tmp_path / "encoder", "wav2vec2_group")
    encoder = SSLFeatures(source, SSLConfig(layers="1"))
    return encoder, pack(encoder, tmp_path / "encoder.ckpt"), tmp_path


def test_packed_encoder_gives_equal_features(packed):
    encoder, settings, folder = packed
    wavs, lens = torch.randn(2, 8000), torch.tensor([1.0, 0.6])
    again = PackedEncoder(settings, encoder.config)
    assert not again(wavs, lens).equal(encoder(wavs, lens))
    unpack(again, folder / "encoder.ckpt")
    assert again(wavs, lens).equal(encoder(wavs, lens))


def test_layers_that_are_not_used_are_not_packed(packed):
    _, _, folder = packed
    names = torch.load(folder / "encoder.ckpt").keys()
    assert any(".encoder.layers.0." in name for name in names)
    assert not any(".encoder.layers.1." in name for name in names)


@pytest.mark.parametrize(
    "change, match",
    [
        (lambda values: None, "does not fit the encoder"),
        (lambda values: values.flatten()[:1], "does not fit the encoder"),
        (lambda values: 1, "does not fit the encoder"),
        (lambda values: values.to(torch.int8), "found int8"),
        (lambda values: values * float("nan"), "found NaN or infinity"),
    ],
)
def test_file_of_another_encoder_is_refused(change, match, packed):
    encoder, settings, folder = packed
    tensors = torch.load(folder / "encoder.ckpt")
    name = next(name for name in sorted(tensors) if name.endswith("weight"))
    tensors[name] = change(tensors[name])
    if tensors[name] is None:
        del tensors[name]
    torch.save(tensors, folder / "encoder.ckpt")
    again = PackedEncoder(settings, encoder.config)
    with pytest.raises(ValueError, match=match):
        unpack(again, folder / "encoder.ckpt")


def test_settings_cannot_write_elsewhere(packed):
    encoder, settings, folder = packed
    stray = {**settings, "../stray.json": {}, "adapter_config.json": {}}
    PackedEncoder(stray, encoder.config)
    assert not list(folder.parent.rglob("stray.json"))


@pytest.mark.parametrize("file", ["config.json", "preprocessor_config.json"])
def test_settings_that_name_code_are_refused(file, packed):
    encoder, settings, _ = packed
    named = {"auto_map": {"AutoFeatureExtractor": "owner/name--evil.E"}}
    settings = {**settings, file: {**settings[file], **named}}
    with pytest.raises(ValueError, match=f"^{file}: .* found auto_map"):
        PackedEncoder(settings, encoder.config)
