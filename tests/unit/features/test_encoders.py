import pytest
from helpers import encoders

from speechbrain_clser.features.encoders import encoder_name, extractor


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return encoders.make(tmp_path_factory.mktemp("tiny"), "hubert_group")


def test_folder_returns_frozen_encoder(folder):
    found = extractor(folder)
    assert found.is_frozen
    assert found.source == folder
    assert (found.config.layers, found.dim) == ("1-2", 32)


def test_options_reach_the_extractor(folder):
    found = extractor(folder, 3, "learned", "lora+bottleneck", gated=True)
    assert (found.config.layers, found.config.layer_mix) == ("3-3", "learned")
    assert found.config.adaptation.adapt == "lora+bottleneck"
    assert found.config.adaptation.gated
    assert not found.is_frozen
    found = extractor(folder, 3, adapt="top", top_layers=1)
    assert found.config.adaptation.top_layers == 1


def test_auto_is_the_default_until_layers_are_chosen(folder):
    assert extractor(folder, "auto").key == extractor(folder).key
    assert extractor("acoustic", "auto", "learned").dim == 110
    with pytest.raises(ValueError, match="has no layer_mix"):
        extractor("acoustic", None, "learned")


def test_layer_zero_is_not_a_missing_option(folder):
    assert extractor(folder, layers=0).config.layers == "0-0"


def test_adapter_options_do_not_change_frozen_encoder(folder):
    assert extractor(folder, rank=4).key == extractor(folder).key


def test_encoder_and_revision_are_selected_by_language(folder):
    mapping = {"deu": "acoustic", "eng": folder}
    assert extractor(mapping, language="deu").dim == 110
    found = extractor(mapping, language="eng")
    revisions = {"deu": None, "eng": found.config.revision}
    assert extractor(mapping, revision=revisions, language="eng").dim == 32


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"en": "acoustic", "eng": "a/b"}, "each language once, got en, eng"),
        (
            {"german": "acoustic", "Frensh": "a/b"},
            "language .* found 'Frensh'; .*'fra'",
        ),
    ],
)
def test_languages_of_encoders_are_normalised(mapping, message):
    assert extractor({"German": "acoustic"}, language="deu").dim == 110
    with pytest.raises(ValueError, match=message):
        extractor(mapping, language="deu")


@pytest.mark.parametrize("language", ["", "fra"])
def test_language_without_encoder_raises_with_available(language):
    with pytest.raises(ValueError, match=f"deu, eng, got '{language}'"):
        extractor({"eng": "acoustic", "deu": "acoustic"}, language=language)


@pytest.mark.parametrize(
    "option",
    [
        {"layers": 0},
        {"layer_mix": "learned"},
        {"adapt": "lora"},
        {"revision": "main"},
        {"precision": "bf16"},
    ],
)
def test_acoustic_with_pretrained_option_raises(option):
    (name,) = option
    with pytest.raises(ValueError, match=f"'acoustic' has no {name}"):
        extractor("acoustic", **option)


@pytest.mark.parametrize("name, dim", [("mfcc", 40), ("log_mel", 64)])
def test_other_built_in_features_have_names(name, dim):
    assert extractor(name).dim == dim
    with pytest.raises(ValueError, match=f"'{name}' has no adapt: it has no"):
        extractor(name, adapt="lora")


def test_unknown_encoder_raises():
    with pytest.raises(ValueError, match="must be 'acoustic', a hub id"):
        extractor("hubert")


def test_unknown_adapt_raises(folder):
    with pytest.raises(ValueError, match="adapt must be frozen, lora"):
        extractor(folder, adapt="prefix")


@pytest.mark.parametrize(
    ("encoder", "name"),
    [
        ("acoustic", "acoustic"),
        ("facebook/hubert-base-ls960", "hubert-base-ls960"),
        ("/models/my hubert/", "my_hubert"),
        ("./wavlm.v2", "wavlm.v2"),
    ],
)
def test_name_is_the_last_part(encoder, name):
    assert encoder_name(encoder) == name


def test_name_of_a_mapping_is_unique_and_order_independent():
    one = {"deu": "a/b", "eng": "a/c"}
    name = encoder_name(one)
    assert name.startswith("deu-eng_")
    assert encoder_name(dict(reversed(one.items()))) == name
    assert encoder_name({**one, "eng": "a/d"}) != name


def test_mapping_is_parsed_from_json():
    text = '{"deu": "acoustic", "eng": "no/such"}'
    assert extractor(text, language="deu").frames_per_s == 50
    assert encoder_name(text).startswith("deu-eng_")


def test_statistics_are_one_frame_of_twice_the_width():
    frames = extractor("acoustic")
    summed_up = extractor("acoustic", reduce="statistics")
    assert summed_up.dim == 2 * frames.dim and summed_up.frames_per_s == 0
    with pytest.raises(ValueError, match="reduce must be one of frames, stat"):
        extractor("acoustic", reduce="mean")


def test_window_is_an_option_of_whisper(folder, tmp_path):
    whisper = encoders.make(tmp_path, "whisper")
    assert extractor(whisper).config.window == "real"
    padded = extractor(whisper, window="30s", reduce="statistics")
    assert padded.extractor.config.window == "30s"
    assert extractor(folder).config.window == ""
    with pytest.raises(ValueError, match="window 30s is for Whisper"):
        extractor(folder, window="30s")
    with pytest.raises(ValueError, match="'acoustic' has no window"):
        extractor("acoustic", window="30s")
