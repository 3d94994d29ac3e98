"""Tests for the CTC recogniser, with random weights or given outputs."""

import importlib.util
import json
import logging
import math

import numpy as np
import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file

from speechbrain_clser.data.utterance import Utterance
from speechbrain_clser.features.phones.align import align_all
from speechbrain_clser.features.phones.ctc import CtcRecogniser, recognise_all

SYMBOLS = ["<pad>", "<s>", "</s>", "<unk>", "|"]
SYMBOLS += ["a", "aː", "i", "t", "tʃ", "n"]
BLANK, A, LONG_A, T, N = 0, 5, 6, 8, 10
installed = pytest.mark.skipif(
    importlib.util.find_spec("espeakng_loader") is None,
    reason="espeakng-loader is not installed",
)


def make(folder, n_symbols=11, vocabulary=True):
    """Save a tiny recogniser with transformers; returns its folder."""
    config = transformers.Wav2Vec2Config(
        vocab_size=n_symbols,
        pad_token_id=BLANK,
        num_hidden_layers=1,
        hidden_size=16,
        num_attention_heads=2,
        intermediate_size=16,
        conv_dim=[8] * 7,
        num_conv_pos_embeddings=8,
        num_conv_pos_embedding_groups=2,
        feat_extract_norm="layer",
        do_stable_layer_norm=True,
    )
    transformers.Wav2Vec2ForCTC(config).save_pretrained(folder)
    transformers.Wav2Vec2FeatureExtractor().save_pretrained(folder)
    if vocabulary:
        vocabulary = {symbol: n for n, symbol in enumerate(SYMBOLS)}
        (folder / "vocab.json").write_text(json.dumps(vocabulary))
    return folder


@pytest.fixture(scope="module")
def recogniser(tmp_path_factory):
    """Recogniser with random weights."""
    torch.manual_seed(0)
    return CtcRecogniser(str(make(tmp_path_factory.mktemp("ctc"))))


@pytest.fixture
def output(recogniser, monkeypatch):
    """Set the output to one symbol per frame with a probability of 0.8."""

    def set_output(*path):
        posteriors = torch.full(
            (len(path), len(SYMBOLS)), 0.2 / (len(SYMBOLS) - 1)
        )
        posteriors[torch.arange(len(path)), list(path)] = 0.8
        monkeypatch.setattr(
            recogniser, "log_posteriors", lambda wav: posteriors.log()
        )
        return recogniser

    return set_output


def times(phones):
    """Symbols with times in frames of 20 ms."""
    return [
        (p.raw, round(p.start_s / 0.02, 3), round(p.end_s / 0.02, 3))
        for p in phones
    ]


def test_posteriors_have_20_ms_hop_and_sum_to_1(recogniser):
    found = recogniser.log_posteriors(torch.randn(16000))
    assert found.shape == (49, len(SYMBOLS))
    assert recogniser.hop_s == 0.02
    assert found.exp().sum(dim=1) == pytest.approx(1, abs=1e-5)


def test_recognition_is_deterministic(recogniser):
    wav = torch.randn(16000)
    assert recogniser.recognise(wav) == recogniser.recognise(wav)
    loud = recogniser.log_posteriors(100 * wav)
    torch.testing.assert_close(
        loud, recogniser.log_posteriors(wav), atol=1e-3, rtol=0
    )


def test_runs_are_merged_and_grow_into_the_blanks(output):
    path = [BLANK] * 10 + [A, A] + [BLANK] * 2 + [T] + [BLANK] * 10
    phones = output(*path).recognise(None)
    assert times(phones) == [("a", 7, 13), ("t", 13, 18)]
    assert [p.confidence for p in phones] == pytest.approx([0.8, 0.8])


def test_blank_separates_equal_phones(output):
    phones = output(A, BLANK, A).recognise(None)
    assert times(phones) == [("a", 0, 1.5), ("a", 1.5, 3)]


def test_special_symbols_are_not_phones(output):
    assert output(1, 2, 3, 4, BLANK).recognise(None) == ()


