import builtins
import io
import json
import sys
import time

import pytest
from helpers import encoders

from speechbrain_clser.features import encoder_settings
from speechbrain_clser.features.phones.ctc import CtcRecogniser
from speechbrain_clser.features.ssl import SSLFeatures

CODE = {"AutoConfig": "evil.Config", "AutoModel": "evil.Model"}
REFUSALS = [
    *(("config.json", key, "elsewhere/kernel") for key in (
        *("attn_implementation", "_attn_implementation"),
        *("_attn_implementation_internal", "experts_implementation"),
        *("transformers_weights", "base_model_name_or_path"),
    )),
    ("config.json", "auto_map", CODE),
    ("config.json", "quantization_config", {"quant_method": "bitsandbytes"}),
    ("config.json", "configuration_files", ["config.4.0.0.json"]),
    ("config.json", "sub_config", {"attn_implementation": "a/b"}),
    ("config.json", "sub_config", [[{"auto_map": CODE}]]),
    ("preprocessor_config.json", "auto_map", {"AutoFeatureExtractor": "evil.E"}),
]  # fmt: skip


@pytest.fixture
def encoder(tmp_path):
    """Folder of an encoder with settings and code."""
    encoders.make(tmp_path / "encoder", "wav2vec2_group")
    (tmp_path / "encoder" / "evil.py").write_text(
        f"open({str(tmp_path / 'ran')!r}, 'w')\n"
        "class Config: ...\nclass Model: ...\nclass E: ...\n"
    )
    return tmp_path / "encoder"


@pytest.fixture(autouse=True)
def consenting(monkeypatch):
    """Standard input that answers yes to every question."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n" * 9))


def change(path, key, value):
    """Set a setting."""
    settings = json.loads(path.read_text())
    path.write_text(json.dumps({**settings, key: value}))


@pytest.mark.parametrize("load", [SSLFeatures, CtcRecogniser])
@pytest.mark.parametrize("file, key, value", REFUSALS)
def test_settings_with_external_references_raise(
    file, key, value, load, encoder
):
    (encoder / "vocab.json").write_text("{}")
    change(encoder / file, key, value)
    with pytest.raises(ValueError, match=f"{file}: expected settings of an"):
        load(str(encoder))
    assert not (encoder.parent / "ran").exists()


def test_remote_code_is_not_confirmed_on_standard_input(encoder, monkeypatch):
    """Also if the check of settings misses something."""
    asked = []
    monkeypatch.setattr(encoder_settings, "check_folder", lambda *_: None)
    monkeypatch.setattr(builtins, "input", asked.append)
    file = encoder / "preprocessor_config.json"
    change(file, "auto_map", {"AutoFeatureExtractor": "evil.E"})
    change(file, "feature_extractor_type", None)
    with pytest.raises(ValueError, match="contains custom code"):
        SSLFeatures(str(encoder))
    assert asked == [] and not (encoder.parent / "ran").exists()


@pytest.mark.parametrize(
    "settings", [{}, {"hidden_size": 8, "auto_map": None, "a": [1, {"b": 2}]}]
)
def test_plain_settings_pass(settings):
    encoder_settings.check(settings, "config.json")


@pytest.mark.parametrize(
    "settings, match",
    [
        ({"num_hidden_layers": 10**8}, "num_hidden_layers 100000000"),
        ({"conv_dim": [8, 10**9]}, "conv_dim 1000000000"),
        ({"dropout": float("nan")}, "dropout nan"),
        ({"sampling_rate": 0}, "sampling_rate of 1,000-768,000 Hz, found 0"),
        ({"sampling_rate": "16000"}, "found '16000'"),
        ([], "found list"),
    ],
)
def test_implausible_values_raise(settings, match):
    with pytest.raises(ValueError, match=f"config.json: expected .*{match}"):
        encoder_settings.check(settings, "config.json")


@pytest.mark.parametrize(
    "content, found",
    [
        ("[]", "found list"),
        ("{", "found Expecting"),
        ('{"a": ' + "[" * 20000, "found .*recursion"),
        (" " * (encoder_settings.MAX_BYTES + 1), "found 4,194,305 bytes"),
    ],
)
def test_invalid_settings_file_raises(content, found, tmp_path):
    (tmp_path / "config.json").write_text(content)
    with pytest.raises(ValueError, match=f"config.json: expected a.*{found}"):
        encoder_settings.check_folder(tmp_path, ["config.json"])


def test_adapter_of_another_model_raises(tmp_path):
    (tmp_path / "adapter_config.json").write_text("{}")
    with pytest.raises(ValueError, match="adapter_config.json: expected an"):
        encoder_settings.check_folder(tmp_path, [])


@pytest.mark.parametrize("file", ["../w.bin", "/etc/hostname", "none.bin", 1])
def test_index_of_external_weights_raises(file, tmp_path):
    (tmp_path.parent / "w.bin").touch()
    index = json.dumps({"weight_map": {"a": file}})
    (tmp_path / "model.safetensors.index.json").write_text(index)
    with pytest.raises(
        ValueError, match="expected weight files in the same folder"
    ):
        encoder_settings.check_folder(tmp_path, [])


def test_encoder_larger_than_its_weights_raises_early(encoder):
    change(encoder / "config.json", "num_hidden_layers", 10**7)
    start = time.monotonic()
    with pytest.raises(ValueError, match="expected at most 20,000 modules"):
        SSLFeatures(str(encoder))
    change(encoder / "config.json", "num_hidden_layers", 3)
    change(encoder / "config.json", "hidden_size", 2**14)
    with pytest.raises(ValueError, match="expected parameters of at most"):
        SSLFeatures(str(encoder))
    assert time.monotonic() - start < 10


@pytest.mark.parametrize(
    "key, value",
    [
        ("conv_bias", "yes"),
        ("num_hidden_layers", "two"),
        ("hidden_size", -32),
        ("conv_stride", []),
        ("hidden_act", "none"),
    ],
)
def test_settings_that_build_no_encoder_raise(key, value, encoder):
    change(encoder / "config.json", key, value)
    with pytest.raises(
        ValueError, match="expected settings of a wav2vec2|conv"
    ):
        SSLFeatures(str(encoder))
