import numpy as np
import pytest

from speechbrain_clser.adaptation import build
from speechbrain_clser.adaptation.equal_mass import EqualMass
from speechbrain_clser.adaptation.linear import linear_classifier
from speechbrain_clser.adaptation.selection import (
    Candidate,
    Choice,
    adapt_across_halves,
    choose_constants,
)
from speechbrain_clser.errors import AdaptationError
from speechbrain_clser.evaluation.metrics import uar


@pytest.mark.parametrize("adaptation, mean", [(None, 0.375), (EqualMass(), 1)])
def test_mean_of_a_candidate_is_found(adaptation, mean):
    plain = Candidate(None, {"emodb": 0.5, "urdu": 0.25})
    choice = Choice(None, (plain, Candidate(EqualMass(), {"emodb": 1.0})))
    assert choice.mean_of(adaptation) == mean


def sources(corpora=("a", "b", "c"), n=40, dim=4, seed=0):
    rng = np.random.default_rng(seed)
    corpus = np.repeat(corpora, n)
    labels = np.arange(len(corpus)) % 2
    speakers = np.char.add(
        corpus, (np.arange(len(corpus)) // 2 % 5).astype(str)
    )
    vectors = rng.normal(size=(len(corpus), dim)) + labels[:, None]
    return vectors, labels, corpus, speakers


def test_each_corpus_is_held_out_in_turn_and_never_trained_on():
    vectors, labels, corpus, speakers = sources()
    seen = []

    def classifier(train, train_labels, train_corpora, n_classes, others):
        seen.append((sorted(set(train_corpora)), len(train), len(others)))
        return np.eye(2)[np.arange(len(others)) % 2] * 0.6 + 0.2

    choice = choose_constants(
        "equal_mass", vectors, labels, corpus, speakers, 2, classifier
    )
    assert seen == [
        (["b", "c"], 80, 40),
        (["a", "c"], 80, 40),
        (["a", "b"], 80, 40),
    ]
    unadapted, default = choice.candidates
    assert unadapted.uar == {"a": 1.0, "b": 1.0, "c": 1.0}
    assert default.adaptation == choice.adaptation
    assert default.uar == unadapted.uar


def test_speakers_of_a_single_corpus_are_held_out_in_turn():
    vectors, labels, corpus, speakers = sources(("a",), 120)
    choice = choose_constants(
        "equal_mass", vectors, labels, corpus, speakers, 2
    )
    assert list(choice.candidates[0].uar) == [
        f"speakers {k}/4" for k in (1, 2, 3, 4)
    ]


def test_best_constants_are_selected_and_ties_keep_the_default():
    # The vectors contain the emotion and the classifier is random: a larger
    # weight of the vectors is better.
    vectors, labels, corpus, speakers = sources(n=60)
    vectors = vectors + 4 * labels[:, None]
    rng = np.random.default_rng(1)

    def classifier(train, train_labels, train_corpora, n_classes, others):
        p = rng.uniform(0.0001, 0.9999, len(others))
        return np.stack([p, 1 - p], axis=1)

    grid = {"n_components": (1,), "exponent": (1e-6, 1.0)}
    given = ("em_gaussians", vectors, labels, corpus, speakers, 2, classifier)
    choice = choose_constants(*given, grid=grid)
    # The default has 32 components, more than the vectors.
    assert len(choice.candidates) == 3
    assert choice.adaptation.exponent == 1.0
    tied = {"fractions": ((0.5,), (0.3, 0.45, 0.6))}
    separable = choose_constants(
        *("self_training", vectors * 100, labels, corpus, speakers, 2),
        grid=tied,
    )
    assert separable.candidates[1].mean == separable.candidates[2].mean == 1
    assert separable.adaptation.fractions == (0.3, 0.45, 0.6)


def test_no_adaptation_is_selected_only_if_allowed():
    # All predictions are correct, and three of four are of class 0: equal
    # shares change the least confident of them.
    vectors, _, corpus, speakers = sources()
    labels = (np.arange(len(corpus)) % 4 == 3).astype(int)

    def classifier(train, train_labels, train_corpora, n_classes, others):
        right = np.linspace(0.51, 0.9, len(others))[:, None]
        truth = labels[: len(others), None] == [0, 1]
        return np.where(truth, right, 1 - right)

    given = ("equal_mass", vectors, labels, corpus, speakers, 2, classifier)
    free = choose_constants(*given, allow_none=True)
    assert free.candidates[0].mean == 1 > free.candidates[1].mean
    assert free.adaptation is None
    assert choose_constants(*given).adaptation == free.candidates[1].adaptation


def test_halves_of_speakers_are_adapted_by_each_other_only():
    # The first half has balanced posteriors of 0 and 1; those of the second
    # favour class 0, which only factors fitted to it would correct.
    p = np.array(
        [[0.9, 0.1], [0.1, 0.9]] * 10 + [[0.9, 0.1], [0.45, 0.55]] * 10
    )
    speakers = ["a"] * 20 + ["b"] * 20
    adaptation, vectors = build("equal_mass"), np.zeros((40, 1))
    source = adaptation.summarise(vectors, [0, 1] * 20, 2)
    adapted = adapt_across_halves(adaptation, source, vectors, p, speakers)
    np.testing.assert_allclose(adapted[20:], p[20:], atol=1e-6)
    assert (adapted[:20, 1] > p[:20, 1]).all()


def test_inductive_choice_scores_predictions_across_halves():
    vectors, labels, corpus, speakers = sources(n=60)
    given = ("self_training", vectors, labels, corpus, speakers, 2)
    found = choose_constants(*given, grid={}, inductive=True)
    held = corpus == "a"
    train = vectors[~held], labels[~held]
    p = linear_classifier(*train, corpus[~held], 2, vectors[held])
    adaptation = build("self_training")
    source = adaptation.summarise(*train, 2, corpus[~held])
    target = vectors[held], p
    across = adapt_across_halves(adaptation, source, *target, speakers[held])
    truth = labels[held].tolist()
    expected = uar(truth, across.argmax(axis=1).tolist(), [0, 1])
    assert found.candidates[1].uar["a"] == expected


def test_fold_that_cannot_be_adapted_keeps_its_unadapted_score():
    vectors, labels, corpus, speakers = sources()

    def classifier(train, train_labels, train_corpora, n_classes, others):
        return np.tile([0.9, 0.1], (len(others), 1))

    choice = choose_constants(
        "equal_mass", vectors, labels, corpus, speakers, 2, classifier
    )
    assert choice.candidates[1].uar == {"a": 0.5, "b": 0.5, "c": 0.5}


def test_constants_that_fit_no_source_raise():
    vectors, labels, corpus, speakers = sources()
    with pytest.raises(AdaptationError, match="found 4 dimensions"):
        choose_constants(
            *("em_gaussians", vectors, labels, corpus, speakers, 2),
            grid={"n_components": (16,)},
        )


def test_no_folds_raise():
    vectors, labels, corpus, _ = sources(("a",), 60)
    with pytest.raises(AdaptationError, match="1 corpora and 1 sp") as error:
        choose_constants("equal_mass", vectors, labels, corpus, ["ann"] * 60, 2)
    assert error.value.reason == "few folds"


def test_table_contains_varied_constants():
    two = build("em_gaussians"), build("em_gaussians", exponent=1.0)
    candidates = [Candidate(None, {"emodb": 0.5, "urdu": 0.4})]
    candidates += [
        Candidate(adaptation, {"emodb": score, "urdu": 0.5})
        for adaptation, score in zip(two, (0.6, 0.7), strict=True)
    ]
    assert Choice(two[1], tuple(candidates)).table().splitlines() == [
        " mean  emodb   urdu  constants",
        " 60.0   70.0   50.0  exponent=1.0 (chosen)",
        " 55.0   60.0   50.0  exponent=0.5",
        " 45.0   50.0   40.0  none",
    ]
