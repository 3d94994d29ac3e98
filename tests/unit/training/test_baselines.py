import dataclasses
import types

import numpy as np
import pytest
import torch
from helpers import tiny
from sklearn.covariance import LedoitWolf
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.neighbors import NearestCentroid
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from speechbrain_clser.data.pipeline import Codes, dataset
from speechbrain_clser.evaluation import predictions
from speechbrain_clser.features.normalisation import Normaliser
from speechbrain_clser.methods.linear import Linear
from speechbrain_clser.tasks import Soft
from speechbrain_clser.training import baselines
from speechbrain_clser.training.baselines import (
    BASELINES,
    predict,
    usable,
    utterance_vectors,
    write_baselines,
)

every = pytest.mark.parametrize("baseline", sorted(BASELINES))


def blobs(n=40, dim=6, n_classes=3, spread=0.5, seed=0):
    """Points about a centre per class; the first three of each labelled."""
    trial = np.random.default_rng(seed)
    truth = np.arange(n * n_classes) % n_classes
    centres = trial.normal(size=(n_classes, dim))
    vectors = centres[truth] + spread * trial.normal(size=(len(truth), dim))
    labels = np.where(np.arange(len(truth)) < 3 * n_classes, truth, -1)
    return vectors, labels, truth


@every
def test_baseline_names_well_parted_classes(baseline):
    vectors, labels, truth = blobs()
    chance = predict(baseline, vectors, labels, vectors, 3)
    assert (chance.argmax(axis=1) == truth).mean() > 0.85


@every
def test_rows_are_probabilities_of_all_classes(baseline):
    vectors, labels, _ = blobs()
    chance = predict(baseline, vectors, labels, vectors[:7] + 50, 5)
    assert chance.shape == (7, 5)
    np.testing.assert_allclose(chance.sum(axis=1), 1, atol=1e-5)


@every
def test_test_rows_do_not_change_each_other(baseline):
    vectors, labels, _ = blobs()
    test = vectors[20:30]
    together = predict(baseline, vectors, labels, test, 3)
    alone = predict(baseline, vectors, labels, test[4:5], 3)
    np.testing.assert_allclose(together[4:5], alone, atol=1e-5)


@every
def test_seed_decides(baseline):
    args = (*blobs()[:2], blobs()[0], 3)
    one, two = (predict(baseline, *args, seed=4) for _ in range(2))
    np.testing.assert_array_equal(one, two)


@every
def test_unit_of_a_column_does_not_matter(baseline):
    vectors, labels, _ = blobs()
    units = np.array([1e3, 1.0, 1.0, 1e-3, 1.0, 1.0])
    one = predict(baseline, vectors, labels, vectors, 3)
    other = predict(baseline, vectors * units, labels, vectors * units, 3)
    np.testing.assert_allclose(one, other, atol=1e-3)


@every
def test_everything_labelled_is_no_trouble(baseline):
    vectors, _, truth = blobs(n=4)
    assert predict(baseline, vectors, truth, vectors, 3).shape == (12, 3)


def test_nearest_prototype_is_that_of_scikit_learn():
    vectors, labels, _ = blobs(spread=2.0)
    known = labels >= 0
    scaled = StandardScaler().fit_transform(vectors)
    theirs = NearestCentroid().fit(scaled[known], labels[known])
    ours = predict("nearest_prototype", vectors, labels, vectors, 3)
    assert (ours.argmax(axis=1) == theirs.predict(scaled)).all()


def test_lda_is_that_of_scikit_learn():
    vectors, _, truth = blobs(spread=2.0)
    scaled = StandardScaler().fit_transform(vectors)
    means = np.stack([scaled[truth == c].mean(axis=0) for c in range(3)])
    shrunk = LedoitWolf(assume_centered=True).fit(scaled - means[truth])
    assert 0.01 < shrunk.shrinkage_ < 0.99
    theirs = LinearDiscriminantAnalysis("lsqr", shrunk.shrinkage_)
    theirs.fit(scaled, truth)
    ours = predict("lda", vectors, truth, vectors, 3)
    np.testing.assert_allclose(ours, theirs.predict_proba(scaled), atol=1e-4)


