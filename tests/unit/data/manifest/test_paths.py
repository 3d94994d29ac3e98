"""Names of files."""

from pathlib import Path

from speechbrain_clser.data.manifest.paths import phones_of, report_of, within


def test_files_of_a_manifest_lie_beside_it():
    path = Path("manifests", "my.corpus.csv")
    assert report_of(path) == Path("manifests", "my.corpus.json")
    assert phones_of(path) == Path("manifests", "my.corpus.phones.json")


def test_recording_is_named_from_its_folder_on_and_whole_elsewhere():
    root = Path("/corpus")
    assert within(root, root / "a" / "b.wav") == "a/b.wav"
    assert within(root, "/corpus2/b.wav") == "/corpus2/b.wav"
