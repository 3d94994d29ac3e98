import dataclasses

import pytest
import torch
from helpers.rows import rows_of

from speechbrain_clser.features.extractor import Extractor
from speechbrain_clser.features.store import frames_of


@dataclasses.dataclass(frozen=True)
class BlocksConfig:
    factor: float = 1.0


class Blocks(Extractor):
    """Ten samples a frame, times a factor."""

    dim = 10

    def forward(self, wavs, lens):
        return wavs.unflatten(1, (-1, 10)) * self.config.factor


ROWS = rows_of("a", "deu", n_speakers=2, n_each=1)


def tone(wav, sample_rate_hz):
    """Sound that depends on the name alone, 1 to 8 frames of it."""
    number = [row.wav for row in ROWS].index(wav) + 1
    return torch.full((10 * number,), float(number))


def unheard(wav, sample_rate_hz):
    raise AssertionError(f"{wav} was opened again")


def test_every_row_gets_its_own_frames(tmp_path):
    frames = frames_of(ROWS, Blocks(BlocksConfig()), tone, tmp_path)
    assert [len(frames[row.id]) for row in ROWS] == list(range(1, 9))
    assert frames[ROWS[2].id].equal(torch.full((3, 10), 3.0))


def test_second_run_opens_no_audio_file(tmp_path):
    blocks = Blocks(BlocksConfig())
    first = frames_of(ROWS, blocks, tone, tmp_path)
    second = frames_of(ROWS, blocks, unheard, tmp_path)
    assert all(first[name].equal(second[name]) for name in first)


def test_renamed_and_moved_recordings_are_known_by_their_sound(tmp_path):
    blocks = Blocks(BlocksConfig())
    frames_of(ROWS, blocks, tone, tmp_path)
    moved = [
        dataclasses.replace(row, id=f"new {row.id}", wav="elsewhere.wav")
        for row in ROWS
    ]
    assert len(frames_of(moved, blocks, unheard, tmp_path)) == len(ROWS)


def test_other_values_are_kept_apart(tmp_path):
    one = frames_of(ROWS, Blocks(BlocksConfig(1.0)), tone, tmp_path)
    two = frames_of(ROWS, Blocks(BlocksConfig(2.0)), tone, tmp_path)
    assert two[ROWS[0].id].equal(2 * one[ROWS[0].id])


def test_only_what_is_missing_is_extracted(tmp_path):
    blocks = Blocks(BlocksConfig())
    frames_of(ROWS[:5], blocks, tone, tmp_path)
    heard = []

    def listen(wav, rate):
        heard.append(wav)
        return tone(wav, rate)

    frames_of(ROWS, blocks, listen, tmp_path)
    assert heard == [row.wav for row in ROWS[5:]]


def test_broken_shard_is_done_again(tmp_path):
    blocks = Blocks(BlocksConfig())
    whole = frames_of(ROWS, blocks, tone, tmp_path)
    (shard,) = (tmp_path / blocks.key).glob("*.safetensors")
    shard.write_bytes(shard.read_bytes()[:100])
    again = frames_of(ROWS, blocks, tone, tmp_path)
    assert all(whole[name].equal(again[name]) for name in whole)


def test_value_that_is_not_finite_names_the_recording(tmp_path):
    blocks = Blocks(BlocksConfig(float("inf")))
    with pytest.raises(ValueError, match="not finite for a_deu_s0_anger_0"):
        frames_of(ROWS, blocks, tone, tmp_path)
