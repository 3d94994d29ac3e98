import csv
import dataclasses
import json
import os

import numpy as np
import pytest
from helpers import sounds, trees
from speechbrain.dataio.dataset import DynamicItemDataset

from speechbrain_clser import corpora as room
from speechbrain_clser.data import manifest
from speechbrain_clser.data.corpus import Card, Corpus, recordings
from speechbrain_clser.data.manifest import prepare, read, report
from speechbrain_clser.data.utterance import Utterance
from speechbrain_clser.errors import BadAudioError

CARD = Card(
    name="toy",
    title="Toy",
    languages=("eng",),
    n_utterances=4,
    n_speakers=2,
    elicitation="acted",
    licence="free",
    citation="nobody",
    address="https://example.org/toy",
    folders=("toy",),
    example="ann_hi_1.wav",
)
NAMES = ("ann_hi_1", "ann_lo_2", "bob_hi_3", "bob_lo_4")


def utterances(root):
    """Yield files named speaker, label and sentence."""
    for wav in recordings(root):
        parts = wav.stem.split("_")
        if len(parts) == 3:
            speaker, label, sentence = parts
            yield Utterance(
                wav.stem,
                str(wav),
                label,
                speaker,
                "eng",
                sentence=sentence,
            )


TOY = Corpus(CARD, {"hi": "happiness", "lo": "sadness"}, utterances)


@pytest.fixture
def root(tmp_path):
    """Folder with the four recordings of the toy corpus."""
    for name in NAMES:
        sounds.write(tmp_path / "toy" / f"{name}.wav")
    return tmp_path / "toy"


@pytest.fixture
def shelf(tmp_path):
    """Where manifests go."""
    return tmp_path / "manifests"


def count_checks(monkeypatch):
    """A list that grows by a path with every recording that is read."""
    heard = []

    def check(path):
        heard.append(path)
        return 1.0, "0" * 16

    monkeypatch.setattr(manifest, "check", check)
    return heard


def silence(path):
    """Overwrite a recording with silence."""
    return sounds.write(path, np.zeros(800))


# --- what is written


