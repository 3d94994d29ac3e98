"""ARPAbet in the shared inventory."""

import pytest

from speechbrain_clser.features.phones.arpabet import IPA, arpabet_to_ipa
from speechbrain_clser.features.phones.ipa import to_ipa


def test_stress_is_ignored_but_for_the_schwa():
    assert arpabet_to_ipa("EY0") == arpabet_to_ipa("EY2") == "eɪ"
    assert (arpabet_to_ipa("AH0"), arpabet_to_ipa("AH2")) == ("ə", "ʌ")


def test_all_phones_are_in_the_shared_inventory_already():
    assert {to_ipa(ipa) for ipa in IPA.values()} == set(IPA.values())


def test_ipa_in_its_place_is_refused():
    with pytest.raises(ValueError, match='say notation="ipa"'):
        arpabet_to_ipa("ŋ")
