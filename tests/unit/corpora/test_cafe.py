import collections

import pytest
from helpers import trees

from speechbrain_clser.corpora.cafe import EMOTIONS, utterances


@pytest.mark.parametrize(
    "name",
    [
        "Colère/Fort/01-C-2-3.wav",
        "CaFE_48k/ColŠre/Fort/01-C-2-3.wav",
        "01-c-2-3.WAV",
    ],
)
def test_file_name_contains_all_labels(tmp_path, name):
    (row,) = utterances(trees.touch(tmp_path, [name]))
    assert (row.id, row.speaker, row.gender) == ("01-C-2-3", "01", "male")
    assert (row.raw_emotion, row.sentence) == ("C", "3")
    assert (row.language, row.session) == ("fra", "")


def test_even_speakers_are_women(tmp_path):
    (row,) = utterances(trees.touch(tmp_path, ["Neutre/12-N-1-6.wav"]))
    assert (row.gender, EMOTIONS[row.raw_emotion]) == ("female", "neutral")


def test_letters_are_initials_of_french_words():
    assert (EMOTIONS["C"], EMOTIONS["P"]) == ("anger", "fear")


def test_emotions_have_two_intensities_and_neutral_one(tmp_path):
    rows = utterances(trees.touch(tmp_path, trees.WHOLE["cafe"]))
    counts = collections.Counter(row.raw_emotion for row in rows)
    assert counts.pop("N") == 72
    assert set(counts.values()) == {144}


@pytest.mark.parametrize("name", ["01-X-1-1.wav", "01-C-3-1.wav", "01-C-1.wav"])
def test_other_file_names_are_skipped(tmp_path, name):
    assert list(utterances(trees.touch(tmp_path, [name]))) == []