def test_lda_gives_each_class_of_each_corpus_the_same_weight():
    vectors, _, truth = blobs(n=8, spread=2.0)
    corpora = np.array(["a", "b"] * 12)
    # Five copies of one class of one corpus change little: the standardisation
    # and the shrinkage. Without weights, the largest difference is 0.52.
    copies = np.where((corpora == "a") & (truth == 0), 5, 1)
    one, other = (
        predict("lda", vectors[k], truth[k], vectors, 3, corpora=[*corpora[k]])
        for k in (np.arange(24), np.repeat(np.arange(24), copies))
    )
    np.testing.assert_allclose(one, other, atol=0.1)


def test_lda_of_one_utterance_per_class_is_the_nearest_one():
    vectors, labels = np.array([[0.0, 0.0], [4.0, 2.0]]), [0, 1]
    chance = predict("lda", vectors, labels, [[1.0, 1.0], [3.5, 1.0]], 3)
    assert chance.argmax(axis=1).tolist() == [0, 1]


@pytest.mark.parametrize(
    ("baseline", "uses_unlabelled"),
    [
        ("nearest_prototype", False),
        ("linear", False),
        ("svm", False),
        ("lda", False),
        ("label_propagation", True),
        ("fixmatch", True),
    ],
)
def test_unlabelled_rows_are_used(baseline, uses_unlabelled):
    vectors, labels, _ = blobs(n=15, spread=1.0)
    free = labels < 0
    mirrored = vectors.copy()  # of the same means and deviations
    mirrored[free] = 2 * vectors[free].mean(axis=0) - vectors[free]
    one, other = (
        predict(baseline, learned, labels, vectors, 3)
        for learned in (vectors, mirrored)
    )
    assert (not np.allclose(one, other, atol=1e-6)) == uses_unlabelled


def test_utterance_whom_no_label_reaches_is_undecided():
    vectors, labels, _ = blobs()
    far = vectors[:1] + 1e6
    chance = predict("label_propagation", vectors, labels, far, 3)
    np.testing.assert_allclose(chance, 1 / 3)


def test_vectors_are_mean_and_deviation_of_the_frames():
    view = {"a": torch.tensor([[1.0, 5.0], [3.0, 5.0]])}
    found = utterance_vectors(view, [types.SimpleNamespace(id="a")])
    np.testing.assert_allclose(found, [[2.0, 5.0, 1.0, 0.001]], rtol=1e-6)


def test_unknown_baseline_and_one_class_are_refused():
    with pytest.raises(ValueError, match="linear, svm, lda, .*got 'guess'"):
        predict("guess", [[0.0]], [0], [[0.0]], 2)
    with pytest.raises(ValueError, match=r"two classes or more, got \[1\]"):
        predict("linear", [[0.0], [1.0]], [1, -1], [[0.0]], 2)


def material_of(test=tiny.SCORED):
    """Eight labelled utterances, all others of their speakers without."""
    return types.SimpleNamespace(
        parts=types.SimpleNamespace(
            train=tiny.TRAIN[:16], target_labelled=(), test=test
        ),
        protocol=types.SimpleNamespace(scheme=tiny.SCHEME),
    )


def predicted(folder, training_rows=tiny.TRAIN, **changes):
    """Answers of all but the slowest, as read from the folder of a seed."""
    names = ["linear", "label_propagation"]
    frames = tiny.frames_of([*tiny.TRAIN, *tiny.SCORED])
    write_baselines(
        names, material_of(**changes), training_rows, frames, {7: folder}
    )
    return {
        name: predictions.read(folder / "baselines" / f"{name}.csv")
        for name in names
    }


