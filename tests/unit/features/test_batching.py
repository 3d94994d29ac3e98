import threading

import pytest
import torch
from helpers.blocks import ROWS, tone

from speechbrain_clser.features.batching import (
    N_AHEAD,
    batches,
    decoded,
    padded,
)


def sizes(lengths, n_samples):
    recordings = [(n, torch.zeros(n)) for n in lengths]
    return [[row for row, _ in b] for b in batches(recordings, n_samples)]


def test_batch_length_includes_padding():
    assert sizes([5, 4, 3, 3, 2], 10) == [[5, 4], [3, 3, 2]]


def test_padding_counts_when_a_longer_one_comes_later():
    assert sizes([1, 1, 4, 1], 8) == [[1, 1], [4, 1]]


def test_recording_longer_than_a_batch_forms_own_batch():
    assert sizes([99, 1], 10) == [[99], [1]]


def test_no_recordings_make_no_batches():
    assert sizes([], 10) == []


def test_recordings_keep_their_order():
    many = ROWS * 8
    found = list(decoded(many, tone, 16000))
    assert [row for row, _ in found] == many
    assert all(wav.equal(tone(row.wav, 16000)) for row, wav in found)


def test_decoding_ahead_is_limited():
    training_rows, enough = [], threading.Event()

    def load(wav, rate):
        training_rows.append(wav)
        if len(training_rows) > N_AHEAD:
            enough.set()
        return torch.zeros(1)

    stream = decoded(ROWS * 8, load, 16000)
    next(stream)
    assert enough.wait(30)
    assert len(training_rows) == N_AHEAD + 1
    stream.close()


def test_broken_recording_raises_at_its_position():
    def load(wav, rate):
        if wav == ROWS[2].wav:
            raise ValueError("cannot be decoded")
        return torch.zeros(1)

    stream = decoded(ROWS, load, 16000)
    assert [next(stream)[0], next(stream)[0]] == ROWS[:2]
    with pytest.raises(ValueError, match="cannot be decoded"):
        next(stream)


def test_lens_encode_number_of_samples():
    generator = torch.Generator().manual_seed(3)
    n_samples = torch.randint(400, 960_000, (50,), generator=generator)
    n_samples[0] = 960_000  # a batch of a minute
    wavs, lens = padded([torch.zeros(n) for n in n_samples[:1]])
    assert lens.tolist() == [1.0]
    lens = n_samples / 960_000
    assert (lens * 960_000).round().long().equal(n_samples)
