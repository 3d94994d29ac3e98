import pytest
import torch
from helpers.rows import rows_of

from speechbrain_clser.features import normalisation
from speechbrain_clser.features.normalisation import (
    Moments,
    Normaliser,
    count_missing,
    level_layers,
)

NAN = float("nan")


def test_utterances_without_any_value_in_a_column_are_counted():
    frames = [
        torch.tensor([[1.0, NAN, 0.0], [1.0, NAN, NAN]]),
        torch.tensor([[1.0, NAN, NAN]]),
        torch.ones(1, 3),
    ]
    assert count_missing(frames, ["a", "b", "c"]) == {
        "n_utterances": 3,
        "n_lacking": 2,
        "columns": {"b": 2, "c": 1},
    }


def test_columns_without_missing_values_are_not_listed():
    found = count_missing([torch.ones(2, 2)], ["a", "b"])
    assert found == {"n_utterances": 1, "n_lacking": 0, "columns": {}}


ROWS = rows_of("a", "deu", 2) + rows_of("a", "tur", 2) + rows_of("b", "ita", 2)


def frames_of(rows):
    generator = torch.Generator().manual_seed(1)
    return {
        row.id: 3 * torch.randn(5 + n % 4, 2, generator=generator) + n
        for n, row in enumerate(rows)
    }


def moments_of(frames, rows):
    values = torch.cat([frames[row.id] for row in rows])
    return values.mean(0), values.std(0, correction=0)


def near(value, expected):
    torch.testing.assert_close(value, expected, atol=1e-5, rtol=0)


@pytest.mark.parametrize(
    ("by", "key"),
    [
        ("none", lambda row: ""),
        ("corpus", lambda row: (row.corpus, row.language)),
        ("speaker", lambda row: row.speaker),
    ],
)
def test_every_group_has_zero_mean_and_unit_variance(by, key, monkeypatch):
    monkeypatch.setattr(normalisation, "PRIOR_UTTERANCES", 0)
    frames = frames_of(ROWS)
    normalised = Normaliser(frames, ROWS, by)(frames, ROWS)
    for group in {key(row) for row in ROWS}:
        rows = [row for row in ROWS if key(row) == group]
        mean, deviation = moments_of(normalised, rows)
        near(mean, torch.zeros(2))
        near(deviation, torch.ones(2))


def test_speaker_statistics_are_shrunk_towards_corpus():
    ann, bob = rows_of("a", "deu", n_speakers=2, n_each=1)[::4]
    frames = {ann.id: torch.zeros(2, 1), bob.id: torch.full((2, 1), 4.0)}
    normaliser = Normaliser(frames, [ann, bob], "speaker")
    # Ann's 2 frames of 0 are combined with 50 utterances of 2 frames, half of them 4.
    mean, deviation = normaliser.statistics[ann.speaker]
    assert mean.item() == pytest.approx(200 / 102)
    assert deviation.item() == pytest.approx(
        (800 / 102 - (200 / 102) ** 2) ** 0.5
    )


def test_speaker_with_many_frames_outweighs_corpus():
    rows = rows_of("a", "deu", n_speakers=2, n_each=50)
    frames = {row.id: torch.randn(3, 1) for row in rows}
    for row in rows[:200]:
        frames[row.id] += 10
    mean, _ = Normaliser(frames, rows, "speaker").statistics[rows[0].speaker]
    assert mean.item() == pytest.approx((200 * 10 + 50 * 5) / 250, abs=0.1)


def test_normaliser_applies_to_unseen_rows():
    frames = frames_of(ROWS)
    normaliser = Normaliser(frames, ROWS[:4], "none")
    assert len(normaliser(frames, ROWS)) == len(ROWS)


def test_outliers_are_clipped():
    rows = rows_of("a", "deu", n_speakers=1, n_each=1)
    frames = {row.id: torch.randn(99, 1) for row in rows}
    normaliser = Normaliser(frames, rows, "none")
    loud = {row.id: torch.full((1, 1), 1e6) for row in rows}
    assert normaliser(loud, rows)[rows[0].id].item() == 6.0


def test_constant_column_becomes_zero():
    moments = Moments()
    moments.add(torch.full((4, 1), 7.0))
    assert moments.statistics() == (torch.tensor([7.0]), torch.tensor([1.0]))


def test_order_of_rows_does_not_matter():
    frames = frames_of(ROWS)
    one = Normaliser(frames, ROWS, "speaker")(frames, ROWS)
    two = Normaliser(frames, ROWS[::-1], "speaker")(frames, ROWS)
    for name in one:
        near(one[name], two[name])


def test_unknown_mode_raises():
    with pytest.raises(ValueError, match="normalise_by must be one of none"):
        Normaliser({}, [], "gender")


def test_undefined_values_are_ignored_and_replaced_by_mean():
    ann, bob = rows_of("a", "deu", n_speakers=2, n_each=1)[::4]
    frames = {
        ann.id: torch.tensor([[1.0, 5.0, NAN], [NAN, 7.0, NAN]]),
        bob.id: torch.tensor([[3.0, NAN, NAN]]),
    }
    normalised = Normaliser(frames, [ann, bob], "none")(frames, [ann, bob])
    assert normalised[ann.id].tolist() == [[-1, -1, 0], [0, 1, 0]]
    assert normalised[bob.id].tolist() == [[1, 0, 0]]


def test_column_undefined_in_group_is_zero():
    ann, bob = rows_of("a", "deu", 1, n_each=1)[0], rows_of("b", "ita", 1)[0]
    frames = {ann.id: torch.tensor([[NAN]]), bob.id: torch.tensor([[4.0]])}
    normaliser = Normaliser(frames, [ann, bob], "corpus")
    others = {ann.id: torch.tensor([[9.0]]), bob.id: torch.tensor([[5.0]])}
    normalised = normaliser(others, [ann, bob])
    assert normalised[ann.id].item() == 0
    assert normalised[bob.id].item() == 1


def test_speaker_without_values_uses_corpus_statistics():
    ann, bob = rows_of("a", "deu", n_speakers=2, n_each=1)[::4]
    frames = {
        ann.id: torch.tensor([[NAN], [NAN]]),
        bob.id: torch.tensor([[2.0], [4.0]]),
    }
    mean, deviation = Normaliser(frames, [ann, bob], "speaker").statistics[
        ann.speaker
    ]
    assert (mean.item(), deviation.item()) == (3, 1)


def test_levelled_layers_have_mean_0_and_variance_1_each():
    frames = torch.randn(2, 5, 12) * 7 + 3
    layers = level_layers(frames, 3).unflatten(-1, (3, 4))
    assert layers.mean(dim=-1).abs().max() < 1e-5
    torch.testing.assert_close(
        layers.var(dim=-1, correction=0), torch.ones(2, 5, 3)
    )
