import dataclasses
import errno
import json
import logging
import math
import multiprocessing
import os
import pickle
import threading
from unittest import mock

import pytest
import torch
from helpers import encoders
from helpers.blocks import ROWS, Blocks, tone, unheard

from speechbrain_clser.data.utterance import Utterance
from speechbrain_clser.features import store as module
from speechbrain_clser.features.acoustic import AcousticFeatures
from speechbrain_clser.features.ssl import SSLFeatures
from speechbrain_clser.features.statistics import Statistics
from speechbrain_clser.features.store import Store


def filled(folder, extractor=None, rows=ROWS, load=tone, **options):
    store = Store(folder, extractor or Blocks(), **options)
    store.fill(rows, load)
    return store


def shards(store):
    return sorted(store.folder.glob("*.safetensors"))


def recording(training_rows):
    def load(wav, rate):
        training_rows.append(wav)
        return tone(wav, rate)

    return load


def test_every_row_gets_its_own_frames(tmp_path):
    frames = filled(tmp_path).view(ROWS)
    assert list(frames) == [row.id for row in ROWS]
    assert [len(frames[row.id]) for row in ROWS] == list(range(1, 9))
    assert frames[ROWS[2].id].equal(torch.full((3, 10), 3.0))


def test_second_fill_opens_no_audio_file(tmp_path):
    first = filled(tmp_path).view(ROWS)
    second = filled(tmp_path, load=unheard).view(ROWS)
    assert all(first[name].equal(second[name]) for name in first)


def test_renamed_and_moved_recordings_are_found_by_digest(tmp_path):
    filled(tmp_path)
    moved = [
        dataclasses.replace(row, id=f"new {row.id}", wav="elsewhere.wav")
        for row in ROWS
    ]
    frames = filled(tmp_path, rows=moved, load=unheard).view(moved)
    assert len(frames["new " + ROWS[4].id]) == 5


def test_different_configs_have_separate_stores(tmp_path):
    one = filled(tmp_path, Blocks(1.0)).view(ROWS)
    two = filled(tmp_path, Blocks(2.0)).view(ROWS)
    half = filled(tmp_path, Blocks(1.0), dtype="float16")
    assert two[ROWS[0].id].equal(2 * one[ROWS[0].id])
    assert len(list(tmp_path.iterdir())) == 3
    assert half.folder.name == Blocks(1.0).key + "-float16"


def test_only_what_is_missing_is_extracted(tmp_path):
    filled(tmp_path, rows=ROWS[:5])
    training_rows = []
    filled(tmp_path, load=recording(training_rows))
    assert sorted(training_rows) == sorted(row.wav for row in ROWS[5:])


def test_duplicate_recording_is_extracted_once(tmp_path):
    training_rows = []
    twin = dataclasses.replace(ROWS[0], id="twin")
    store = filled(
        tmp_path, rows=[ROWS[0], twin], load=recording(training_rows)
    )
    assert training_rows == [ROWS[0].wav]
    frames = store.view([ROWS[0], twin])
    assert frames["twin"].equal(frames[ROWS[0].id])


def test_batches_are_sorted_by_length_and_limited(tmp_path):
    blocks = Blocks()
    Store(tmp_path, blocks).fill(ROWS, tone, batch_s=0.01)  # 160 samples
    assert blocks.batches == [(2, 80), (2, 60), (4, 40)]


def test_cpu_processes_one_recording_at_a_time(tmp_path):
    blocks = Blocks()
    filled(tmp_path, blocks)
    assert blocks.batches == [(1, n) for n in range(80, 0, -10)]


@pytest.fixture
def two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def test_each_core_computes_a_recording_of_a_large_encoder(
    tmp_path, monkeypatch, two_threads
):
    both = threading.Barrier(2, timeout=60)

    class Large(Blocks):
        is_large = True

    class Together(Large):
        def forward(self, wavs, lens):
            both.wait()  # neither core is done before the other one starts
            assert torch.get_num_threads() == 1
            return super().forward(wavs, lens)

    frames = filled(tmp_path / "large", Together()).view(ROWS)
    expected = filled(tmp_path / "small").view(ROWS)
    assert all(frames[row.id].equal(expected[row.id]) for row in ROWS)
    assert torch.get_num_threads() == 2
    with pytest.raises(ValueError, match="expected finite values"):
        filled(tmp_path / "bad", Large(math.inf))
    monkeypatch.setattr(module, "SHARD_UTTERANCES", 1)
    full = mock.Mock(side_effect=OSError(errno.ENOSPC, "disk full"))
    monkeypatch.setattr(module.Shards, "write", full)
    with pytest.raises(OSError, match="disk full") as kept:  # with its frames
        filled(tmp_path / "full", Large())
    assert torch.get_num_threads() == 2, kept


