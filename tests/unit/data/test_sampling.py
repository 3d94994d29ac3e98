import collections

import pytest
from helpers.protocols import changed
from helpers.rows import rows_of

from speechbrain_clser.data.protocol import Protocol
from speechbrain_clser.data.sampling import (
    group,
    rng_for,
    share,
    shots,
    stratified,
)

PROTOCOL = Protocol.of("x", ("a",), ("b",))
# Twelve of anger, eight of happiness, four of sadness.
ROWS = [
    row
    for n_each, emotion in ((3, "anger"), (2, "happiness"), (1, "sadness"))
    for row in rows_of("b", "ita", n_each=n_each, emotions=(emotion,))
]


def emotions(rows):
    return dict(collections.Counter(row.emotion for row in rows))


@pytest.mark.parametrize(
    "size, expected",
    [
        (24, {"anger": 12, "happiness": 8, "sadness": 4}),
        (6, {"anger": 3, "happiness": 2, "sadness": 1}),
        (7, {"anger": 4, "happiness": 2, "sadness": 1}),
        (1, {"anger": 1}),
        (0, {}),
    ],
)
def test_classes_keep_their_proportions(size, expected):
    rng = rng_for(PROTOCOL, "test")
    assert emotions(stratified(ROWS, size, PROTOCOL.scheme, rng)) == expected


def test_random_numbers_depend_on_purpose_trial_and_seed():
    other = changed(PROTOCOL, split_seed=1)
    numbers = {
        rng_for(protocol, purpose, trial).random()
        for protocol in (PROTOCOL, other)
        for purpose in ("shots", "share")
        for trial in (0, 1, 2)
    }
    assert len(numbers) == 12


def test_first_trial_matches_published_results():
    assert round(rng_for(PROTOCOL, "shots").random(), 6) == 0.365859


def test_shots_are_equal_per_class():
    rows = ROWS + rows_of("b", "ita", emotions=("neutral",))
    protocol = changed(
        PROTOCOL, target_supervision="shots", shots=3, source_shots_per_class=2
    )
    assert set(emotions(shots(rows, "target", protocol)).values()) == {3}
    assert set(emotions(shots(rows, "source", protocol)).values()) == {2}


def test_share_counts_all_target_rows():
    protocol = changed(
        PROTOCOL, target_supervision="shots", target_labelled_fraction=0.25
    )
    drawn = share(ROWS, 48, protocol)
    assert emotions(drawn) == {"anger": 6, "happiness": 4, "sadness": 2}
    with pytest.raises(ValueError, match="expected 25 of 100 .* found 24"):
        share(ROWS, 100, protocol)


def test_share_contains_every_class():
    many = rows_of("a", "deu", n_speakers=30, emotions=("anger", "sadness"))
    rows = many + rows_of("b", "deu", n_speakers=1, emotions=("neutral",))
    for target_labelled_fraction in (
        0.001,
        0.05,
    ):  # fewer than classes, and more
        protocol = changed(
            PROTOCOL,
            target_supervision="shots",
            target_labelled_fraction=target_labelled_fraction,
        )
        drawn = emotions(share(rows, len(rows), protocol))
        assert min(drawn.values()) == 1 and len(drawn) == 3


def test_groups_preserve_row_order():
    groups = group(ROWS, lambda row: row.emotion)
    assert [*groups] == ["anger", "happiness", "sadness"]
    assert groups["anger"] == ROWS[:12]
    assert groups["fear"] == []