def test_predictions_of_baselines_are_predictions_files(tmp_path):
    for test in predicted(tmp_path).values():
        assert test.id.tolist() == [row.id for row in tiny.SCORED]
        assert (test.predicted == test.target).mean() > 0.5


def test_baselines_do_not_use_hidden_labels(tmp_path):
    honest = predicted(tmp_path / "honest")
    known = {row.id for row in tiny.TRAIN[:16]}
    nonsense = [
        row if row.id in known else dataclasses.replace(row, emotion="sadness")
        for row in (*tiny.TRAIN, *tiny.SCORED)
    ]
    n_train = len(tiny.TRAIN)
    found = predicted(
        tmp_path / "nonsense", nonsense[:n_train], test=nonsense[n_train:]
    )
    for name, test in honest.items():
        assert (test.probabilities == found[name].probabilities).all()


def test_predictions_that_are_there_are_not_computed_again(tmp_path):
    predicted(tmp_path)
    write_baselines(["linear"], material_of(), None, None, {7: tmp_path})


@pytest.mark.parametrize("n_lines", [4, 4.5])  # cut at a line end, in a row
def test_damaged_predictions_are_computed_again(tmp_path, caplog, n_lines):
    predicted(tmp_path)
    path = tmp_path / "baselines" / "linear.csv"
    whole = path.read_text()
    lines = whole.splitlines(keepends=True)
    cut = "".join(lines[: int(n_lines)])
    path.write_text(cut + lines[4][:20] if n_lines > 4 else cut)
    predicted(tmp_path)
    assert path.read_text() == whole
    assert "linear.csv: expected" in caplog.text and "anew now" in caplog.text


def test_linear_baseline_predicts_as_the_linear_method(tmp_path):
    rows = tiny.TRAIN[:24] + tiny.VALID[:9]
    frames = tiny.frames_of([*rows, *tiny.SCORED], noise=3.0)
    data = dataset(rows, {"frames": [frames]}, Codes(tiny.SCHEME, rows))
    method = Linear(tiny.DIM, len(tiny.SCHEME)).eval()
    method.begin_epoch(types.SimpleNamespace(dataset=data))
    material = material_of()
    material.parts.train = rows
    write_baselines(["linear"], material, rows, frames, {1: tmp_path})
    test = predictions.read(tmp_path / "baselines" / "linear.csv")
    for row, expected in zip(tiny.SCORED, test.probabilities, strict=True):
        batch = {"frames": (frames[row.id][None], torch.ones(1))}
        found = method(batch).logits.softmax(dim=-1)[0].detach()
        np.testing.assert_allclose(found, expected, atol=1e-5)
    assert test.probabilities.max(axis=1).min() < 0.9  # of a hard task


def test_linear_baseline_of_votes_is_fitted_to_their_shares(tmp_path):
    # Vectors do not tell the classes apart, so the shares alone are learnt.
    vote = (
        (("anger", 3.0), ("sadness", 1.0)),
        (("sadness", 9.0), ("anger", 1.0)),
    )
    rows = [
        dataclasses.replace(
            row, votes=vote[k % 2], emotion=("anger", "sadness")[k % 2]
        )
        for k, row in enumerate(tiny.TRAIN[:16])
    ]
    test = [dataclasses.replace(row, votes=vote[0]) for row in tiny.SCORED]
    test = [dataclasses.replace(row, emotion="anger") for row in test]
    material = material_of(test=test)
    material.protocol.scheme = Soft(tiny.SCHEME.classes)
    material.parts.train = rows
    frames = dict.fromkeys((row.id for row in [*rows, *test]), torch.ones(2, 3))
    write_baselines(["linear"], material, rows, frames, {1: tmp_path})
    found = predictions.read(tmp_path / "baselines" / "linear.csv")
    by_class = dict(zip(found.classes, found.probabilities[0], strict=True))
    assert by_class["anger"] == pytest.approx((0.75 + 0.1) / 2, abs=1e-3)