@pytest.mark.parametrize("rows, longest_s", [(ROWS[:1], 60), (ROWS, 0)])
def test_cores_share_a_long_or_single_recording(
    tmp_path, monkeypatch, two_threads, rows, longest_s
):
    class Large(Blocks):
        is_large = True

        def forward(self, wavs, lens):
            assert torch.get_num_threads() == 2
            return super().forward(wavs, lens)

    monkeypatch.setattr(module, "LONGEST_OF_CORE_S", longest_s)
    assert len(filled(tmp_path, Large(), rows).view(rows)) == len(rows)


def test_shards_are_limited_by_utterances(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "SHARD_UTTERANCES", 3)
    store = filled(tmp_path)
    assert len(shards(store)) == 3
    assert len(filled(tmp_path, load=unheard).view(ROWS)) == 8


def test_shards_are_limited_by_bytes(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "SHARD_BYTES", 600)  # 15 frames of 10 values
    store = filled(tmp_path)
    assert len(shards(store)) == 3  # 8 + 7, 6 + 5 + 4, 3 + 2 + 1


def test_error_loses_current_shard_only(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "SHARD_UTTERANCES", 3)

    def load(wav, rate):
        if wav == ROWS[0].wav:  # the shortest comes last
            raise OSError("the disk is gone")
        return tone(wav, rate)

    with pytest.raises(OSError, match="the disk is gone"):
        filled(tmp_path, load=load)
    training_rows = []
    filled(tmp_path, load=recording(training_rows))
    assert sorted(training_rows) == [row.wav for row in ROWS[:2]]


@pytest.mark.parametrize("kept", [100, -1])
def test_broken_shard_is_logged_and_extracted_again(tmp_path, caplog, kept):
    store = filled(tmp_path)
    whole = dict(store.view(ROWS))
    (shard,) = shards(store)
    shard.write_bytes(shard.read_bytes()[:kept])
    with caplog.at_level(logging.WARNING):
        again = filled(tmp_path).view(ROWS)
    assert f"{shard}: broken shard" in caplog.text
    assert all(whole[name].equal(again[name]) for name in whole)


def test_shard_with_changed_bit_is_logged_and_extracted_again(tmp_path, caplog):
    store = filled(tmp_path)
    whole = dict(store.view(ROWS))
    (shard,) = shards(store)
    content = bytearray(shard.read_bytes())
    content[-1] ^= 1
    shard.write_bytes(content)
    training_rows = []
    again = filled(tmp_path, load=recording(training_rows)).view(ROWS)
    assert f"{shard}: broken shard" in caplog.text
    assert "its content has changed" in caplog.text
    assert len(training_rows) == len(ROWS)
    assert all(whole[name].equal(again[name]) for name in whole)


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES])
def test_read_only_complete_store_is_usable(tmp_path, monkeypatch, number):
    store = filled(tmp_path)
    stale = store.folder / f"0a1b.safetensors.{32 * '0'}.partial"
    stale.touch()
    os.utime(stale, (0, 0))

    def refuse(*_, **__):
        raise OSError(number, os.strerror(number))

    for name in ("utime", "replace", "unlink", "remove"):
        monkeypatch.setattr(os, name, refuse)
    assert len(filled(tmp_path, load=unheard).view(ROWS)) == len(ROWS)
    monkeypatch.undo()
    filled(tmp_path, load=unheard)
    assert not stale.exists()


def test_concurrent_runs_are_independent(tmp_path):
    other = Store(tmp_path, Blocks())

    def interrupted(wav, rate):
        if wav == ROWS[0].wav:
            other.fill(ROWS[:6], tone)
        return tone(wav, rate)

    frames = filled(tmp_path, load=interrupted).view(ROWS)
    assert [len(frames[row.id]) for row in ROWS] == list(range(1, 9))
    assert len(other.view(ROWS[:6])) == 6


def test_about_json_describes_store(tmp_path):
    store = filled(tmp_path, AcousticFeatures(), rows=[])
    about = json.loads((store.folder / "about.json").read_text())
    assert about["extractor"] == "AcousticFeatures"
    assert about["config"]["n_mels"] == 40
    assert about["dim"] == 110 and about["frames_per_s"] == 50


def test_half_precision_is_close_and_returned_as_float32(tmp_path):
    third = filled(tmp_path, Blocks(1 / 3), dtype="float16").view(ROWS)
    values = third[ROWS[6].id]
    assert values.dtype == torch.float32
    torch.testing.assert_close(
        values, torch.full((7, 10), 7 / 3), rtol=5e-4, atol=0
    )


def test_value_beyond_half_precision_raises_with_recording(tmp_path):
    with pytest.raises(ValueError, match="80000 for a_deu_s1_sadness_0 "):
        filled(tmp_path, Blocks(1e4), dtype="float16")
    assert filled(tmp_path, Blocks(1e4)).view(ROWS)[ROWS[7].id].max() == 8e4


