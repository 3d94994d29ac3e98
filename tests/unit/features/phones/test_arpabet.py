"""Tests for the ARPAbet conversion."""

import pytest

from speechbrain_clser.features.phones.arpabet import IPA, arpabet_to_ipa
from speechbrain_clser.features.phones.ipa import to_ipa


def test_stress_is_ignored_except_for_schwa():
    assert arpabet_to_ipa("EY0") == arpabet_to_ipa("EY2") == "eɪ"
    assert (arpabet_to_ipa("AH0"), arpabet_to_ipa("AH2")) == ("ə", "ʌ")


def test_all_phones_are_in_the_shared_inventory():
    assert {to_ipa(ipa) for ipa in IPA.values()} == set(IPA.values())


def test_ipa_symbol_raises():
    with pytest.raises(ValueError, match="give --phone_notation ipa"):
        arpabet_to_ipa("ŋ")
