import io
from pathlib import Path

import pytest

from speechbrain_clser.errors import BadAudioError
from speechbrain_clser.inference.contents import as_paths, names_of, renamed


def test_contents_become_temporary_files_and_paths_stay():
    given = [
        "a.wav",
        Path("b.wav"),
        b"one",
        io.BytesIO(b"two"),
        bytearray(b"3"),
    ]
    with as_paths(given) as (paths, names):
        assert paths[:2] == ["a.wav", "b.wav"]
        contents = [Path(path).read_bytes() for path in paths[2:]]
        assert contents == [b"one", b"two", b"3"]
        assert [*names.values()] == ["bytes", "open file", "bytes"]
        assert [*names] == paths[2:]
    assert not any(Path(path).exists() for path in paths)


@pytest.mark.parametrize("single", ["a.wav", Path("a.wav"), b"a", io.BytesIO()])
def test_single_recording_is_accepted(single):
    [(file, _)] = names_of(single)
    assert file is single


@pytest.mark.parametrize("given", [[3], [None], [[b"a"]]])
def test_other_objects_are_refused(given):
    with pytest.raises(TypeError, match="open binary file or bytes of a file"):
        names_of(given)


def test_names_replace_paths_in_messages():
    error = BadAudioError("short", "/tmp/x/0: expected 0.1 s; /tmp/x/0")
    found = renamed(error, {"/tmp/x/0": "call.wav"})
    assert str(found) == "call.wav: expected 0.1 s; call.wav"
    assert found.reason == "short"