def test_non_finite_value_raises_with_recording(tmp_path):
    with pytest.raises(
        ValueError, match="expected finite values for a_deu_s1_sadness_0"
    ):
        filled(tmp_path, Blocks(float("inf")))


def test_row_not_in_store_raises(tmp_path):
    store = filled(tmp_path, rows=ROWS[:7])
    with pytest.raises(KeyError, match=f"1 of 8 .* {ROWS[7].id} for one"):
        store.view(ROWS)


def test_row_without_digest_raises(tmp_path):
    row = dataclasses.replace(ROWS[0], digest="")
    with pytest.raises(ValueError, match=f"found none for {row.id}"):
        filled(tmp_path, rows=[row])


def test_unknown_precision_raises(tmp_path):
    with pytest.raises(ValueError, match="float32, float16, got 'int8'"):
        Store(tmp_path, Blocks(), dtype="int8")


def test_trained_extractor_raises(tmp_path):
    blocks = Blocks()
    blocks.is_frozen = False
    with pytest.raises(ValueError, match="got a trained Blocks"):
        Store(tmp_path, blocks)


def test_returned_frames_are_copies(tmp_path):
    frames = filled(tmp_path).view(ROWS)
    frames[ROWS[0].id].zero_()
    assert frames[ROWS[0].id].equal(torch.ones(1, 10))


def test_view_is_picklable(tmp_path):
    frames = filled(tmp_path).view(ROWS)
    copy = pickle.loads(pickle.dumps(frames))
    assert all(copy[name].equal(frames[name]) for name in frames)


def test_data_loader_workers_read_the_store(tmp_path):
    frames = filled(tmp_path).view(ROWS)
    loader = torch.utils.data.DataLoader(
        [row.id for row in ROWS],
        batch_size=None,
        collate_fn=lambda name: frames[name].sum().item(),
        num_workers=2,
        multiprocessing_context="fork",
    )
    assert list(loader) == [10.0 * n * n for n in range(1, 9)]


def fill_as(rank, folder, training_rows):
    """Work of each of two processes with torchrun."""
    torch.distributed.init_process_group(
        "gloo",
        init_method=f"file://{folder}/rendezvous",
        rank=rank,
        world_size=2,
    )
    own = []
    frames = filled(folder, load=recording(own)).view(ROWS)
    training_rows.put((own, len(frames)))
    torch.distributed.destroy_process_group()


def test_each_process_extracts_its_share_and_sees_all(tmp_path):
    context = multiprocessing.get_context("fork")
    training_rows = context.Queue()
    processes = [
        context.Process(target=fill_as, args=(rank, tmp_path, training_rows))
        for rank in range(2)
    ]
    for process in processes:
        process.start()
    shares, seen = zip(
        *(training_rows.get(timeout=60) for _ in processes), strict=True
    )
    for process in processes:
        process.join()
    assert [len(share) for share in shares] == [4, 4]
    assert sorted(shares[0] + shares[1]) == sorted(row.wav for row in ROWS)
    assert seen == (8, 8)


def sounds():
    generator = torch.Generator().manual_seed(1)
    return {
        f"{n}.wav": torch.randn(n, generator=generator) / 9
        for n in (16000, 9000, 12321)
    }


def pretrained(kind):
    """Create an encoder of a kind in a folder and return its extractor."""
    return lambda folder: SSLFeatures(encoders.make(folder, kind))


EXTRACTORS = {
    "acoustic": lambda _: AcousticFeatures(),
    "statistics": lambda _: Statistics(AcousticFeatures()),
    **{kind: pretrained(kind) for kind in encoders.KINDS},
}


@pytest.mark.parametrize("name", EXTRACTORS)
def test_stored_batched_and_single_values_are_equal(tmp_path, name):
    """The store, the training step and inference give the same values."""
    extractor = EXTRACTORS[name](tmp_path / "encoder")
    wavs = sounds()
    rows = [
        Utterance(wav, wav, "", "", "", digest=wav, duration_s=len(samples))
        for wav, samples in wavs.items()
    ]
    stored = filled(tmp_path, extractor, rows, lambda wav, _: wavs[wav])
    stored = stored.view(rows)
    n_samples = torch.tensor([len(wav) for wav in wavs.values()])
    with torch.inference_mode():
        together = extractor(
            torch.nn.utils.rnn.pad_sequence([*wavs.values()], batch_first=True),
            n_samples / n_samples.max(),
        )
        for wav, batched in zip(wavs, together, strict=True):
            alone = extractor(wavs[wav][None], torch.ones(1))[0]
            close = {"atol": 2e-5, "rtol": 2e-5}
            torch.testing.assert_close(stored[wav], alone, **close)
            torch.testing.assert_close(batched[: len(alone)], alone, **close)
            assert not batched[len(alone) :].any()
