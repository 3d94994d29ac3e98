"""Side information: what a method reads of an utterance besides its features."""

import dataclasses

import pytest
import torch
from helpers import tiny
from helpers.rows import rows_of

from speechbrain_clser.features.loading import Features
from speechbrain_clser.training.side_information import (
    OracleEmotion,
    Phones,
    Style,
)

ROWS = [
    dataclasses.replace(row, phones=(("a", 0.0, 0.25), ("t", 0.25, 0.5)))
    for row in rows_of("a", "deu", 1, 1)
]


@pytest.fixture
def features(tmp_path):
    frames = {row.id: torch.randn(50, 3) for row in ROWS}
    return Features(None, {"frames": [frames]}, 50, tmp_path)


def test_phones_have_codes_times_a_vocabulary_and_a_report(features):
    phones = Phones("known")
    codes = phones.fit(ROWS, features)[ROWS[0].id]
    half = 0.25 / ROWS[0].duration_s
    assert phones.vocabulary == ["a", "t"] and phones.metadata == set()
    torch.testing.assert_close(
        codes, torch.tensor([[1, 0, half], [2, half, 2 * half]])
    )
    assert phones.report["source"] == "known"


def test_vowels_alone_have_codes(features):
    phones = Phones("known", vowels_only=True)
    assert len(phones.fit(ROWS, features)[ROWS[0].id]) == 1
    assert phones.vocabulary == ["a"]


def test_units_need_the_frames_of_a_frozen_encoder(features):
    waveforms = dataclasses.replace(features, views={"wavs": [{}]})
    with pytest.raises(ValueError, match="units .* give --adapt frozen"):
        Phones("units").fit(ROWS, waveforms)


@pytest.mark.parametrize("source", ["align", "files"])
def test_alignment_reads_the_text(source):
    assert Phones(source).metadata == {"text"}


def test_phones_of_an_aligner_are_encoded(features, tmp_path):
    path = tmp_path / "phones.ctm"
    path.write_text(f"{ROWS[0].id} 1 0 0.75 AH0\n")
    phones = Phones("files", alignments=str(path), notation="arpabet")
    codes = phones.fit(ROWS, features)
    assert phones.vocabulary == ["ə"]
    assert [len(codes[row.id]) for row in ROWS] == [1, *[0] * (len(ROWS) - 1)]
    (found,) = phones.report["languages"].values()
    assert found["n_without"] == len(ROWS) - 1


def test_key_of_a_style_is_that_of_its_extractor():
    extractor = type("Measured", (), {"key": "abc"})()
    assert Style(extractor).key == "abc" and Phones("known").key is None


def test_oracle_gives_all_labels(features):
    labels = OracleEmotion(tiny.SCHEME).fit(ROWS, features)
    assert [tiny.SCHEME.classes[labels[row.id]] for row in ROWS] == [
        row.emotion for row in ROWS
    ]
