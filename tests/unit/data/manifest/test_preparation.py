"""Tests for manifest preparation."""

import dataclasses
import os

import pytest
from helpers import four, sounds
from helpers.four import FOUR, silence

from speechbrain_clser.data.manifest import (
    checks,
    preparation,
    prepare,
    read,
    report,
)
from speechbrain_clser.data.manifest.preparation import fingerprint_of
from speechbrain_clser.data.manifest.rows import rows_of
from speechbrain_clser.errors import BadAudioError


def count_checks(monkeypatch):
    """List of the paths of all recordings read."""
    training_rows = []

    def check(path):
        training_rows.append(path)
        return 1.0, "0" * 16, "", ()

    monkeypatch.setattr(checks, "check", check)
    return training_rows


def test_second_call_reads_no_recording(root, shelf, monkeypatch):
    path = prepare(FOUR, root, shelf)
    training_rows = count_checks(monkeypatch)
    assert prepare(FOUR, root, shelf) == path
    assert training_rows == []


def touch(root):
    """Change the modification time of a recording."""
    os.utime(root / "ann_hi_1.wav", ns=(1, 1))


def rename(root):
    """Rename a recording."""
    (root / "ann_hi_1.wav").rename(root / "ann_lo_1.wav")


def rewrite(root):
    """Replace a recording by one of another length."""
    sounds.write(root / "ann_hi_1.wav", sounds.noise(7, 900))


@pytest.mark.parametrize("change", [touch, rename, rewrite])
def test_file_change_triggers_preparation(root, shelf, monkeypatch, change):
    prepare(FOUR, root, shelf)
    change(root)
    training_rows = count_checks(monkeypatch)
    prepare(FOUR, root, shelf)
    assert len(training_rows) == 4


def test_label_change_triggers_preparation(root, shelf):
    prepare(FOUR, root, shelf)
    corpus = dataclasses.replace(FOUR, emotions={"hi": "calm", "lo": "sadness"})
    assert read(prepare(corpus, root, shelf), root)[0].emotion == "calm"


def test_code_change_triggers_preparation(root, shelf, monkeypatch):
    prepare(FOUR, root, shelf)
    monkeypatch.setattr(preparation, "VERSION", preparation.VERSION + 1)
    training_rows = count_checks(monkeypatch)
    prepare(FOUR, root, shelf)
    assert len(training_rows) == 4


@pytest.mark.parametrize("name", ["toy.csv", "toy.json"])
def test_missing_file_is_written_again(root, shelf, name):
    prepare(FOUR, root, shelf)
    (shelf / name).unlink()
    prepare(FOUR, root, shelf)
    assert (shelf / name).exists()


@pytest.mark.parametrize("name", ["toy.csv", "toy.json", "toy.phones.json"])
@pytest.mark.parametrize("share", [0, 0.5, 0.99])
def test_damaged_file_is_logged_and_written_again(
    root, shelf, name, share, caplog
):
    corpus = dataclasses.replace(FOUR, utterances=with_phones)
    path = prepare(corpus, root, shelf)
    rows, damaged = read(path, root), shelf / name
    whole = damaged.read_bytes()
    damaged.write_bytes(whole[: int(share * len(whole))])
    prepare(corpus, root, shelf)
    assert damaged.read_bytes() == whole and read(path, root) == rows
    assert f"{shelf / 'toy.'}" in caplog.text and "damaged" in caplog.text


def with_phones(root):
    """The corpus with one phone per recording."""
    for row in FOUR.utterances(root):
        yield dataclasses.replace(row, phones=(("a", 0.0, 0.1),))


def test_manifest_without_bad_files_is_not_reused_as_complete(root, shelf):
    silence(root / "ann_hi_1.wav")
    prepare(FOUR, root, shelf, allow_bad_files=True)
    with pytest.raises(BadAudioError, match="1 silent"):
        prepare(FOUR, root, shelf)


def test_partial_download_is_accepted_with_allow_bad_files(root, shelf, caplog):
    (root / "bob_hi_3.wav").unlink()
    path = prepare(FOUR, root, shelf, allow_bad_files=True)
    assert len(read(path, root)) == 3
    assert report(path)["card"]["agrees"] is False
    assert "found 3 of 2" in report(path)["card"]["sentence"]
    assert "found 3 of 2" in caplog.text


def test_bad_files_are_skipped_only_with_allow_bad_files(
    damaged, shelf, caplog
):
    path = prepare(FOUR, damaged, shelf, allow_bad_files=True)
    ids = [row.id for row in read(path, damaged)]
    assert ids == ["toy_ann_lo_2", "toy_bob_hi_3"]
    output = report(path)
    assert output["left_out_by_reason"] == {"silent": 1, "truncated": 1}
    first = output["left_out"][0]
    assert (first["id"], first["file"]) == ("toy_ann_hi_1", "ann_hi_1.wav")
    assert first["reason"] == "silent"
    assert "found a peak of 0.0e+00" in first["message"]
    assert "left out 1 silent, 1 truncated; see" in caplog.text


def digest_of(root, corpus=four.FOUR, unlisted=()):
    """Fingerprint of a corpus in a folder."""
    rows, notes = rows_of(corpus, root)
    return fingerprint_of(corpus, rows, list(unlisted), root, notes)


def test_fingerprint_is_independent_of_folder(root):
    before = digest_of(root)
    moved = root.rename(root.with_name("moved"))
    assert digest_of(moved) == before
    assert len(before) == 16


def test_fingerprint_depends_on_time_label_card_and_unlisted_file(root):
    card = dataclasses.replace(four.CARD, licence="another")
    emotions = {"hi": "calm", "lo": "sadness"}
    seen = {
        digest_of(root),
        digest_of(root, dataclasses.replace(four.FOUR, card=card)),
        digest_of(root, dataclasses.replace(four.FOUR, emotions=emotions)),
        digest_of(root, unlisted=[root / "hum.wav"]),
    }
    os.utime(root / "ann_hi_1.wav", ns=(1, 1))
    seen.add(digest_of(root))
    assert len(seen) == 5


def test_fingerprint_of_missing_file_is_defined(root):
    rows, notes = rows_of(four.FOUR, root)
    before = fingerprint_of(four.FOUR, rows, [], root, notes)
    (root / "ann_hi_1.wav").unlink()
    assert fingerprint_of(four.FOUR, rows, [], root, notes) != before
