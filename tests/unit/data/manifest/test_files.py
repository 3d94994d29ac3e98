"""Tests for writing and reading manifest files."""

import csv
import dataclasses
import json
import os
from pathlib import Path

import pytest
from helpers.four import FOUR, NAMES, utterances
from speechbrain.dataio.dataset import DynamicItemDataset

from speechbrain_clser import corpora as room
from speechbrain_clser.data.manifest import prepare, read
from speechbrain_clser.data.manifest.files import phones_of, report_of, within


def test_report_and_phones_paths_are_next_to_manifest():
    path = Path("manifests", "my.corpus.csv")
    assert report_of(path) == Path("manifests", "my.corpus.json")
    assert phones_of(path) == Path("manifests", "my.corpus.phones.json")


def test_within_returns_relative_path_or_unchanged_path():
    root = Path("/corpus")
    assert within(root, root / "a" / "b.wav") == "a/b.wav"
    assert within(root, "/corpus2/b.wav") == "/corpus2/b.wav"


def test_manifest_has_all_columns(root, shelf):
    path = prepare(FOUR, root, shelf)
    assert path == shelf / "toy.csv"
    with path.open(newline="") as file:
        header, first, *_ = csv.reader(file)
    assert header == (
        "ID duration wav corpus language speaker gender sentence session "
        "emotion raw_emotion digest contour"
    ).split(" ")
    assert first[:11] == [
        "toy_ann_hi_1",
        "0.05000",
        "$data_root/ann_hi_1.wav",
        "toy",
        "eng",
        "toy_ann",
        "",
        "1",
        "",
        "happiness",
        "hi",
    ]
    assert len(first[11]) == 16


def test_speechbrain_reads_manifest(root, shelf):
    path = prepare(FOUR, root, shelf)
    dataset = DynamicItemDataset.from_csv(
        str(path), replacements={"data_root": str(root)}
    )
    dataset.add_dynamic_item(os.path.getsize, takes="wav", provides="n_bytes")
    dataset.set_output_keys(["id", "duration", "wav", "emotion", "n_bytes"])
    assert len(dataset) == 4
    assert dataset[0] == {
        "id": "toy_ann_hi_1",
        "duration": 0.05,
        "wav": str(root / "ann_hi_1.wav"),
        "emotion": "happiness",
        "n_bytes": 44 + 2 * 800,
    }


def test_read_returns_written_rows(root, shelf):
    rows = read(prepare(FOUR, root, shelf), root)
    assert [row.id for row in rows] == [f"toy_{name}" for name in NAMES]
    output = {row.id: row for row in utterances(root)}
    for row in rows:
        raw = output[row.id.removeprefix("toy_")]
        assert row == dataclasses.replace(
            raw,
            id=f"toy_{raw.id}",
            speaker=f"toy_{raw.speaker}",
            corpus="toy",
            emotion=FOUR.emotions[raw.raw_emotion],
            duration_s=0.05,
            digest=row.digest,
        )


def test_manifest_remains_valid_after_corpus_moved(root, shelf, tmp_path):
    path = prepare(FOUR, root, shelf)
    root.rename(tmp_path / "moved")
    row = read(path, tmp_path / "moved")[0]
    assert row.wav == str(tmp_path / "moved" / "ann_hi_1.wav")


def test_text_with_commas_quotes_and_unicode_is_preserved(root, shelf):
    said = 'Ja, "gut" – così, ٹھیک'

    def speaking(root):
        for row in utterances(root):
            yield dataclasses.replace(row, sentence=said)

    corpus = dataclasses.replace(FOUR, utterances=speaking)
    assert read(prepare(corpus, root, shelf), root)[0].sentence == said


def test_ratings_and_votes_are_preserved_and_change_the_fingerprint(
    root, shelf
):
    rated = {"arousal": 0.5, "votes": (("sad", 2.0), ("other", 0.5))}

    def listed(root):
        for row in utterances(root):
            yield dataclasses.replace(row, **(rated if "bob" in row.id else {}))

    path = prepare(dataclasses.replace(FOUR, utterances=listed), root, shelf)
    ann, *_, bob = read(path, root)
    assert (ann.arousal, ann.votes) == (None, ())
    assert {name: getattr(bob, name) for name in rated} == rated
    header = path.read_text().splitlines()[0]
    assert header.endswith("contour,arousal,votes")
    prepare(FOUR, root, shelf)
    assert path.read_text().splitlines()[0].endswith("contour")


def test_phones_are_stored_in_separate_file(root, shelf):
    phones = (("h", 0.0, 0.01), ("aɪ", 0.01, 0.05))

    def aligned(root):
        for row in utterances(root):
            known = phones if row.speaker == "ann" else ()
            yield dataclasses.replace(row, phones=known)

    path = prepare(dataclasses.replace(FOUR, utterances=aligned), root, shelf)
    beside = json.loads((shelf / "toy.phones.json").read_text("utf-8"))
    assert beside["toy_ann_hi_1"] == [["h", 0.0, 0.01], ["aɪ", 0.01, 0.05]]
    rows = {row.speaker: row for row in read(path, root)}
    assert rows["toy_ann"].phones == phones
    assert rows["toy_bob"].phones == ()


def test_phones_file_is_removed_without_phones(root, shelf):
    def aligned(root):
        for row in utterances(root):
            yield dataclasses.replace(row, phones=(("a", 0.0, 0.05),))

    prepare(dataclasses.replace(FOUR, utterances=aligned), root, shelf)
    assert read(prepare(FOUR, root, shelf), root)[0].phones == ()


def test_interrupted_write_leaves_no_partial_file(root, shelf):
    prepare(FOUR, root, shelf)
    assert sorted(path.name for path in shelf.iterdir()) == [
        "toy.csv",
        "toy.json",
    ]


def test_missing_manifest_raises(tmp_path):
    with pytest.raises(FileNotFoundError, match="toy.csv"):
        read(tmp_path / "toy.csv", tmp_path)


def test_missing_column_raises(tmp_path):
    (tmp_path / "toy.csv").write_text("ID,duration,wav\n")
    with pytest.raises(ValueError, match="found no contour, corpus, digest"):
        read(tmp_path / "toy.csv", tmp_path)


@pytest.mark.corpora
def test_duration_of_stereo_files_is_correct(tmp_path, corpora):
    corpus = room.load("ravdess")
    root = room.locate(corpus.card, corpora)
    rows = read(prepare(corpus, root, tmp_path), root)
    assert 2.5 < min(row.duration_s for row in rows)
    assert max(row.duration_s for row in rows) < 5.5
