"""Pseudo-phones."""

import numpy as np
import pytest
from helpers.rows import rows_of

from speechbrain_clser.features.phones.units import Units

ROWS = [*rows_of("x", "deu", 2, 1), *rows_of("x", "tur", 2, 1)]
CENTRES = np.array([[0.0, 0.0], [9.0, 0.0], [0.0, 9.0]])


def sounds(rows, n_frames=40):
    """Frames around the three centres."""
    found = {}
    for n, row in enumerate(rows):
        random = np.random.default_rng(n)
        kind = random.integers(3, size=n_frames)
        found[row.id] = CENTRES[kind] + 0.1 * random.normal(size=(n_frames, 2))
    return found


def ordered(centres):
    """Sorted centres."""
    return np.array(sorted(centres.round(1).tolist()))


def test_existing_clusters_are_found():
    units = Units.fit(ROWS, sounds(ROWS), n_units=3)
    assert ordered(units.centres) == pytest.approx(ordered(CENTRES), abs=0.1)


def test_fit_is_independent_of_utterance_order():
    frames = sounds(ROWS)
    one = Units.fit(ROWS, frames, n_units=3)
    other = Units.fit(ROWS[::-1], frames, n_units=3)
    assert (one.centres == other.centres).all()


def test_languages_are_balanced():
    many = rows_of("x", "deu", 20, 2)
    few = rows_of("x", "tur", 1, 1, ("anger",))
    even = np.linspace(0, 1, 40)[:, None]
    frames = {row.id: even for row in many}
    frames |= {row.id: 10 + even for row in few}
    units = Units.fit([*many, *few], frames, n_units=4)
    assert (units.centres < 5).sum() == 2


def test_runs_of_a_unit_are_merged():
    frames = CENTRES[[0, 0, 2, 2, 2, 1]]
    phones = Units(CENTRES).phones(frames, frames_per_s=50)
    assert [(p.ipa, p.start_s, p.end_s) for p in phones] == [
        ("unit_0", 0.0, 0.04),
        ("unit_2", 0.04, 0.1),
        ("unit_1", 0.1, 0.12),
    ]


def test_confidence_falls_to_0_between_two_centres():
    units = Units(CENTRES)
    assert units.phones(CENTRES[:1], 50)[0].confidence == pytest.approx(1.0)
    (between,) = units.phones(np.array([[4.5, -1.0]]), 50)
    assert between.confidence == pytest.approx(0.0)


def test_phones_all_labels_every_utterance():
    found = Units(CENTRES).phones_all(ROWS, sounds(ROWS), 50)
    assert list(found) == [row.id for row in ROWS]
    assert all(phones[-1].end_s == 0.8 for phones in found.values())


def test_utterance_without_frames_has_no_phones():
    assert Units(CENTRES).phones(np.zeros((0, 2)), 50) == ()


def test_single_unit_raises():
    with pytest.raises(ValueError, match="at least 2 units, got 1"):
        Units(CENTRES[:1])


@pytest.mark.parametrize("rows", [ROWS, []])
def test_fewer_frames_than_units_raise(rows):
    with pytest.raises(ValueError, match="at least 64 frames for 64 units"):
        Units.fit(rows, sounds(rows, n_frames=1))