def test_manifest_has_the_columns_of_speechbrain_and_ours(root, shelf):
    path = prepare(TOY, root, shelf)
    assert path == shelf / "toy.csv"
    with path.open(newline="") as file:
        header, first, *_ = csv.reader(file)
    assert header == (
        "ID duration wav corpus language speaker gender sentence session "
        "emotion raw_emotion digest"
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


def test_speechbrain_reads_it(root, shelf):
    path = prepare(TOY, root, shelf)
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


def test_reading_back_gives_all_that_was_told(root, shelf):
    rows = read(prepare(TOY, root, shelf), root)
    assert [row.id for row in rows] == [f"toy_{name}" for name in NAMES]
    told = {row.id: row for row in utterances(root)}
    for row in rows:
        raw = told[row.id.removeprefix("toy_")]
        assert row == dataclasses.replace(
            raw,
            id=f"toy_{raw.id}",
            speaker=f"toy_{raw.speaker}",
            corpus="toy",
            emotion=TOY.emotions[raw.raw_emotion],
            duration_s=0.05,
            digest=row.digest,
        )


def test_corpus_may_move_after_it_was_prepared(root, shelf, tmp_path):
    path = prepare(TOY, root, shelf)
    root.rename(tmp_path / "moved")
    row = read(path, tmp_path / "moved")[0]
    assert row.wav == str(tmp_path / "moved" / "ann_hi_1.wav")


def test_text_with_commas_quotes_and_letters_survives(root, shelf):
    said = 'Ja, "gut" – così, ٹھیک'

    def speaking(root):
        for row in utterances(root):
            yield dataclasses.replace(row, sentence=said)

    corpus = dataclasses.replace(TOY, utterances=speaking)
    assert read(prepare(corpus, root, shelf), root)[0].sentence == said


def test_phones_go_through_a_file_beside(root, shelf):
    phones = (("h", 0.0, 0.01), ("aɪ", 0.01, 0.05))

    def aligned(root):
        for row in utterances(root):
            known = phones if row.speaker == "ann" else ()
            yield dataclasses.replace(row, phones=known)

    path = prepare(dataclasses.replace(TOY, utterances=aligned), root, shelf)
    beside = json.loads((shelf / "toy.phones.json").read_text("utf-8"))
    assert beside["toy_ann_hi_1"] == [["h", 0.0, 0.01], ["aɪ", 0.01, 0.05]]
    rows = {row.speaker: row for row in read(path, root)}
    assert rows["toy_ann"].phones == phones
    assert rows["toy_bob"].phones == ()


def test_phones_that_are_no_longer_known_are_forgotten(root, shelf):
    def aligned(root):
        for row in utterances(root):
            yield dataclasses.replace(row, phones=(("a", 0.0, 0.05),))

    prepare(dataclasses.replace(TOY, utterances=aligned), root, shelf)
    assert read(prepare(TOY, root, shelf), root)[0].phones == ()


def test_report_counts(root, shelf):
    told = report(prepare(TOY, root, shelf))
    assert (told["n_utterances"], told["n_speakers"]) == (4, 2)
    assert told["emotions"] == {"happiness": 2, "sadness": 2}
    assert told["speakers"] == {"toy_ann": 2, "toy_bob": 2}
    assert told["card"] == {
        "n_utterances": 4,
        "n_speakers": 2,
        "agrees": True,
        "sentence": "",
    }
    assert (told["left_out"], told["left_out_by_reason"]) == ([], {})
    assert told["strays"] == {"n": 0, "examples": []}
    assert told["same_recordings"] == []


def test_report_lists_recordings_that_are_the_same(root, shelf):
    copy = (root / "ann_hi_1.wav").read_bytes()
    (root / "bob_hi_3.wav").write_bytes(copy)
    told = report(prepare(TOY, root, shelf))
    assert told["same_recordings"] == [["toy_ann_hi_1", "toy_bob_hi_3"]]


def test_foreign_recordings_are_counted_and_warned_of(root, shelf, caplog):
    sounds.write(root / "songs" / "hum.wav")
    told = report(prepare(TOY, root, shelf))
    assert told["strays"] == {"n": 1, "examples": ["songs/hum.wav"]}
    assert "1 recordings in its folder are none of its own" in caplog.text


def test_nothing_half_written_stays(root, shelf):
    prepare(TOY, root, shelf)
    assert sorted(path.name for path in shelf.iterdir()) == [
        "toy.csv",
        "toy.json",
    ]


# --- when it is written again


def test_second_call_reads_no_recording(root, shelf, monkeypatch):
    path = prepare(TOY, root, shelf)
    heard = count_checks(monkeypatch)
    assert prepare(TOY, root, shelf) == path
    assert heard == []


def touch(root):
    """Give a recording another time."""
    os.utime(root / "ann_hi_1.wav", ns=(1, 1))


def rename(root):
    """Give a recording another name."""
    (root / "ann_hi_1.wav").rename(root / "ann_lo_1.wav")


def rewrite(root):
    """Give a recording other contents of another length."""
    sounds.write(root / "ann_hi_1.wav", sounds.noise(7, 900))


@pytest.mark.parametrize("change", [touch, rename, rewrite])
def test_any_change_of_a_file_is_seen(root, shelf, monkeypatch, change):
    prepare(TOY, root, shelf)
    change(root)
    heard = count_checks(monkeypatch)
    prepare(TOY, root, shelf)
    assert len(heard) == 4


def test_change_of_a_label_is_seen(root, shelf):
    prepare(TOY, root, shelf)
    corpus = dataclasses.replace(TOY, emotions={"hi": "calm", "lo": "sadness"})
    assert read(prepare(corpus, root, shelf), root)[0].emotion == "calm"


def test_change_of_the_code_is_seen(root, shelf, monkeypatch):
    prepare(TOY, root, shelf)
    monkeypatch.setattr(manifest, "VERSION", manifest.VERSION + 1)
    heard = count_checks(monkeypatch)
    prepare(TOY, root, shelf)
    assert len(heard) == 4


@pytest.mark.parametrize("name", ["toy.csv", "toy.json"])
def test_lost_file_is_written_again(root, shelf, name):
    prepare(TOY, root, shelf)
    (shelf / name).unlink()
    prepare(TOY, root, shelf)
    assert (shelf / name).exists()


def test_manifest_without_bad_files_is_not_taken_for_a_whole_one(root, shelf):
    silence(root / "ann_hi_1.wav")
    prepare(TOY, root, shelf, allow_bad_files=True)
    with pytest.raises(BadAudioError, match="1 silent"):
        prepare(TOY, root, shelf)


# --- what is refused


def test_folder_that_is_not_there_is_refused(tmp_path, shelf):
    with pytest.raises(FileNotFoundError, match="toy: expected its folder at"):
        prepare(TOY, tmp_path / "nowhere", shelf)


def test_empty_folder_is_refused(tmp_path, shelf):
    (tmp_path / "toy").mkdir()
    expected = "found none; is the archive unpacked.*https://example.org/toy"
    with pytest.raises(ValueError, match=expected):
        prepare(TOY, tmp_path / "toy", shelf)


def test_folder_of_another_corpus_is_refused(tmp_path, shelf):
    root = trees.make(tmp_path / "EMO-DB", "emodb")
    expected = (
        r"toy: expected names such as ann_hi_1.wav .*found 28 recordings, none "
        r"of that form, such as 03a01Aa.wav, .*the folder of another corpus\?"
    )
    with pytest.raises(ValueError, match=expected):
        prepare(TOY, root, shelf)


@pytest.mark.parametrize("allow_bad_files", [False, True])
def test_unknown_label_is_refused_whatever_is_allowed(
    root, shelf, allow_bad_files
):
    sounds.write(root / "ann_mid_5.wav")
    expected = (
        "toy: expected a label among hi, lo, found 'mid' for ann_mid_5 "
        ".*ann_mid_5.wav"
    )
    with pytest.raises(ValueError, match=expected):
        prepare(TOY, root, shelf, allow_bad_files)


@pytest.mark.parametrize("allow_bad_files", [False, True])
def test_corpus_that_lies_there_twice_is_refused(root, shelf, allow_bad_files):
    sounds.write(root / "copy" / "ann_hi_1.wav")
    expected = "found toy_ann_hi_1 as .* and as .*does the corpus lie in"
    with pytest.raises(ValueError, match=expected):
        prepare(TOY, root, shelf, allow_bad_files)


def test_partial_download_is_refused_with_both_counts(root, shelf):
    (root / "bob_hi_3.wav").unlink()
    expected = (
        "toy: expected 4 utterances of 2 speakers as published, found 3 of 2; "
        "is the download whole.*--allow_bad_files True"
    )
    with pytest.raises(ValueError, match=expected):
        prepare(TOY, root, shelf)


def test_missing_speaker_is_refused_with_both_counts(root, shelf):
    for name in ("bob_hi_3", "bob_lo_4"):
        (root / f"{name}.wav").rename(root / f"ann{name[3:]}.wav")
    with pytest.raises(ValueError, match="4 utterances of 2 .*found 4 of 1"):
        prepare(TOY, root, shelf)


def test_more_than_was_published_is_refused_too(root, shelf):
    sounds.write(root / "cec_hi_5.wav")
    with pytest.raises(ValueError, match="4 utterances of 2 .*found 5 of 3"):
        prepare(TOY, root, shelf)


def test_partial_download_may_be_taken_as_it_is(root, shelf, caplog):
    (root / "bob_hi_3.wav").unlink()
    path = prepare(TOY, root, shelf, allow_bad_files=True)
    assert len(read(path, root)) == 3
    assert report(path)["card"]["agrees"] is False
    assert "found 3 of 2" in report(path)["card"]["sentence"]
    assert "found 3 of 2" in caplog.text


def test_card_that_promises_nothing_is_not_held_to_it(root, shelf):
    card = dataclasses.replace(CARD, n_utterances=None, n_speakers=None)
    corpus = dataclasses.replace(TOY, card=card)
    assert report(prepare(corpus, root, shelf))["card"]["agrees"] is True


# --- bad files


@pytest.fixture
def damaged(root):
    """The toy corpus with one silent and one truncated recording."""
    silence(root / "ann_hi_1.wav")
    path = root / "bob_lo_4.wav"
    path.write_bytes(path.read_bytes()[:-100])
    return root


def test_bad_files_are_listed_and_counted_in_one_error(damaged, shelf):
    with pytest.raises(
        BadAudioError, match=r"4 recordings .*found 2 that cannot"
    ) as caught:
        prepare(TOY, damaged, shelf)
    lines = str(caught.value).splitlines()
    assert "(1 silent, 1 truncated):" in lines[0]
    assert "silent: " in lines[1] and "ann_hi_1.wav" in lines[1]
    assert "truncated: " in lines[2] and "bob_lo_4.wav" in lines[2]
    assert lines[3].endswith("leave them out with --allow_bad_files True")
    assert caught.value.reason == "silent, truncated"
    assert not shelf.exists()


def test_bad_files_are_left_out_only_when_asked(damaged, shelf, caplog):
    path = prepare(TOY, damaged, shelf, allow_bad_files=True)
    ids = [row.id for row in read(path, damaged)]
    assert ids == ["toy_ann_lo_2", "toy_bob_hi_3"]
    told = report(path)
    assert told["left_out_by_reason"] == {"silent": 1, "truncated": 1}
    first = told["left_out"][0]
    assert (first["id"], first["file"]) == ("toy_ann_hi_1", "ann_hi_1.wav")
    assert first["reason"] == "silent"
    assert "found a peak of 0.0e+00" in first["message"]
    assert "left out 1 silent, 1 truncated; see" in caplog.text


def test_what_is_left_out_is_told_at_every_call(damaged, shelf, caplog):
    prepare(TOY, damaged, shelf, allow_bad_files=True)
    caplog.clear()
    prepare(TOY, damaged, shelf, allow_bad_files=True)
    assert "left out 1 silent, 1 truncated; see" in caplog.text


def test_ten_bad_files_are_listed_and_the_rest_counted(tmp_path, shelf):
    for number in range(13):
        silence(tmp_path / "toy" / f"ann_hi_{number:02}.wav")
    card = dataclasses.replace(CARD, n_utterances=13, n_speakers=1)
    corpus = dataclasses.replace(TOY, card=card)
    with pytest.raises(BadAudioError, match="and 3 more") as caught:
        prepare(corpus, tmp_path / "toy", shelf)
    assert str(caught.value).count("  silent: ") == 10


def test_corpus_of_bad_files_only_is_refused_even_so(root, shelf):
    for name in NAMES:
        silence(root / f"{name}.wav")
    with pytest.raises(BadAudioError, match="No recording is left to go on"):
        prepare(TOY, root, shelf, allow_bad_files=True)


def test_file_that_vanishes_is_missing(root, shelf):
    (root / "ann_hi_1.wav").unlink()
    (root / "ann_hi_1.wav").symlink_to(root / "nowhere.wav")
    path = prepare(TOY, root, shelf, allow_bad_files=True)
    assert report(path)["left_out_by_reason"] == {"missing": 1}


# --- reading


def test_manifest_that_was_never_written_is_not_read(tmp_path):
    with pytest.raises(FileNotFoundError, match="toy.csv"):
        read(tmp_path / "toy.csv", tmp_path)


def test_manifest_without_a_column_is_refused(tmp_path):
    (tmp_path / "toy.csv").write_text("ID,duration,wav\n")
    with pytest.raises(ValueError, match="found no corpus, digest, emotion"):
        read(tmp_path / "toy.csv", tmp_path)


@pytest.mark.corpora
def test_stereo_files_of_ravdess_are_told_as_long_as_they_are(
    tmp_path, corpora
):
    corpus = room.load("ravdess")
    root = room.locate(corpus.card, corpora)
    rows = read(prepare(corpus, root, tmp_path), root)
    assert 2.5 < min(row.duration_s for row in rows)
    assert max(row.duration_s for row in rows) < 5.5
