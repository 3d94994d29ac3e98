import json

import pytest
import torch
import transformers
from helpers import encoders

from speechbrain_clser.features.text import TextConfig, TextEncoder, streams


@pytest.fixture
def folder(tmp_path):
    encoders.make_text(tmp_path, num_hidden_layers=2)
    return tmp_path


@pytest.mark.parametrize("layer", [None, 0, 1])
def test_embedding_is_the_normalised_layer_of_transformers(folder, layer):
    encoder = TextEncoder(folder, TextConfig(layer=layer))
    tokens, lens = encoder.embed(["heute gut .", "", "Unsinn"])
    assert lens.tolist() == pytest.approx([1, 1 / 5, 3 / 5])
    assert encoder.tokens("Unsinn").tolist() == [0, 3, 2]
    model = transformers.XLMRobertaModel.from_pretrained(
        folder, add_pooling_layer=False
    ).eval()
    for row, codes in ((0, [0, 6, 4, 7, 2]), (2, [0, 3, 2])):
        with torch.no_grad():
            hidden = model(
                torch.tensor([codes]), output_hidden_states=True
            ).hidden_states
        hidden = hidden[-1 if layer is None else layer][0]
        mean = hidden.mean(dim=1, keepdim=True)
        deviation = hidden.std(dim=1, keepdim=True, unbiased=False)
        torch.testing.assert_close(
            *(tokens[row, : len(codes)], (hidden - mean) / deviation),
            atol=2e-4,
            rtol=1e-4,
        )
        assert not tokens[row, len(codes) :].any()
    assert not tokens[1].any()


def test_long_transcript_is_cut_before_its_last_token(folder):
    encoder = TextEncoder(folder)
    assert encoder.tokens("gut " * 30).tolist() == [0, *[4] * 12, 2]
    assert encoder.embed(["gut " * 30])[0].shape == (1, 14, 16)


def test_encoder_is_frozen_and_in_no_state(folder):
    encoder = TextEncoder(folder)
    assert not encoder.state_dict() and not encoder.train().training
    assert not any(p.requires_grad for p in encoder.parameters())


def of_kind(folder, kind):
    path = folder / "config.json"
    config = json.loads(path.read_text())
    path.write_text(json.dumps({**config, **kind}))


def without_word(folder):
    encoders.make_text(folder, vocab_size=7)


@pytest.mark.parametrize(
    "damage, message",
    [
        (lambda x: of_kind(x, {"model_type": "gpt2"}), "model_type 'gpt2'"),
        (lambda x: of_kind(x, {"auto_map": {"A": "b.C"}}), "names code"),
        (lambda x: (x / "tokenizer.json").unlink(), "and fast tokenizer with"),
        (lambda x: (x / "tokenizer.json").write_text("{"), "fast tokenizer of"),
        (without_word, "numbers below 7, those of the encoder, found 7"),
    ],
)
def test_unusable_folder_is_refused(folder, damage, message):
    damage(folder)
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        TextEncoder(folder)


def test_unknown_layer_and_stream_are_refused(folder):
    with pytest.raises(ValueError, match="a layer of 0-2 of the xlm-roberta"):
        TextEncoder(folder, TextConfig(layer=3))
    with pytest.raises(ValueError, match="mfcc or text, got 'prosody'"):
        streams(None, "prosody", None, "")
