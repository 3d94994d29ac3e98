import pytest
import torch
from helpers.rows import rows_of

from speechbrain_clser.features.normalisation import Normaliser, moments

ROWS = rows_of("a", "deu", 2) + rows_of("a", "tur", 2) + rows_of("b", "ita", 2)


def frames_of(rows):
    generator = torch.Generator().manual_seed(1)
    return {
        row.id: 3 * torch.randn(5 + n % 4, 2, generator=generator) + n
        for n, row in enumerate(rows)
    }


def whole(frames, rows):
    return torch.cat([frames[row.id] for row in rows])


@pytest.mark.parametrize(
    ("by", "key"),
    [
        ("corpus", lambda row: (row.corpus, row.language)),
        ("speaker", lambda row: row.speaker),
    ],
)
def test_every_group_has_zero_mean_and_unit_variance(by, key):
    frames = frames_of(ROWS)
    normalised = Normaliser(frames, ROWS, by, ROWS[:1])(frames, ROWS)
    for group in {key(row) for row in ROWS}:
        values = whole(normalised, [r for r in ROWS if key(r) == group])
        torch.testing.assert_close(
            values.mean(0), torch.zeros(2), atol=1e-5, rtol=0
        )
        torch.testing.assert_close(
            values.std(0, correction=0), torch.ones(2), atol=1e-5, rtol=0
        )


def test_without_groups_only_the_reference_is_looked_at():
    frames = frames_of(ROWS)
    reference = ROWS[:8]
    before = Normaliser(frames, ROWS, "none", reference)
    changed = dict(frames)
    changed[ROWS[-1].id] = frames[ROWS[-1].id] + 1000
    after = Normaliser(changed, ROWS, "none", reference)
    for old, new in zip(
        before.statistics["train"], after.statistics["train"], strict=False
    ):
        assert old.equal(new)
    values = whole(before(frames, reference), reference)
    torch.testing.assert_close(
        values.mean(0), torch.zeros(2), atol=1e-5, rtol=0
    )


def test_constant_column_becomes_zero():
    mean, deviation = moments([torch.full((4, 1), 7.0)])
    assert (mean, deviation) == (torch.tensor([7.0]), torch.tensor([1.0]))


def test_order_of_rows_does_not_matter():
    frames = frames_of(ROWS)
    one = Normaliser(frames, ROWS, "speaker", ROWS)(frames, ROWS)
    two = Normaliser(frames, ROWS[::-1], "speaker", ROWS)(frames, ROWS)
    for name in one:
        torch.testing.assert_close(one[name], two[name])


def test_unknown_mode_is_refused():
    with pytest.raises(ValueError, match="normalise_by must be one of none"):
        Normaliser({}, [], "gender", [])
