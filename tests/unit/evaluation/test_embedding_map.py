"""Sampling, layout and determinism of the map of embeddings."""

import numpy as np
import pytest

from speechbrain_clser.evaluation import embedding_map as maps
from speechbrain_clser.evaluation.predictions import Predictions


def part_of(n, language="deu", dim=6, shift=0.0):
    """Return embeddings of two separated emotions, and predictions."""
    rng = np.random.default_rng(n)
    target = np.arange(n) % 2
    text = np.full(n, language)
    scored = Predictions(
        classes=("anger", "calm"),
        id=np.array([f"{language}_{k}" for k in range(n)]),
        corpus=text,
        language=text,
        speaker=np.array([f"{language}_{k % 3}" for k in range(n)]),
        gender=text,
        target=target,
        predicted=target,
        probabilities=np.eye(2)[target],
    )
    embeddings = rng.normal(size=(n, dim)) + 20 * target[:, None] + shift
    return scored, embeddings


def test_few_points_are_projected_and_keep_their_rows():
    valid, scored = part_of(20), part_of(30, "urd")
    found = maps.embedding_map({"valid": valid, "test": scored})
    assert found["method"] == "principal components"
    assert found["part"] == ["valid"] * 20 + ["test"] * 30
    assert found["language"][0] == "deu"
    is_anger = np.array(found["emotion"]) == "anger"
    x = np.array(found["x"])
    apart = abs(x[is_anger].mean() - x[~is_anger].mean())
    assert apart > 5 * x[is_anger].std()


def test_projection_equals_scikit_learn_up_to_signs():
    from sklearn.decomposition import PCA

    _, embeddings = part_of(40)
    found = maps.embedding_map({"valid": part_of(40)})
    expected = PCA(2).fit_transform(embeddings)
    ours = np.array([found["x"], found["y"]]).T
    np.testing.assert_allclose(np.abs(ours), np.abs(expected), atol=1e-3)


def test_many_points_are_sampled_evenly_and_mapped_by_tsne(monkeypatch):
    monkeypatch.setattr(maps, "N_POINTS", 120)
    parts = {"valid": part_of(40), "test": part_of(300, "urd")}
    found = maps.embedding_map(parts)
    assert found["method"] == "t-SNE"
    assert found["n_utterances"] == 340
    assert found["part"].count("valid") == 40
    assert found["part"].count("test") == 80
    assert found == maps.embedding_map(parts)


def test_equal_embeddings_have_equal_coordinates():
    scored, embeddings = part_of(10)
    found = maps.embedding_map({"valid": (scored, np.ones_like(embeddings))})
    assert found["x"] == pytest.approx([0.0] * 10)
