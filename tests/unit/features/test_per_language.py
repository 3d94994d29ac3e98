"""Tests for the separate encoders of languages."""

import dataclasses
import types

import pytest
import torch
from helpers import sounds
from helpers.rows import rows_of

from speechbrain_clser.features.encoders import extractor
from speechbrain_clser.features.extractor import Extractor
from speechbrain_clser.features.loading import load_features
from speechbrain_clser.features.per_language import PerLanguage
from speechbrain_clser.lobes.conv_transformer import ConvTransformer
from speechbrain_clser.lobes.delta_features import columns_of


def both(languages=("deu", "ita")):
    return extractor("acoustic", per_language=True, languages=languages)


@pytest.fixture
def material(tmp_path):
    """Two speakers of each of two languages; one German is labelled."""
    rows = []
    for language in ("deu", "ita"):
        for row in rows_of(language, language, 2, 1):
            wav = tmp_path / f"{row.id}.wav"
            sounds.write(wav, 0.1 * sounds.noise(row.id, 3200))
            digest = f"{len(rows):02x}"
            rows.append(dataclasses.replace(row, wav=str(wav), digest=digest))
    parts = types.SimpleNamespace(train=rows[:4])
    return types.SimpleNamespace(rows=rows, parts=parts)


def test_languages_use_separate_columns(material, tmp_path):
    wide = both()
    half = wide.dim // 2
    training_rows = material.rows
    plain, fast = load_features(
        wide, tmp_path, material, training_rows, "none", [1.25]
    )
    assert list(plain) == list(fast) == [row.id for row in material.rows]
    for row in material.rows:
        own = slice(None, half) if row.language == "deu" else slice(half, None)
        frames = plain[row.id].clone()
        assert frames.shape[1] == wide.dim and frames[:, own].any()
        frames[:, own] = 0
        assert not frames.any()


def test_language_is_normalised_by_its_own_statistics(material, tmp_path):
    (plain,) = load_features(both(), tmp_path, material, material.rows, "none")
    italian = torch.cat(
        [plain[row.id] for row in material.rows if row.language == "ita"]
    )
    mean = italian.mean(dim=0)
    torch.testing.assert_close(mean, torch.zeros_like(mean), atol=0.05, rtol=0)


def test_first_layer_is_an_adapter_for_each_language():
    wide = both()
    encoder = ConvTransformer(wide.dim, dim=8, dropout=0.0, input_dropout=0.0)
    german = wide.place(torch.randn(4, wide.dim // 2), "deu")[None]
    encoder(german, torch.ones(1)).square().sum().backward()
    of_german, of_italian = encoder.project.weight.grad.chunk(2, dim=1)
    assert of_german.any() and not of_italian.any()


def test_dynamic_columns_are_found_in_every_language():
    wide = both()
    (one,) = columns_of(extractor("acoustic"), ["pitch"])
    assert columns_of(wide, ["pitch"]) == [one, one + wide.dim // 2]


def test_key_depends_on_the_encoder_of_each_language():
    assert both().key == both().key
    assert both().key != both(("deu", "tur")).key


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"is_frozen": False}, "that of ita is trained"),
        ({"n_layers": 3}, "that of ita is of several layers"),
        ({"frames_per_s": 100}, "of 100 frames/s, not 50"),
    ],
)
def test_incompatible_encoders_raise(values, words):
    odd = extractor("acoustic")
    for name, value in values.items():
        setattr(odd, name, value)
    with pytest.raises(ValueError, match=words):
        PerLanguage({"deu": extractor("acoustic"), "ita": odd})


def test_extraction_without_language_raises():
    wide = both()
    with pytest.raises(TypeError, match="does not determine the language"):
        wide(torch.zeros(1, 1600), torch.ones(1))
    with pytest.raises(TypeError, match="does not determine the language"):
        wide.n_frames(1600)
    with pytest.raises(ValueError, match="needs languages, got none"):
        both(())


def test_language_without_training_rows_raises(material, tmp_path):
    with pytest.raises(ValueError, match="expected training utterances in ita"):
        load_features(both(), tmp_path, material, material.rows[:4], "none")


def test_language_without_encoder_raises(material, tmp_path):
    with pytest.raises(ValueError, match="no encoder for ita, only for deu"):
        load_features(both(("deu",)), tmp_path, material, material.rows, "none")


def test_plain_extractors_are_shared():
    assert Extractor.is_shared and not PerLanguage.is_shared
