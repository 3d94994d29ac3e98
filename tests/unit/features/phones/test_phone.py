"""Tests for ``Phone``."""

import dataclasses

import pytest

from speechbrain_clser.features.phones.phone import Phone


def test_phone_has_named_fields_and_full_confidence():
    phone = Phone("a", 0.1, 0.2)
    assert dataclasses.astuple(phone) == ("a", 0.1, 0.2, 1.0, "")


def test_phone_is_immutable():
    with pytest.raises(dataclasses.FrozenInstanceError, match="ipa"):
        Phone("a", 0.1, 0.2).ipa = "b"
