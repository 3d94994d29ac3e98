"""Tests for the alignment of phones with a reading."""

import importlib.util
import sys

import numpy as np
import pytest
import torch

from speechbrain_clser.corpora import demo, emodb, emovo, ravdess
from speechbrain_clser.data.audio import load
from speechbrain_clser.data.utterance import Utterance
from speechbrain_clser.features.phones.align import align, align_all

installed = pytest.mark.skipif(
    importlib.util.find_spec("espeakng_loader") is None,
    reason="espeakng-loader is not installed",
)


def tones(*seconds_by_hz):
    """Consecutive tones with slight noise."""
    parts = [
        torch.sin(2 * torch.pi * hz * torch.arange(int(16000 * s)) / 16000)
        for hz, s in seconds_by_hz
    ]
    wav = torch.cat(parts)
    hiss = torch.randn(len(wav), generator=torch.Generator().manual_seed(2))
    return 0.5 * wav + 1e-4 * hiss


READING = tones((300, 0.3), (2500, 0.2), (900, 0.3))
SEGMENTS = [("ˈa", 0.0, 0.3), ("s", 0.3, 0.5), ("oː", 0.5, 0.8)]


def bounds(phones):
    """Start of the first phone, and the end of each."""
    return [phones[0].start_s, *(phone.end_s for phone in phones)]


def test_reading_aligned_to_itself_returns_its_times():
    phones = align(READING, READING, SEGMENTS)
    assert [phone.ipa for phone in phones] == ["a", "s", "o"]
    assert [phone.raw for phone in phones] == ["ˈa", "s", "oː"]
    assert bounds(phones) == pytest.approx([0.0, 0.3, 0.5, 0.8], abs=0.011)
    assert min(phone.confidence for phone in phones) > 0.99


def test_alignment_follows_another_speaking_rate():
    wav = tones((300, 0.2), (2500, 0.4), (900, 0.25))
    found = bounds(align(wav, READING, SEGMENTS))
    assert found == pytest.approx([0.0, 0.2, 0.6, 0.85], abs=0.031)


def test_silent_ends_get_no_phone():
    silence = torch.zeros(16000)
    wav = torch.cat([silence, READING, silence])
    found = bounds(align(wav, READING, SEGMENTS))
    assert found == pytest.approx([1.0, 1.3, 1.5, 1.8], abs=0.031)


def test_pause_between_phones_has_no_phone():
    first, rest = READING[:4800], READING[4800:]
    wav = torch.cat([first, torch.zeros(8000), rest])
    a, s, o = align(wav, READING, SEGMENTS)
    assert (a.end_s, s.start_s) == pytest.approx((0.3, 0.8), abs=0.031)


def test_dissimilar_recording_has_lower_confidence():
    other = tones((3000, 0.1), (200, 0.5), (4000, 0.2))
    right = align(READING, READING, SEGMENTS)
    wrong = align(other, READING, SEGMENTS)
    mean = [np.mean([p.confidence for p in found]) for found in (right, wrong)]
    assert mean[1] < 0.7 * mean[0]


def test_phones_are_ordered_without_overlap():
    wav = tones((2500, 0.1), (300, 0.1), (900, 0.05), (2500, 0.2))
    found = align(wav, READING, SEGMENTS)
    assert all(phone.start_s < phone.end_s for phone in found)
    for before, here in zip(found, found[1:], strict=False):
        assert before.end_s <= here.start_s + 1e-9


def row(**more):
    """An utterance of EMO-DB."""
    given = {"corpus": "emodb", "sentence": "a01", **more}
    return Utterance("x", "x.wav", "F", "03", "deu", **given)


@pytest.mark.parametrize("corpus, n", [(emodb, 10), (emovo, 14), (ravdess, 2)])
def test_sentences_of_a_corpus_are_texts(corpus, n):
    assert len(corpus.SENTENCES) == n
    assert all(len(t.split()) > 1 for t in corpus.SENTENCES.values())


def test_unknown_sentence_gets_no_phones():
    assert align_all([row(sentence="")], None, {}) == {"x": ()}


@installed
def test_demo_corpus_alignment_is_better_than_even_spacing():
    rows = [
        r
        for r in demo.utterances(demo.default_root())
        if r.raw_emotion != "neutral"
    ][::60]
    found = align_all(rows, load, {})
    errors, even_errors = [], []
    for r in rows:
        true = np.array([start for _, start, _ in r.phones])
        even = np.linspace(0, r.phones[-1][2], len(true), endpoint=False)
        phones = found[r.id]
        if len(phones) == len(true):
            starts = np.array([phone.start_s for phone in phones])
            errors += abs(starts - true)[1:].tolist()
            even_errors += abs(even - true)[1:].tolist()
    assert len(errors) > 100
    assert np.median(errors) < 0.2 * np.median(even_errors)


@installed
def test_gpl_library_is_not_loaded_in_this_process():
    align_all([row(corpus="x", sentence="Ja, gut.")], lambda *_: READING, {})
    assert "espeakng_loader" not in sys.modules


@installed
@pytest.mark.corpora
@pytest.mark.parametrize("corpus", [emodb, emovo, ravdess])
def test_real_corpora_are_aligned(corpus, corpora):
    from speechbrain_clser.corpora import locate

    name = corpus.CARD.name
    rows = [
        Utterance(
            r.id,
            r.wav,
            r.raw_emotion,
            r.speaker,
            r.language,
            gender=r.gender,
            sentence=r.sentence,
            corpus=name,
        )
        for r in list(corpus.utterances(locate(corpus.CARD, corpora)))[::50]
    ]
    found = align_all(rows, load, {name: corpus.SENTENCES})
    for phones in found.values():
        assert len(phones) > 8
        assert phones[-1].end_s - phones[0].start_s > 0.8
