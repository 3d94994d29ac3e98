"""Linear probes of every layer of an encoder, and the choice of layers by them.

Layers are chosen on the sources alone: every source corpus is left out in turn,
a probe is trained on the others and scored on it. Where there is one source
corpus, its speakers are left out in groups.
"""

import dataclasses
import hashlib
import json
import logging
from pathlib import Path

import numpy as np

from speechbrain_clser.adaptation.linear import (
    linear_classifier,
    source_folds,
)
from speechbrain_clser.data.audio import load
from speechbrain_clser.evaluation.metrics import uar
from speechbrain_clser.features.normalisation import Normaliser
from speechbrain_clser.features.ssl import SSLFeatures, layer_range
from speechbrain_clser.features.statistics import LayerStatistics, Statistics
from speechbrain_clser.features.store import Store
from speechbrain_clser.io import atomic_write, read_json

logger = logging.getLogger(__name__)

MIDDLE = 3  # layers of an average that does not begin at layer 0


@dataclasses.dataclass(frozen=True)
class LayerScore:
    """Scores of the linear probe on one layer, or on the average of several.

    Arguments
    ---------
    layers : str
        As ``SSLConfig`` takes it: ``"3-3"``, ``"2-4"``.
    folds : dict
        Name of what was left out of the sources to its UAR, 0-1.
    """

    layers: str
    folds: dict

    @property
    def validation(self):
        """Mean UAR over the folds, 0-1."""
        return sum(self.folds.values()) / len(self.folds)


def candidate_ranges(n_blocks) -> list:
    """List the layers and averages of layers that are probed.

    Arguments
    ---------
    n_blocks : int
        Transformer blocks; layer 0 lies below the first.

    Returns
    -------
    list of (int, int)
        First and last: every layer, the running averages from layer 0 on, three
        neighbours each, and the middle third, which is the default.

    Example
    -------
    >>> candidate_ranges(3)
    [(0, 0), (1, 1), (2, 2), (3, 3), (0, 1), (0, 2), (0, 3), (1, 3), (1, 2)]
    """
    ranges = [
        *((n, n) for n in range(n_blocks + 1)),
        *((0, n) for n in range(1, n_blocks + 1)),
        *((n, n + MIDDLE - 1) for n in range(1, n_blocks - MIDDLE + 2)),
        layer_range("", n_blocks),
    ]
    return [*dict.fromkeys(ranges)]


def has_layers(extractor) -> bool:
    """Return whether an extractor, or that of statistics, has layers to choose from.

    Example
    -------
    >>> from speechbrain_clser.features.acoustic import AcousticFeatures
    >>> has_layers(AcousticFeatures())
    False
    """
    if isinstance(extractor, Statistics):
        extractor = extractor.extractor
    return isinstance(extractor, SSLFeatures)


def all_layers(extractor) -> LayerStatistics:
    """Build the extractor of the statistics that probes are trained on.

    Raises
    ------
    ValueError
        If there are no layers to choose from.
    """
    if isinstance(extractor, Statistics):
        extractor = extractor.extractor
    if not has_layers(extractor):
        raise ValueError(
            f"layers are chosen of one pretrained encoder, got "
            f"{type(extractor).__name__}; give --encoder a hub id or a folder, "
            "or leave layers out"
        )
    config = dataclasses.replace(
        extractor.config, layers="all", layer_mix="learned", adaptation=None
    )
    layers = SSLFeatures(extractor.source, config)
    return LayerStatistics(layers, candidate_ranges(layers.n_layers - 1))


def statistics_of(extractor, rows, cache_folder, device="cpu"):
    """Extract the statistics of utterances, or read them from the store."""
    store = Store(Path(cache_folder, "frames", "speed_1.00"), extractor)
    store.fill(rows, load, device)
    return store.view(rows)


def validate(extractor, view, rows, scheme, normalise_by="none") -> list:
    """Score the probe of each candidate on sources that were left out.

    Arguments
    ---------
    extractor : LayerStatistics
        Of ``view``.
    view : Mapping
        From ``statistics_of``.
    rows : list of Utterance
        Of the sources, labelled.
    scheme : Scheme
        Classes.
    normalise_by : str
        ``"none"``, ``"corpus"`` or ``"speaker"``: whose mean and deviation the
        statistics are freed from; without labels, those left out included.

    Returns
    -------
    list of LayerScore
        In the order of ``extractor.ranges``.

    Raises
    ------
    ValueError
        If there is nothing to leave out.
    """
    values, labels = _values(view, rows, normalise_by), _labels(rows, scheme)
    corpora = np.array([row.corpus for row in rows])
    folds = source_folds(corpora, [row.speaker for row in rows])
    if not folds:
        raise ValueError(
            f"layers are chosen on source corpora or speakers that are left "
            f"out, found one speaker of one corpus in {len(rows)} "
            "utterances; give layers, or a protocol with more sources"
        )
    return [
        LayerScore(
            span,
            {
                name: _probe(
                    *(values[:, columns], labels, corpora, ~held, scheme)
                )
                for name, held in folds.items()
            },
        )
        for span, columns in _columns(extractor)
    ]


