"""Communities that are languages, sexes or corpora are called so."""

import pytest

from speechbrain_clser.evaluation.styles import (
    KNOWN,
    community_confounds,
    warnings,
)

GOOD = {
    **{f"nmi_{key}": 0.1 for key in KNOWN},
    **{"n_languages": 2, "n_found": 2, "n_communities": 2},
    "is_fallback": False,
}


def speakers(**columns):
    """Speakers of whom these columns are known."""
    n = len(next(iter(columns.values())))
    unknown = dict.fromkeys(KNOWN, [""] * n)
    columns = unknown | columns
    return [{key: columns[key][i] for key in KNOWN} for i in range(n)]


@pytest.mark.parametrize("key", KNOWN)
def test_communities_of_something_else_share_all_information(key):
    found = community_confounds([0, 0, 1, 1], speakers(**{key: [*"aabb"]}))
    assert found[f"nmi_{key}"] == pytest.approx(1)
    (text,) = warnings({**GOOD, **found})
    assert KNOWN[key] in text and "NMI 1.00" in text


def test_independent_communities_share_no_information():
    found = community_confounds([0, 1, 0, 1], speakers(language=[*"aabb"]))
    assert found["nmi_language"] == pytest.approx(0)


def test_speakers_of_unknown_gender_are_left_out():
    found = community_confounds(
        [0, 1, 0, 1], speakers(gender=["f", "m", "", ""])
    )
    assert found["nmi_gender"] == pytest.approx(1)


def test_what_is_alike_for_all_shares_nothing():
    found = community_confounds([0, 1], speakers(language=["deu", "deu"]))
    assert set(found.values()) == {None}
    assert warnings({**GOOD, **found}) == []


def test_good_communities_need_no_warning():
    assert warnings(GOOD) == []


def test_fallback_is_said():
    (text,) = warnings({**GOOD, "is_fallback": True, "n_communities": 1})
    assert "(2 were found): all speakers are one" in text


def test_single_language_is_said():
    (text,) = warnings({**GOOD, "n_languages": 1})
    assert "speak one language: no community spans two" in text


def test_single_survivor_is_said():
    (text,) = warnings({**GOOD, "n_communities": 1})
    assert "Only one of the 2 communities" in text
