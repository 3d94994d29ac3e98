import dataclasses
import subprocess

import pytest
from helpers import trees

from speechbrain_clser.data.corpus import recordings, recordings_of_videos


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


def test_recordings_next_to_videos_are_listed(tmp_path):
    trees.touch(tmp_path, ["a/s1.avi", "a/s1.wav", "s2.wav"])
    found = recordings_of_videos("x", tmp_path)
    assert [path.name for path in found] == ["s1.wav", "s2.wav"]


@pytest.mark.parametrize("names", [[], ["README.txt"], ["._s1.mp4"]])
def test_folder_without_videos_is_accepted(tmp_path, names):
    assert recordings_of_videos("x", trees.touch(tmp_path, names)) == []


def test_videos_without_audio_raise_with_count(tmp_path):
    trees.touch(tmp_path, ["s1.MP4", "b/s2.MP4"])
    expected = "x: expected audio files next to .* found 2 videos only"
    with pytest.raises(FileNotFoundError, match=expected):
        recordings_of_videos("x", tmp_path)


def test_command_converts_videos_in_all_folders(tmp_path, monkeypatch):
    root = trees.touch(tmp_path / "it's here", ["subject 1/s1.avi", "s2.avi"])
    trees.write(tmp_path, {"bin/ffmpeg": '#!/bin/sh\ntouch "$7"\n'})
    (tmp_path / "bin" / "ffmpeg").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    with pytest.raises(FileNotFoundError, match="ffmpeg") as error:
        recordings_of_videos("x", root)
    command = str(error.value).partition("\n")[2]
    subprocess.run(command, shell=True, check=True)
    found = recordings_of_videos("x", root)
    assert [path.name for path in found] == ["s1.wav", "s2.wav"]