def test_two_small_corpora_outvote_a_large_one():
    # They disagree with it which class lies where; it has 9 of 11 rows.
    vectors = np.repeat([[-1.0], [1.0], [-1.0], [1.0]], [45, 45, 10, 10], 0)
    labels = np.repeat([0, 1, 1, 0], [45, 45, 10, 10])
    corpora = ["large"] * 90 + ["one", "two"] * 10
    for name in ("linear", "svm"):
        by_rows = predict(name, vectors, labels, [[1.0]], 2)
        by_corpora = predict(name, vectors, labels, [[1.0]], 2, corpora=corpora)
        assert (by_rows.argmax(), by_corpora.argmax()) == (1, 0), name


def test_svm_predicts_as_that_of_scikit_learn():
    vectors, _, truth = blobs(spread=1.5)
    scaled = StandardScaler().fit_transform(vectors)
    theirs = SVC(break_ties=True).fit(scaled, truth).predict(scaled)
    ours = predict("svm", vectors, truth, vectors, 3)
    assert (ours.argmax(axis=1) == theirs).all()


def test_missing_values_are_the_training_mean(tmp_path):
    frames = tiny.frames_of([*tiny.TRAIN, *tiny.SCORED])
    for row in (*tiny.TRAIN[::3], *tiny.SCORED[::4]):
        frames[row.id][:, 1] = torch.nan
    view = Normaliser(frames, tiny.TRAIN, "none")
    view = view(frames, [*tiny.TRAIN, *tiny.SCORED])
    write_baselines(
        list(BASELINES), material_of(), tiny.TRAIN, view, {7: tmp_path}
    )
    for name in BASELINES:
        found = predictions.read(tmp_path / "baselines" / f"{name}.csv")
        assert np.isfinite(found.probabilities).all()


def test_fit_without_randomness_is_made_once_for_all_seeds(
    tmp_path, monkeypatch
):
    fitted = []

    def spy(name, *args):
        fitted.append(name)
        return predict(name, *args)

    monkeypatch.setattr(baselines, "predict", spy)
    frames = tiny.frames_of([*tiny.TRAIN, *tiny.SCORED])
    names, folders = ["linear", "svm", "fixmatch"], {}
    for seed in (1, 2):
        folders[seed] = tmp_path / str(seed)
    write_baselines(names, material_of(), tiny.TRAIN, frames, folders)
    assert sorted(fitted) == ["fixmatch", "fixmatch", "linear", "svm"]
    for name in ("linear", "svm"):
        one, two = (
            folders[seed] / "baselines" / f"{name}.csv" for seed in (1, 2)
        )
        assert one.read_text() == two.read_text()


def test_training_set_of_one_class_has_no_baselines(tmp_path, caplog):
    caplog.set_level("INFO")
    material = material_of()
    material.parts.train = [r for r in tiny.TRAIN if r.emotion == "anger"]
    write_baselines(["svm"], material, tiny.TRAIN, {}, {7: tmp_path})
    assert "two classes or more, found 1" in caplog.text
    assert not list(tmp_path.rglob("*.csv"))


def test_default_baselines_are_left_out_where_no_frames_are_stored(caplog):
    caplog.set_level("INFO")
    stored = types.SimpleNamespace(has_frozen_part=True)
    assert usable([*BASELINES], stored, True) == [*BASELINES]
    with pytest.raises(ValueError, match="among linear, svm.* got oracle"):
        usable(["oracle"], stored, False)
    trained = types.SimpleNamespace(has_frozen_part=False)
    assert usable([], trained, True) == [] and not caplog.text
    assert usable(["linear"], trained, False) == []
    assert "baselines left out (linear)" in caplog.text
    with pytest.raises(ValueError, match="frozen encoder, and this encoder is"):
        usable(["linear"], trained, True)
