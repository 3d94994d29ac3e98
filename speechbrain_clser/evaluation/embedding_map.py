"""Two-dimensional map of embeddings, for visualisation only."""

from collections.abc import Mapping

import numpy as np

from speechbrain_clser.evaluation.predictions import Predictions
from speechbrain_clser.seeds import seed_for

N_POINTS = 500
# Minimum number of points for t-SNE.
N_FEW = 100
_DIM = 50


def embedding_map(
    parts: Mapping[str, tuple[Predictions, np.ndarray]], seed: int = 0
) -> dict:
    """Compute a map of the embeddings of all parts.

    At most ``N_POINTS`` utterances are sampled, evenly from the parts. Fewer
    than ``N_FEW`` are projected by principal components, more by t-SNE.

    Arguments
    ---------
    parts : mapping
        Part to its predictions and embeddings, (utterances, dim).
    seed : int
        Of the sample and of t-SNE.

    Returns
    -------
    dict
        ``method``, ``n_utterances`` before sampling, and columns of equal
        length: ``x``, ``y``, ``part``, ``emotion`` (the target),
        ``language``, ``speaker``.
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
    """Return the points per part: even, with the rest of small parts redistributed."""
    shares, left = [0] * len(sizes), N_POINTS
    by_size = sorted(range(len(sizes)), key=sizes.__getitem__)
    for n_done, part in enumerate(by_size):
        shares[part] = min(sizes[part], left // (len(sizes) - n_done))
        left -= shares[part]
    return shares


def _principal(points, dim):
    """Project on the principal components."""
    centred = points - points.mean(axis=0)
    directions = np.linalg.svd(centred, full_matrices=False)[2]
    return centred @ directions[:dim].T


def _tsne(points, seed):
    from sklearn.manifold import TSNE

    layout = TSNE(init="pca", random_state=seed_for(seed, "t-SNE"))
    return layout.fit_transform(_principal(points, _DIM))
