import dataclasses

import pytest
from helpers import trees

from speechbrain_clser.data.corpus import recordings


def test_recordings_are_sorted_by_name_at_any_depth(tmp_path):
    trees.touch(tmp_path, ["z/a.wav", "b.wav", "x/y/C.wav"])
    assert [path.name for path in recordings(tmp_path)] == [
        "a.wav",
        "b.wav",
        "C.wav",
    ]


@pytest.mark.parametrize("name", ["a.WAV", "a.Wav", "a.flac", "a.MP3", "a.ogg"])
def test_audio_suffix_is_case_insensitive(tmp_path, name):
    trees.touch(tmp_path, [name])
    assert recordings(tmp_path) == [tmp_path / name]


@pytest.mark.parametrize(
    "name", ["._a.wav", ".wav", ".DS_Store", "a.txt", "a.wav.md5", "wav/a"]
)
def test_other_files_are_not_listed(tmp_path, name):
    trees.touch(tmp_path, [name])
    assert recordings(tmp_path) == []


def test_broken_link_is_listed(tmp_path):
    (tmp_path / "a.wav").symlink_to(tmp_path / "nowhere")
    assert recordings(tmp_path) == [tmp_path / "a.wav"]


def test_card_is_immutable():
    from speechbrain_clser.corpora.emodb import CARD

    with pytest.raises(dataclasses.FrozenInstanceError, match="n_speakers"):
        CARD.n_speakers = 11
