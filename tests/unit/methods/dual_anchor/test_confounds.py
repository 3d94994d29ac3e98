"""Confounds of communities and their warnings."""

import pytest

from speechbrain_clser.methods.dual_anchor.confounds import (
    ATTRIBUTES,
    community_confounds,
    warnings,
)

GOOD = {
    **{f"nmi_{key}": 0.1 for key in ATTRIBUTES},
    **{"n_languages": 2, "n_found": 2, "n_communities": 2},
    "is_fallback": False,
}


def speakers(**columns):
    """Return speakers with these columns."""
    n = len(next(iter(columns.values())))
    unknown = dict.fromkeys(ATTRIBUTES, [""] * n)
    columns = unknown | columns
    return [{key: columns[key][i] for key in ATTRIBUTES} for i in range(n)]


@pytest.mark.parametrize("key", ATTRIBUTES)
def test_confounded_communities_have_nmi_one(key):
    found = community_confounds([0, 0, 1, 1], speakers(**{key: [*"aabb"]}))
    assert found[f"nmi_{key}"] == pytest.approx(1)
    (text,) = warnings({**GOOD, **found})
    assert ATTRIBUTES[key] in text and "NMI 1.00" in text


def test_independent_communities_have_nmi_zero():
    found = community_confounds([0, 1, 0, 1], speakers(language=[*"aabb"]))
    assert found["nmi_language"] == pytest.approx(0)


def test_purity_is_the_fraction_of_the_majority_of_each_community():
    found = community_confounds([0, 0, 0, 1, 1], speakers(gender=[*"ffmmm"]))
    assert found["purity_gender"] == pytest.approx(4 / 5)
    assert found["purity_language"] is None


def test_speakers_of_unknown_gender_are_ignored():
    found = community_confounds(
        [0, 1, 0, 1], speakers(gender=["f", "m", "", ""])
    )
    assert found["nmi_gender"] == pytest.approx(1)


def test_constant_attribute_has_no_nmi():
    found = community_confounds([0, 1], speakers(language=["deu", "deu"]))
    assert set(found.values()) == {None}
    assert warnings({**GOOD, **found}) == []


def test_good_communities_have_no_warning():
    assert warnings(GOOD) == []


def test_fallback_has_a_warning():
    (text,) = warnings({**GOOD, "is_fallback": True, "n_communities": 1})
    assert "(2 were found): all speakers form one community" in text


def test_single_language_has_a_warning():
    (text,) = warnings({**GOOD, "n_languages": 1})
    assert "have one language: no community is cross-lingual" in text


def test_single_kept_community_has_a_warning():
    (text,) = warnings({**GOOD, "n_communities": 1})
    assert "Only one of the 2 communities" in text
