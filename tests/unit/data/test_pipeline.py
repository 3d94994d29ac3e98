import dataclasses

import pytest
import torch
from helpers.rows import rows_of

from speechbrain_clser.data.pipeline import (
    UNKNOWN,
    Codes,
    dataset,
    select_input,
)
from speechbrain_clser.tasks import Classes

ROWS = rows_of("a", "deu", n_speakers=2, n_each=1)
SCHEME = Classes(["anger", "happiness", "neutral", "sadness"])
FRAMES = {row.id: torch.full((3, 2), float(n)) for n, row in enumerate(ROWS)}


def test_emotion_codes_follow_scheme_order():
    items = dataset(ROWS, {"frames": [FRAMES]}, Codes(SCHEME, ROWS))
    assert [item["emotion"] for item in items] == [0, 1, 2, 3] * 2
    assert [item["speaker"] for item in items] == [0] * 4 + [1] * 4
    assert items[5]["frames"].equal(FRAMES[ROWS[5].id])


def test_unseen_speakers_are_unknown():
    unseen = rows_of("b", "ita", n_speakers=1)[0]
    codes = Codes(SCHEME, ROWS)(unseen)
    assert codes == {
        "emotion": 0,
        "domain": 0,
        "speaker": UNKNOWN,
        "language": UNKNOWN,
        "corpus": UNKNOWN,
        "gender": 0,  # of the utterance
    }


@pytest.mark.parametrize(
    ("gender", "code"), [("female", 0), ("male", 1), ("", UNKNOWN)]
)
def test_genders_have_fixed_codes(gender, code):
    row = dataclasses.replace(ROWS[0], gender=gender)
    assert Codes(SCHEME, [row])(row)["gender"] == code


def test_hidden_emotions_are_unknown():
    hidden = {row.id for row in ROWS[:4]}
    items = dataset(ROWS, {"frames": [FRAMES]}, Codes(SCHEME, ROWS), hidden)
    emotions = [item["emotion"] for item in items]
    assert emotions == [UNKNOWN] * 4 + [0, 1, 2, 3]


def test_domain_depends_on_split_only():
    items = dataset(
        ROWS,
        {"frames": [FRAMES]},
        Codes(SCHEME, ROWS, {ROWS[1].id, ROWS[6].id}),
        hidden={ROWS[0].id, ROWS[1].id},
    )
    assert [item["domain"] for item in items] == [0, 1, 0, 0, 0, 0, 1, 0]


def test_speaker_languages_maps_speaker_to_language():
    rows = [*rows_of("b", "ita", n_speakers=1), *ROWS]
    codes = Codes(SCHEME, rows)
    assert codes.known["speaker"] == ["a_deu_s0", "a_deu_s1", "b_ita_s0"]
    assert codes.speaker_languages == [0, 0, 1]


def test_extras_and_samples_are_looked_up_by_id():
    samples = {row.id: torch.arange(n + 1.0) for n, row in enumerate(ROWS)}
    items = dataset(ROWS, {"wavs": [samples]}, extras={"style": FRAMES})
    assert set(items[2]) == {"id", "wavs", "style"}
    assert items[2]["wavs"].equal(torch.tensor([0.0, 1.0, 2.0]))
    assert items[2]["style"].equal(FRAMES[ROWS[2].id])


def test_omitted_inputs_are_not_computed():
    class Unread(dict):
        def __missing__(self, utterance):
            raise AssertionError(f"{utterance} was opened")

    sound = {"frames": [FRAMES], "wavs": [Unread()]}
    items = dataset(ROWS, sound, Codes(SCHEME, ROWS))
    stored = select_input(items, "frames")[0]
    assert set(stored) == {*("id", "frames", "emotion", "domain")} | {
        *("speaker", "language", "corpus", "gender")
    }
    with pytest.raises(AssertionError, match="was opened"):
        select_input(items, "wavs")[0]
    with pytest.raises(AssertionError, match="was opened"):
        items[0]  # as before


def test_test_rows_hold_only_model_input():
    items = dataset(ROWS, {"frames": [FRAMES]})
    assert set(items[0]) == {"id", "frames"}
    assert set(items.data[ROWS[0].id]) == {"part"}


def test_views_are_sampled_with_seed():
    views = [FRAMES, {name: frames + 100 for name, frames in FRAMES.items()}]
    items = dataset(ROWS, {"frames": views}, Codes(SCHEME, ROWS))

    def drawn(seed):
        items.view_seed.fill_(seed)
        return [item["frames"][0, 0].item() for item in items]

    assert drawn(3) == drawn(3) != drawn(4)
    assert {value >= 100 for value in drawn(3)} == {True, False}