def test_raw_symbol_is_kept_and_length_is_stripped(output):
    (phone,) = output(LONG_A, LONG_A).recognise(None)
    assert (phone.ipa, phone.raw) == ("a", "aː")


def test_given_phones_are_aligned_in_order(output):
    # The output has no n, but alignment must place one between a and t.
    phones = output(A, A, A, BLANK, BLANK, T, T).find(None, ["ˈa", "n", "t"])
    assert [p.ipa for p in phones] == ["a", "n", "t"]
    assert times(phones)[0][1] == 0 and times(phones)[2][2] == 7
    assert phones[0].confidence > 0.7
    assert phones[1].confidence < 0.1


def test_exact_symbol_is_preferred_over_normalised_symbol(
    output,
):
    recogniser = output(LONG_A)
    assert recogniser._id_of("aː") == LONG_A
    assert recogniser._id_of("ˈaː") == A


def test_unknown_phone_is_dropped_and_logged(output, caplog):
    caplog.set_level(logging.WARNING)
    phones = output(A, BLANK, T).find(None, ["a", "ʘ", "t"])
    assert [p.ipa for p in phones] == ["a", "t"]
    assert "no phone for ʘ" in caplog.text


@pytest.mark.parametrize("symbols", [["a", "t", "n"], ["a", "a"], ["ʘ"], []])
def test_too_many_or_no_phones_return_empty(output, symbols):
    assert output(A, T).find(None, symbols) == ()


def test_confidence_is_mean_frame_posterior(output):
    (phone,) = output(A, A, A, A).find(None, ["a"])
    assert phone.confidence == pytest.approx(0.8, abs=1e-4)
    assert math.isclose(phone.end_s, 0.08)


def test_recognise_all_processes_utterances_one_by_one(recogniser):
    rows = [Utterance(name, f"{name}.wav", "W", "ann", "deu") for name in "ab"]
    sound = {"a.wav": torch.randn(8000), "b.wav": torch.randn(16000)}
    found = recognise_all(rows, lambda wav, rate: sound[wav], recogniser)
    assert found == {
        name: recogniser.recognise(sound[f"{name}.wav"]) for name in "ab"
    }


@installed
def test_align_all_uses_recogniser_if_given(output):
    recogniser = output(*[T, A, N, T, A] * 4)
    row = Utterance("1", "1.wav", "W", "x", "deu", sentence="Tanne da, na.")
    found = align_all([row], lambda *_: np.zeros(1), {}, recogniser)["1"]
    assert [phone.ipa for phone in found][:3] == ["t", "a", "n"]


def test_missing_folder_raises(tmp_path):
    with pytest.raises(FileNotFoundError, match="looks like a folder"):
        CtcRecogniser(str(tmp_path / "ctc"))


def test_missing_vocabulary_raises(tmp_path):
    make(tmp_path, vocabulary=False)
    with pytest.raises(FileNotFoundError, match="expected vocab.json"):
        CtcRecogniser(str(tmp_path))


def test_vocabulary_of_another_model_raises(tmp_path):
    make(tmp_path, n_symbols=9)
    with pytest.raises(ValueError, match="vocabulary of 9 .* found one of 11"):
        CtcRecogniser(str(tmp_path))


@pytest.mark.parametrize(
    "change, match",
    [
        (lambda name: None if "layers.0" in name else name, "are missing: wav2"),
        (lambda name: f"mine.{name}", "are missing: wav2vec2"),
        (lambda name: None if "lm_head" in name else name,
         "2 are missing: lm_head.weight, lm_head.bias"),
    ],
)  # fmt: skip
def test_recogniser_with_missing_weights_raises(change, match, tmp_path):
    path = make(tmp_path) / "model.safetensors"
    state = load_file(path)
    state = {change(name): v for name, v in state.items() if change(name)}
    save_file(state, path, {"format": "pt"})
    with pytest.raises(ValueError, match=match):
        CtcRecogniser(str(tmp_path))
