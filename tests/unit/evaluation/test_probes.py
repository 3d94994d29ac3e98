"""Accuracy, chance level and determinism of linear probes."""

import types

import numpy as np
import pytest
from helpers.runs import make_run

from speechbrain_clser.evaluation import run
from speechbrain_clser.evaluation.predictions import Predictions
from speechbrain_clser.evaluation.probes import (
    OMISSIONS,
    candidate_labels,
    probe_accuracy,
    probes,
)


def valid_of(speakers, languages, n_each=10):
    """Return predictions of ``n_each`` utterances by each speaker."""
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


def clusters(column, apart=50.0, seed=0):
    """Return two-dimensional embeddings, a cluster for each value of a column."""
    rng = np.random.default_rng(seed)
    order, place = np.unique(column, return_inverse=True)
    angle = 2 * np.pi * place / len(order)
    centres = apart * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return centres + rng.normal(size=centres.shape)


FOUR = valid_of(["a", "b", "c", "d"], ["deu", "deu", "ita", "ita"])


def test_separated_speakers_are_all_predicted():
    embeddings = clusters(FOUR.speaker)
    assert probe_accuracy(FOUR, embeddings, "speaker") == 1.0
    assert probe_accuracy(FOUR, embeddings, "speaker", "language") == 1.0


def test_language_embedding_predicts_speakers_within_languages_at_chance():
    embeddings = clusters(FOUR.language)
    assert probe_accuracy(FOUR, embeddings, "language") == 1.0
    assert probe_accuracy(FOUR, embeddings, "speaker", "language") < 0.75
    assert 0.25 < probe_accuracy(FOUR, embeddings, "speaker") < 0.75


def test_language_probe_does_not_use_speaker_identity():
    many = valid_of([f"{n:02d}" for n in range(40)], ["deu", "ita"] * 20)
    shuffled = np.random.default_rng(0).permutation(40)
    embeddings = np.eye(40)[np.repeat(shuffled, 10)]
    assert probe_accuracy(many, embeddings, "speaker") == 1.0
    assert probe_accuracy(many, embeddings, "language") == pytest.approx(
        0.5, abs=0.2
    )


def test_language_of_a_single_speaker_is_omitted():
    three = valid_of([*"abcde"], ["deu", "deu", "ita", "ita", "urd"])
    assert (
        probes_of(three, clusters(three.speaker))["questions"][-1]["n_names"]
        == 2
    )
    two = valid_of([*"abc"], ["deu", "deu", "ita"])
    found = probes_of(two, clusters(two.speaker))
    assert [q["asked"] for q in found["questions"]] == ["speaker"] * 2
    assert "cannot separate language and speaker" in found["left_out"][0]


def test_noise_is_predicted_at_chance():
    many = valid_of(["a", "b", "c", "d"], ["deu"] * 4, n_each=200)
    noise = np.random.default_rng(1).normal(size=(len(many), 3))
    assert probe_accuracy(many, noise, "speaker") == pytest.approx(
        0.25, abs=0.06
    )


def test_accuracy_does_not_depend_on_scale_and_offset():
    embeddings = clusters(FOUR.speaker, apart=1.0)
    assert probe_accuracy(FOUR, embeddings, "speaker") == probe_accuracy(
        FOUR, 1000 * embeddings - 7, "speaker"
    )


def test_speaker_of_two_languages_is_a_candidate_in_both():
    bilingual = valid_of(["a", "b", "a"], ["deu", "deu", "ita"], n_each=1)
    allowed = candidate_labels(bilingual, "speaker", "language")
    assert allowed.tolist() == [[True, True], [True, True], [True, False]]


def test_probes_of_a_run_before_and_after_training(tmp_path):
    found = probes(run.read(make_run(tmp_path)).seeds)
    overall, within = found["questions"]
    assert (overall["asked"], overall["given"]) == ("speaker", None)
    assert (within["asked"], within["given"]) == ("speaker", "language")
    assert (overall["n_names"], overall["n_utterances"]) == (4, 48)
    assert overall["chance"] == within["chance"] == 0.25
    assert overall["after"]["mean"] > overall["chance"]
    assert overall["before"]["sd"] >= 0
    assert found["left_out"] == [OMISSIONS["language", None]]
    assert found == probes(run.read(tmp_path).seeds)


def test_missing_embeddings_before_training_give_none(tmp_path):
    make_run(tmp_path)
    path = "seed_2/embeddings/source_valid_before.safetensors"
    (tmp_path / path).unlink()
    found = probes(run.read(tmp_path).seeds)
    assert found["questions"][0]["before"] is None
    assert found["questions"][0]["after"]["mean"] > 0.25
    assert "no saved embeddings from before training" in found["left_out"][-1]


def probes_of(scored, embeddings):
    """Return the probes of a run of one seed with these embeddings."""
    seed = types.SimpleNamespace(
        predictions={"source_valid": scored}, embeddings=lambda part: embeddings
    )
    return probes([seed])


def test_chance_within_languages_depends_on_their_speakers():
    five = valid_of([*"abcde"], ["deu", "deu", "ita", "ita", "ita"])
    found = probes_of(five, clusters(five.speaker))
    overall, within, language = found["questions"]
    assert overall["chance"] == pytest.approx(1 / 5)
    assert within["chance"] == pytest.approx((2 / 2 + 3 / 3) / 5)
    assert language["chance"] == 0.5


def test_speaker_of_a_single_utterance_is_omitted():
    short = FOUR.where(np.r_[0:31])
    found = probes_of(short, clusters(short.speaker))
    overall, within, language = found["questions"]
    assert (overall["n_names"], overall["n_utterances"]) == (3, 30)
    assert (within["n_names"], within["n_utterances"]) == (2, 20)
    assert (language["n_names"], language["n_utterances"]) == (2, 31)


def test_single_speaker_has_no_probes():
    alone = valid_of(["a"], ["deu"])
    found = probes_of(alone, clusters(alone.speaker))
    assert found["questions"] == []
    assert found["left_out"] == [
        OMISSIONS["speaker", None],
        OMISSIONS["speaker", "language"],
        OMISSIONS["language", None],
    ]
