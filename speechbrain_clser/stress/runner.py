"""Classify the test set of a protocol under all conditions."""

import logging
import sys
import time
import zlib
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from speechbrain_clser.data import prepare
from speechbrain_clser.data import protocol as protocols
from speechbrain_clser.data.audio import load
from speechbrain_clser.evaluation.predictions import TEXTS, Predictions
from speechbrain_clser.features.batching import batches
from speechbrain_clser.inference.checks import refuse_text
from speechbrain_clser.inference.classifier import BATCH_S, EmotionClassifier
from speechbrain_clser.inference.provenance import digest_of_model
from speechbrain_clser.stress.conditions import Recording, conditions
from speechbrain_clser.stress.scoring import TOLERATED, gaps, score
from speechbrain_clser.tasks import RATED

logger = logging.getLogger(__name__)

N_BABBLE, N_POOL = 5, 50  # voices of babble, utterances they are taken from
BLOCK = 64  # recordings in memory


def stress(
    folder, protocol, data_folder, manifests, allow_bad_files=False, device=None
) -> dict:
    """Measure robustness and fairness of a model.

    Arguments
    ---------
    folder : str or Path
        Model folder.
    protocol : str
        Name or path; its test set is used.
    data_folder : str
        See ``prepare.load_corpora``.
    manifests : str or Path
        Folder of manifests.
    allow_bad_files : bool
        Skip unusable recordings.
    device : str, optional
        Of torch.

    Returns
    -------
    dict
        As in stress.json.

    Raises
    ------
    ValueError
        If the classes of model and protocol differ, or the model reads transcripts.
    """
    started = time.perf_counter()
    classifier = EmotionClassifier.from_hparams(
        folder, run_opts={"device": device} if device else None
    )
    if classifier.task == RATED:
        raise ValueError(
            f"{folder}: clser stress scores predictions of classes, found a model "
            f"of {', '.join(classifier.classes)}; take a model of classes"
        )
    refuse_text(classifier, "conditions of audio are measured")
    rule = protocols.load(protocol)
    if [*rule.scheme.classes] != [*classifier.classes]:
        raise ValueError(
            f"expected the classes of the model, {', '.join(classifier.classes)}, "
            f"found those of protocol {rule.name!r}, "
            f"{', '.join(rule.scheme.classes)}; give the protocol of its training"
        )
    normalise_by = classifier.hparams.normalise_by
    material = prepare.prepare(
        *(rule, data_folder, manifests, normalise_by),
        used={"train"},
        allow_bad_files=allow_bad_files,
    )
    rows = [row for row in material.parts.test if row.emotion]
    if normalise_by != "none":
        classifier.normalise_with([row.wav for row in rows], keep_going=True)
    wanted = conditions()
    usable = [one for one in wanted if not one.missing]
    runs, silent = classify(classifier, rows, rule.scheme, usable)
    scored = {one["name"]: one for one in score(runs)}
    return {
        "model_sha256": digest_of_model(Path(folder)),
        "protocol": rule.name,
        "classes": list(classifier.classes),
        "normalise_by": normalise_by,
        "n_utterances": len(rows),
        "n_speakers": len({row.speaker for row in rows}),
        "tolerated": TOLERATED,
        "conditions": [
            {"group": one.group, "name": one.name, "missing": one.missing}
            | scored.get(one.name, {})
            | {"no_speech": silent.get(one.name)}
            for one in wanted
        ],
        "gaps": gaps(next(iter(runs.values()))),
        "seconds": round(time.perf_counter() - started, 1),
    }


def classify(classifier, rows, scheme, wanted) -> tuple:
    """Classify recordings under conditions.

    Arguments
    ---------
    classifier : EmotionClassifier
        Trained model.
    rows : list of Utterance
        Test set.
    scheme : Scheme
        Classes.
    wanted : list of Condition
        Available conditions.

    Returns
    -------
    runs : dict
        Name of the condition to Predictions.
    silent : dict
        Name of the condition to the share of recordings without speech, 0-1.
    """
    babble = _Babble(rows, classifier.sample_rate_hz)
    found = {one.name: np.zeros((len(rows), len(scheme))) for one in wanted}
    n_silent = dict.fromkeys(found, 0)
    total = len(rows) * len(wanted)
    is_hidden = not sys.stderr.isatty()
    with tqdm(total=total, unit="file", disable=is_hidden) as bar:
        for start in range(0, len(rows), BLOCK):
            block = rows[start : start + BLOCK]
            wavs = [load(row.wav, classifier.sample_rate_hz) for row in block]
            for one in wanted:
                changed = [
                    change(one, row, wav, classifier.sample_rate_hz, babble)
                    for row, wav in zip(block, wavs, strict=True)
                ]
                for place, prediction in _predict(classifier, changed):
                    probabilities = [*prediction.probabilities.values()]
                    found[one.name][start + place] = probabilities
                    n_silent[one.name] += not prediction.is_speech
                bar.update(len(block))
    runs = {
        name: _predictions(rows, scheme, values)
        for name, values in found.items()
    }
    return runs, {name: n / len(rows) for name, n in n_silent.items()}


def change(condition, row, wav, sample_rate_hz, babble) -> torch.Tensor:
    """Apply a condition; random numbers depend on utterance and condition only."""
    seeds = [zlib.crc32(text.encode()) for text in (condition.name, row.id)]
    rng = np.random.default_rng(seeds)

    def others(n_samples):
        return babble(n_samples, row.speaker, rng)

    given = Recording(wav, sample_rate_hz, rng, others)
    with torch.no_grad():
        return condition.apply(given).float()


def _predict(classifier, wavs):
    """Yield the index and the prediction of waveforms, in batches."""
    order = sorted(range(len(wavs)), key=lambda place: -len(wavs[place]))
    pairs = ((place, wavs[place]) for place in order)
    n_samples = BATCH_S * classifier.sample_rate_hz
    for batch in batches(pairs, n_samples):
        places, waves = zip(*batch, strict=True)
        yield from zip(places, classifier.predict_wavs(waves), strict=True)


def _predictions(rows, scheme, probabilities):
    """Arrange probabilities as the columns of a predictions file."""
    texts = {
        key: np.array([getattr(row, key) for row in rows]) for key in TEXTS
    }
    return Predictions(
        classes=scheme.classes,
        **texts,
        target=np.array([scheme.index(row.emotion) for row in rows]),
        predicted=probabilities.argmax(axis=1),
        probabilities=probabilities,
    )


class _Babble:
    """Mix utterances of other speakers of the test set."""

    def __init__(self, rows, sample_rate_hz):
        rng = np.random.default_rng(0)
        chosen = rng.permutation(len(rows))[:N_POOL]
        self.pool = [
            (rows[k].speaker, load(rows[k].wav, sample_rate_hz)) for k in chosen
        ]

    def __call__(self, n_samples, speaker, rng):
        """Sum five utterances at equal power, repeated to ``n_samples``."""
        others = [wav for name, wav in self.pool if name != speaker]
        others = others or [wav for _, wav in self.pool]
        mixed = torch.zeros(n_samples)
        for index in rng.integers(0, len(others), N_BABBLE):
            wav = others[index]
            start = int(rng.integers(0, len(wav)))
            n_times = -(-(start + n_samples) // len(wav))
            piece = wav.repeat(n_times)[start : start + n_samples]
            mixed += piece / wav.square().mean().sqrt().clamp(min=1e-8)
        return mixed


def folder_of(model) -> Path:
    """Return the folder of results: beside the model of a run.

    Example
    -------
    >>> folder_of("results/mine/model").as_posix()
    'results/mine/stress'
    """
    return Path(model).parent / "stress"