def score_target(
    extractor, view, source, target, scheme, normalise_by="none"
) -> list:
    """Score the probe of each candidate on the target, for comparison only.

    Arguments
    ---------
    extractor, view, scheme, normalise_by
        As for ``validate``; ``view`` holds both.
    source, target : list of Utterance
        Trained on, and scored.

    Returns
    -------
    list of float
        UAR, 0-1, in the order of ``extractor.ranges``.
    """
    rows = [*source, *target]
    values, labels = _values(view, rows, normalise_by), _labels(rows, scheme)
    corpora = np.array([row.corpus for row in rows])
    is_source = np.arange(len(rows)) < len(source)
    return [
        _probe(values[:, columns], labels, corpora, is_source, scheme)
        for _, columns in _columns(extractor)
    ]


def best(scores) -> LayerScore:
    """Choose the candidate with the best mean on source validation.

    The first of equals is chosen, which has fewer layers.

    Example
    -------
    >>> scores = [LayerScore("0-0", {"a": 0.5}), LayerScore("1-1", {"a": 0.6})]
    >>> best(scores).layers
    '1-1'
    """
    return max(scores, key=lambda score: score.validation)


def choose(
    extractor, rows, scheme, cache_folder, normalise_by="none", device="cpu"
) -> dict:
    """Choose layers on the sources, or read the choice from the cache.

    Arguments
    ---------
    extractor : SSLFeatures, or Statistics of one
        Any layers of it.
    rows : list of Utterance
        Of the sources, labelled; no other data is used.
    scheme : Scheme
        Classes.
    cache_folder : str or Path
        Holds stores and choices.
    normalise_by, device : str
        As for ``validate`` and ``statistics_of``.

    Returns
    -------
    dict
        ``chosen``: layers; ``validation``: list of ``layers``, mean ``uar`` and
        ``folds``.
    """
    statistics = all_layers(extractor)
    utterances = sorted(
        (row.digest, row.corpus, row.speaker, scheme.index(row.emotion))
        for row in rows
    )
    spec = json.dumps(
        [statistics.key, normalise_by, scheme.classes, utterances]
    )
    digest = hashlib.sha256(spec.encode()).hexdigest()[:16]
    path = Path(cache_folder, "layers", f"{digest}.json")
    if path.exists():
        try:
            return read_json(path, "the layers are chosen again", dict)
        except ValueError as error:
            logger.warning("%s", error)
    view = statistics_of(statistics, rows, cache_folder, device)
    scores = validate(statistics, view, rows, scheme, normalise_by)
    found = {
        "chosen": best(scores).layers,
        "normalise_by": normalise_by,
        "validation": [
            {"layers": s.layers, "uar": s.validation, "folds": s.folds}
            for s in scores
        ],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic_write(path, f"{json.dumps(found, indent=1)}\n")
    return found


def sentence(found) -> str:
    """Describe a choice of layers in a sentence.

    Example
    -------
    >>> row = {"layers": "2-4", "uar": 0.5, "folds": {"urdu": 0.5}}
    >>> sentence({"chosen": "2-4", "validation": [row]})
    'layers 2-4 are best on source validation: UAR 50.0 % of a linear probe; ...'
    """
    uar = max(row["uar"] for row in found["validation"])
    return (
        f"layers {found['chosen']} are best on source validation: UAR "
        f"{100 * uar:.1f} % of a linear probe; see layers.json"
    )


def _values(view, rows, normalise_by):
    """Statistics of the rows, (rows, dim)."""
    if normalise_by != "none":  # else the probe standardises by the sources
        view = Normaliser(view, rows, normalise_by)(view, rows)
    return np.concatenate([view[row.id].numpy() for row in rows])


def _probe(values, labels, corpora, is_train, scheme):
    """UAR of logistic regression on the utterances that are not trained on."""
    found = linear_classifier(
        *(values[is_train], labels[is_train], corpora[is_train]),
        *(len(scheme), values[~is_train]),
    )
    return uar(
        labels[~is_train].tolist(),
        found.argmax(axis=1).tolist(),
        range(len(scheme)),
    )


def _labels(rows, scheme):
    return np.array([scheme.index(row.emotion) for row in rows])


def _columns(extractor):
    """Name of each candidate, and where its columns are."""
    for n, (first, last) in enumerate(extractor.ranges):
        start = n * extractor.width
        yield f"{first}-{last}", slice(start, start + extractor.width)
