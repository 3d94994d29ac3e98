"""Tests for ``Phone``."""

import dataclasses

import pytest

from speechbrain_clser.features.phones.phone import Phone, phones_of


def test_silence_and_noise_are_dropped():
    names = ["sil", "SIL", "sp", "spn", "", "<eps>", "SIL_S"]
    assert phones_of([(name, 0.0, 1.0) for name in names]) == ()


def test_non_phone_symbol_is_dropped():
    assert phones_of([("??", 0.0, 1.0)]) == ()


def test_raw_symbol_is_kept():
    assert phones_of([("ˈaː_I", 0.0, 0.5, 0.25)]) == (
        Phone("a", 0.0, 0.5, 0.25, raw="ˈaː"),
    )


def test_phones_are_ordered_by_time():
    found = phones_of([("b", 0.5, 1.0), ("a", 0.0, 0.5)])
    assert [phone.ipa for phone in found] == ["a", "b"]


def test_phone_without_duration_is_dropped():
    assert phones_of([("a", 0.5, 0.5)]) == ()


@pytest.mark.parametrize(
    "start_s, end_s",
    [(0.5, 0.4), (-0.1, 0.4), (0.0, float("inf")), (float("nan"), 0.4)],
)
def test_invalid_times_raise(start_s, end_s):
    with pytest.raises(ValueError, match="found 'a' from .* s to .* s"):
        phones_of([("a", start_s, end_s)])


def test_unknown_notation_raises():
    with pytest.raises(ValueError, match="ipa or arpabet, got 'sampa'"):
        phones_of([], "sampa")


def test_phone_has_named_fields_and_full_confidence():
    phone = Phone("a", 0.1, 0.2)
    assert dataclasses.astuple(phone) == ("a", 0.1, 0.2, 1.0, "")


def test_phone_is_immutable():
    with pytest.raises(dataclasses.FrozenInstanceError, match="ipa"):
        Phone("a", 0.1, 0.2).ipa = "b"
