"""Probes: find what lies open, nothing else, and the same each time."""

import types

import numpy as np
import pytest
from helpers.runs import make_run

from speechbrain_clser.evaluation import run
from speechbrain_clser.evaluation.predictions import Predictions
from speechbrain_clser.evaluation.probes import NOBODY, choices, named, probes


def valid_of(speakers, languages, n_each=10):
    """Predictions of so many utterances by each speaker."""
    speaker = np.repeat(speakers, n_each)
    text = np.repeat(languages, n_each)
    index = np.zeros(len(speaker), int)
    return Predictions(
        classes=("anger",),
        id=np.arange(len(speaker)).astype(str),
        corpus=text,
        language=text,
        speaker=speaker,
        gender=text,
        target=index,
        predicted=index,
        probabilities=np.ones((len(speaker), 1)),
    )


def spots(column, apart=50.0, seed=0):
    """Embeddings of two dimensions, a spot for each value of a column."""
    rng = np.random.default_rng(seed)
    order, place = np.unique(column, return_inverse=True)
    angle = 2 * np.pi * place / len(order)
    centres = apart * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return centres + rng.normal(size=centres.shape)


FOUR = valid_of(["a", "b", "c", "d"], ["deu", "deu", "ita", "ita"])


def test_speakers_that_lie_apart_are_all_named():
    embeddings = spots(FOUR.speaker)
    assert named(FOUR, embeddings, "speaker") == 1.0
    assert named(FOUR, embeddings, "speaker", "language") == 1.0


def test_embedding_of_the_language_alone_names_speakers_by_chance_within_it():
    embeddings = spots(FOUR.language)
    assert named(FOUR, embeddings, "language") == 1.0
    assert named(FOUR, embeddings, "speaker", "language") < 0.75
    assert 0.25 < named(FOUR, embeddings, "speaker") < 0.75


def test_language_is_not_known_by_its_people():
    people = valid_of([f"{n:02d}" for n in range(40)], ["deu", "ita"] * 20)
    shuffled = np.random.default_rng(0).permutation(40)
    embeddings = np.eye(40)[np.repeat(shuffled, 10)]
    assert named(people, embeddings, "speaker") == 1.0
    assert named(people, embeddings, "language") == pytest.approx(0.5, abs=0.2)


def test_language_of_a_single_speaker_is_left_out():
    three = valid_of([*"abcde"], ["deu", "deu", "ita", "ita", "urd"])
    assert only(three, spots(three.speaker))["questions"][-1]["n_names"] == 2
    two = valid_of([*"abc"], ["deu", "deu", "ita"])
    found = only(two, spots(two.speaker))
    assert [q["asked"] for q in found["questions"]] == ["speaker"] * 2
    assert "tell the language from the person" in found["left_out"][0]


def test_noise_names_nobody():
    many = valid_of(["a", "b", "c", "d"], ["deu"] * 4, n_each=200)
    noise = np.random.default_rng(1).normal(size=(len(many), 3))
    assert named(many, noise, "speaker") == pytest.approx(0.25, abs=0.06)


def test_scale_and_place_of_the_embedding_do_not_matter():
    embeddings = spots(FOUR.speaker, apart=1.0)
    assert named(FOUR, embeddings, "speaker") == named(
        FOUR, 1000 * embeddings - 7, "speaker"
    )


def test_speaker_of_two_languages_may_be_named_in_both():
    bilingual = valid_of(["a", "b", "a"], ["deu", "deu", "ita"], n_each=1)
    allowed = choices(bilingual, "speaker", "language")
    assert allowed.tolist() == [[True, True], [True, True], [True, False]]


def test_run_is_asked_before_and_after(tmp_path):
    found = probes(run.read(make_run(tmp_path)).seeds)
    whole, known = found["questions"]
    assert (whole["asked"], whole["given"]) == ("speaker", None)
    assert (known["asked"], known["given"]) == ("speaker", "language")
    assert (whole["n_names"], whole["n_utterances"]) == (4, 48)
    assert whole["chance"] == known["chance"] == 0.25
    assert whole["after"]["mean"] > whole["chance"]
    assert whole["before"]["sd"] >= 0
    assert found["left_out"] == [NOBODY["language", None]]
    assert found == probes(run.read(tmp_path).seeds)


def test_run_without_embeddings_from_before_is_asked_after_only(tmp_path):
    make_run(tmp_path)
    path = "seed_2/embeddings/source_valid_before.safetensors"
    (tmp_path / path).unlink()
    found = probes(run.read(tmp_path).seeds)
    assert found["questions"][0]["before"] is None
    assert found["questions"][0]["after"]["mean"] > 0.25
    assert "kept from before training" in found["left_out"][-1]


def only(scored, embeddings):
    """Probes of a run of one seed that has these embeddings before and after."""
    seed = types.SimpleNamespace(
        predictions={"source_valid": scored}, embeddings=lambda part: embeddings
    )
    return probes([seed])


def test_chance_within_languages_is_that_of_their_speakers():
    five = valid_of([*"abcde"], ["deu", "deu", "ita", "ita", "ita"])
    found = only(five, spots(five.speaker))
    whole, known, language = found["questions"]
    assert whole["chance"] == pytest.approx(1 / 5)
    assert known["chance"] == pytest.approx((2 / 2 + 3 / 3) / 5)
    assert language["chance"] == 0.5


def test_speaker_of_a_single_utterance_is_left_out():
    short = FOUR.where(np.r_[0:31])
    found = only(short, spots(short.speaker))
    whole, known, language = found["questions"]
    assert (whole["n_names"], whole["n_utterances"]) == (3, 30)
    assert (known["n_names"], known["n_utterances"]) == (2, 20)
    assert (language["n_names"], language["n_utterances"]) == (2, 31)


def test_nobody_to_tell_apart_is_said():
    alone = valid_of(["a"], ["deu"])
    found = only(alone, spots(alone.speaker))
    assert found["questions"] == []
    assert found["left_out"] == [
        "There are no two speakers to tell apart.",
        "There are no two speakers of the same language to tell apart.",
        NOBODY["language", None],
    ]
