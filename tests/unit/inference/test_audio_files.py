import os

import pytest

from speechbrain_clser.inference.audio_files import list_audio_files


def make(folder, *names):
    """Touch files, folders made as needed."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def below(folder, *paths):
    """List audio files relative to the folder."""
    found = list_audio_files([str(path) for path in paths or [folder]])
    return [os.path.relpath(path, folder) for path in found]


def test_folders_are_listed_in_sorted_order(tmp_path):
    make(tmp_path, "b/2.wav", "b/1.OGG", "a/3.mp3", "c.flac", "c.txt")
    assert below(tmp_path) == ["c.flac", "a/3.mp3", "b/1.OGG", "b/2.wav"]


def test_unsupported_formats_are_listed(tmp_path):
    make(tmp_path, "browser.webm", "phone.m4a", "voice.amr", "voice.oga")
    assert below(tmp_path) == [
        *("browser.webm", "phone.m4a", "voice.amr", "voice.oga")
    ]


@pytest.mark.parametrize(
    "content", [b"RIFF\0\0\0\0WAVEfmt ", b"OggS\0\2", b"\0\0\0\x1cftypisom"]
)
def test_audio_of_any_suffix_is_found_by_content(tmp_path, content):
    (tmp_path / "call.dat").write_bytes(content + bytes(20))
    assert below(tmp_path) == ["call.dat"]


def test_other_files_are_reported_as_skipped(tmp_path, caplog):
    names = [f"{letter}.txt" for letter in "abcdefg"]
    make(tmp_path, "a.wav", *names, ".hidden", "image/x.png")
    skipped = []
    found = list_audio_files([str(tmp_path)], skipped=skipped)
    assert list(found) == [str(tmp_path / "a.wav")]
    names.append("image/x.png")
    assert skipped == [str(tmp_path / name) for name in names]
    output = "skipped 8 files that are not audio: a.txt, b.txt, c.txt, d.txt, "
    assert f"{tmp_path}: {output}e.txt, ..." in caplog.text


def test_skipped_files_of_a_listed_folder_are_reported(tmp_path):
    make(tmp_path, "a.wav", "b.txt")
    skipped = []
    list(list_audio_files(["-"], [f"{tmp_path}\n"], skipped))
    assert skipped == [str(tmp_path / "b.txt")]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="has no named pipes")
def test_pipe_is_not_opened(tmp_path):
    make(tmp_path, "a.wav")
    os.mkfifo(tmp_path / "pipe")
    assert below(tmp_path) == ["a.wav"]


def test_hidden_files_and_folders_are_ignored(tmp_path):
    make(tmp_path, "._a.wav", ".trash/b.wav", "c.wav")
    assert below(tmp_path) == ["c.wav"]


def test_explicit_file_is_listed_with_any_suffix(tmp_path):
    make(tmp_path, "call.dat")
    assert below(tmp_path, tmp_path / "call.dat", tmp_path / "x") == [
        "call.dat",
        "x",
    ]


def test_links_are_followed_without_loops(tmp_path):
    make(tmp_path, "a/1.wav", "else/2.wav")
    (tmp_path / "a" / "up").symlink_to(tmp_path / "a")
    (tmp_path / "a" / "else").symlink_to(tmp_path / "else")
    assert below(tmp_path, tmp_path / "a") == ["a/1.wav", "a/else/2.wav"]


def test_unreadable_folder_is_listed(tmp_path, monkeypatch):
    make(tmp_path, "a.wav", "closed/b.wav")
    scan = os.scandir

    def refuse(path):
        if os.fspath(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", os.fspath(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert below(tmp_path) == ["a.wav", "closed"]


def test_folder_without_recordings_logs_a_warning(tmp_path, caplog):
    make(tmp_path, "a.txt")
    assert below(tmp_path) == []
    assert "expected recordings in this folder (.aac" in caplog.text


def test_list_is_read_lazily(tmp_path):
    make(tmp_path, "folder/a.wav")

    def lines():
        yield "b c.wav\r\n"
        yield "\n"
        yield f"{tmp_path / 'folder'}\n"
        pytest.fail("read on before it was asked")

    found = list_audio_files(["-"], lines())
    assert next(found) == "b c.wav"
    assert next(found) == str(tmp_path / "folder" / "a.wav")


def test_list_containing_dash_terminates():
    assert list(list_audio_files(["-"], ["-\n", "a.wav\n"])) == ["a.wav"]
