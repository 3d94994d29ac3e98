import importlib.util
import io
import sys
from pathlib import Path

import pytest
import soundfile
from helpers import sounds

from speechbrain_clser import corpora
from speechbrain_clser.corpora import cameo
from speechbrain_clser.data import manifest

needs_datasets = pytest.mark.skipif(
    importlib.util.find_spec("datasets") is None,
    reason="datasets is not installed: pip install -e '.[cameo]'",
)
ROW = {
    **{"file_id": "a 1.flac", "emotion": "happiness", "transcription": "Ja."},
    **{"speaker_id": "S1", "gender": "Female", "age": "30"},
    **{"dataset": "PAVOQUE", "language": "German", "license": "CC"},
}


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """Use a cache of the test."""
    monkeypatch.setenv("CLSER_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def flac(seed):
    """Return the content of a recording."""
    file = io.BytesIO()
    soundfile.write(file, sounds.noise(seed), 16000, format="FLAC")
    return file.getvalue()


def make(folder, form):
    """Write two utterances of PAVOQUE as the library or the hub does."""
    import datasets

    rows = [
        {"audio": {"bytes": flac(0), "path": None}, **ROW},
        {
            **{"audio": {"bytes": flac(1), "path": None}, **ROW},
            **{"file_id": "b", "emotion": "poker", "gender": None},
        },
    ]
    found = datasets.Dataset.from_list(rows)
    found = found.cast_column("audio", datasets.Audio(decode=False))
    if form == "disk":
        datasets.DatasetDict({"pavoque": found}).save_to_disk(str(folder))
    else:
        (folder / "data").mkdir(parents=True)
        name = "pavoque-00000-of-00001.parquet"
        found.to_parquet(str(folder / "data" / name))
    return folder


@needs_datasets
@pytest.mark.parametrize("form", ["disk", "parquet"])
def test_recordings_and_columns_are_read(tmp_path, form, cache):
    corpus = corpora.load("cameo_pavoque")
    root = make(tmp_path / "CAMEO", form)
    path = manifest.prepare(corpus, root, tmp_path / "manifests")
    first, second = manifest.read(path, root)
    assert (first.id, first.speaker) == (
        "cameo_pavoque_a_1",
        "cameo_pavoque_S1",
    )
    assert (first.language, first.gender, first.sentence) == (
        *("deu", "female", "Ja."),
    )
    assert (first.emotion, second.emotion, second.gender) == (
        *("happiness", "poker", ""),
    )
    assert Path(first.wav).read_bytes() == flac(0)
    assert Path(first.wav).is_relative_to(cache / "cameo")
    assert Path(second.wav).name == "b.wav"  # FLAC is found by its content


@needs_datasets
def test_recordings_are_written_once_unless_one_is_missing(
    tmp_path, monkeypatch
):
    root = make(tmp_path / "CAMEO", "disk")
    first, _ = corpora.load("cameo_pavoque").utterances(root)
    with monkeypatch.context() as only:
        only.setattr(cameo, "_rows", None)
        again, _ = corpora.load("cameo_pavoque").utterances(root)
    assert again == first
    Path(first.wav).unlink()
    list(corpora.load("cameo_pavoque").utterances(root))
    assert Path(first.wav).is_file()


def test_card_is_that_of_the_reader_without_counts():
    card = corpora.load("cameo_crema_d").card
    assert (card.name, card.languages) == ("cameo_crema_d", ("eng",))
    assert card.n_utterances is card.n_speakers is None
    assert card.licence.startswith("Open Database License 1.0; as part of")
    readers = [p for p in cameo.PARTS.values() if isinstance(p, str)]
    assert {*readers} <= {*corpora.names()}


def test_missing_part_library_and_files_are_named(tmp_path, monkeypatch):
    with pytest.raises(
        ValueError, match="cameo:emodb: expected a corpus of CAM"
    ):
        corpora.load("cameo_emodb")
    read = corpora.load("cameo_nemo").utterances
    with pytest.raises(
        FileNotFoundError, match="nemo/state.json.*found neither"
    ):
        list(read(tmp_path))
    (tmp_path / "nemo-0.parquet").touch()
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(
        ImportError, match="cameo:nemo needs the library datasets"
    ):
        list(read(tmp_path))
