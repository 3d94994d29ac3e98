"""Two dimensions to look at embeddings in; no score is taken from them."""

from collections.abc import Mapping

import numpy as np

from speechbrain_clser.evaluation.predictions import Predictions
from speechbrain_clser.seeds import seed_for

N_POINTS = 500
# Below this, neighbourhoods are too small for t-SNE to mean anything.
N_FEW = 100
_DIM = 50


def embedding_map(
    parts: Mapping[str, tuple[Predictions, np.ndarray]], seed: int = 0
) -> dict:
    """Lay out the embeddings of all parts together.

    At most ``N_POINTS`` utterances are drawn, evenly from the parts. Few of
    them are projected by principal components, more are laid out by t-SNE.

    Arguments
    ---------
    parts : mapping
        Part to its predictions and embeddings, (utterances, dim).
    seed : int
        Of the draw and the layout.

    Returns
    -------
    dict
        ``method``, ``n_utterances`` there were, and columns of equal length:
        ``x``, ``y``, ``part``, ``emotion`` (the target), ``language``,
        ``speaker``.
    """
    rng = np.random.default_rng(seed_for(seed, "points of the map"))
    shares = _shares([len(scored) for scored, _ in parts.values()])
    columns = {key: [] for key in ("part", "emotion", "language", "speaker")}
    chosen = []
    for share, (part, (scored, embeddings)) in zip(
        shares, parts.items(), strict=True
    ):
        rows = np.sort(rng.choice(len(scored), share, replace=False))
        chosen.append(embeddings[rows])
        columns["part"] += [part] * share
        columns["emotion"] += [scored.classes[k] for k in scored.target[rows]]
        columns["language"] += scored.language[rows].tolist()
        columns["speaker"] += scored.speaker[rows].tolist()
    points = np.concatenate(chosen).astype(float)
    is_few = len(points) < N_FEW
    x, y = (_principal(points, 2) if is_few else _tsne(points, seed)).T
    return {
        "method": "principal components" if is_few else "t-SNE",
        "n_utterances": sum(len(scored) for scored, _ in parts.values()),
        "x": np.round(x, 3).tolist(),
        "y": np.round(y, 3).tolist(),
        **columns,
    }


def _shares(sizes):
    """Points per part: even, and what a small part leaves goes to the others."""
    shares, left = [0] * len(sizes), N_POINTS
    by_size = sorted(range(len(sizes)), key=sizes.__getitem__)
    for n_done, part in enumerate(by_size):
        shares[part] = min(sizes[part], left // (len(sizes) - n_done))
        left -= shares[part]
    return shares


def _principal(points, dim):
    """Project on the directions of largest variance."""
    centred = points - points.mean(axis=0)
    directions = np.linalg.svd(centred, full_matrices=False)[2]
    return centred @ directions[:dim].T


def _tsne(points, seed):
    from sklearn.manifold import TSNE

    layout = TSNE(init="pca", random_state=seed_for(seed, "t-SNE"))
    return layout.fit_transform(_principal(points, _DIM))
