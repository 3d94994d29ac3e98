"""The contract."""

import dataclasses

import pytest

from speechbrain_clser.features.phones.phone import Phone


def test_phone_unpacks_by_name_and_trusts_what_is_known():
    phone = Phone("a", 0.1, 0.2)
    assert dataclasses.astuple(phone) == ("a", 0.1, 0.2, 1.0, "")


def test_phone_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError, match="ipa"):
        Phone("a", 0.1, 0.2).ipa = "b"
