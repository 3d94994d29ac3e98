"""Tests for the checks of counts and recordings."""

import dataclasses

import pytest
from helpers import sounds
from helpers.four import CARD, FOUR, NAMES, silence

from speechbrain_clser.data.manifest import prepare, report
from speechbrain_clser.errors import BadAudioError


def test_partial_download_raises_with_both_counts(root, shelf):
    (root / "bob_hi_3.wav").unlink()
    expected = (
        "toy: expected 4 utterances of 2 speakers as published, found 3 of 2. "
        "Check that the download.*--allow_bad_files True"
    )
    with pytest.raises(ValueError, match=expected):
        prepare(FOUR, root, shelf)


def test_missing_speaker_raises_with_both_counts(root, shelf):
    for name in ("bob_hi_3", "bob_lo_4"):
        (root / f"{name}.wav").rename(root / f"ann{name[3:]}.wav")
    with pytest.raises(ValueError, match="4 utterances of 2 .*found 4 of 1"):
        prepare(FOUR, root, shelf)


def test_more_utterances_than_published_raise(root, shelf):
    sounds.write(root / "cec_hi_5.wav")
    with pytest.raises(ValueError, match="4 utterances of 2 .*found 5 of 3"):
        prepare(FOUR, root, shelf)


def test_card_without_counts_is_not_checked(root, shelf):
    card = dataclasses.replace(CARD, n_utterances=None, n_speakers=None)
    corpus = dataclasses.replace(FOUR, card=card)
    assert report(prepare(corpus, root, shelf))["card"]["agrees"] is True


def test_bad_files_are_listed_and_counted_in_one_error(damaged, shelf):
    with pytest.raises(
        BadAudioError, match=r"4 usable recordings, found 2 unusable"
    ) as caught:
        prepare(FOUR, damaged, shelf)
    lines = str(caught.value).splitlines()
    assert "(1 silent, 1 truncated):" in lines[0]
    assert "silent: " in lines[1] and "ann_hi_1.wav" in lines[1]
    assert "truncated: " in lines[2] and "bob_lo_4.wav" in lines[2]
    assert lines[3].endswith("leave them out with --allow_bad_files True")
    assert caught.value.reason == "silent, truncated"
    assert not shelf.exists()


def test_ten_bad_files_are_listed_and_the_rest_counted(tmp_path, shelf):
    for number in range(13):
        silence(tmp_path / "toy" / f"ann_hi_{number:02}.wav")
    card = dataclasses.replace(CARD, n_utterances=13, n_speakers=1)
    corpus = dataclasses.replace(FOUR, card=card)
    with pytest.raises(BadAudioError, match="and 3 more") as caught:
        prepare(corpus, tmp_path / "toy", shelf)
    assert str(caught.value).count("  silent: ") == 10


def test_corpus_without_usable_files_raises(root, shelf):
    for name in NAMES:
        silence(root / f"{name}.wav")
    with pytest.raises(BadAudioError, match="No usable recording is left"):
        prepare(FOUR, root, shelf, allow_bad_files=True)


def test_deleted_file_is_reported_as_missing(root, shelf):
    (root / "ann_hi_1.wav").unlink()
    (root / "ann_hi_1.wav").symlink_to(root / "nowhere.wav")
    path = prepare(FOUR, root, shelf, allow_bad_files=True)
    assert report(path)["left_out_by_reason"] == {"missing": 1}
