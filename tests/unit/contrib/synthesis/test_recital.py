"""Tests for neutral readings."""

import importlib.util

import numpy as np
import pytest

from speechbrain_clser.contrib.synthesis.recital import (
    CODES,
    VARIANTS,
    Line,
    recite,
)
from speechbrain_clser.contrib.synthesis.script import plan
from speechbrain_clser.corpora import names

installed = pytest.mark.skipif(
    importlib.util.find_spec("espeakng_loader") is None,
    reason="espeakng-loader is not installed",
)
TAG = Line("deu", "Guten Tag.")


@installed
def test_reading_starts_and_ends_with_phones():
    samples, phones = recite([TAG])[TAG]
    assert [ipa for ipa, _, _ in phones][-3:] == ["t", "ˈɑː", "k"]
    assert phones[0][1] == 0.0
    assert phones[-1][2] == pytest.approx(len(samples) / 16000, abs=1e-3)
    assert np.abs(samples).max() == pytest.approx(0.9, abs=1e-3)


@installed
def test_duplicate_lines_are_read_once_and_genders_differ():
    woman = Line("deu", "Guten Tag.", "female")
    found = recite([TAG, woman, TAG])
    assert list(found) == [TAG, woman]
    assert len(found[TAG][0]) != len(found[woman][0]) or (
        np.abs(found[TAG][0] - found[woman][0]).max() > 0.1
    )


@installed
@pytest.mark.slow
def test_every_language_code_is_supported():
    # Digits are spoken in every language, independent of its script.
    assert len(recite(Line(language, "7") for language in CODES)) == len(CODES)


def test_reading_voices_are_not_in_demo_corpus():
    readers = {
        Line(take.language, "", g).voice for take in plan() for g in VARIANTS
    }
    assert readers & {take.voice for take in plan()} == set()


def test_unknown_language_raises_with_supported_ones():
    with pytest.raises(ValueError, match="among afr, ben, .* found xxx"):
        recite([Line("xxx", "Guten Tag.")])


def test_empty_input_needs_no_voice():
    assert recite([]) == {}
    assert "demo" in names()
