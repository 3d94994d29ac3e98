"""Results of a study: scores by cell, paired tests, ranks."""

from collections import defaultdict
from operator import itemgetter

import numpy as np
from scipy.stats import rankdata, studentized_range

from speechbrain_clser.benchmark.runner import CHECK_AGAIN, DONE
from speechbrain_clser.evaluation import comparison, statistics
from speechbrain_clser.evaluation import run as runs
from speechbrain_clser.evaluation.json_safe import to_json_safe
from speechbrain_clser.evaluation.run_counts import speaker_counts
from speechbrain_clser.io import read_json

VALIDATION = "source_valid"
UNADAPTED = "without adaptation"  # baseline of a run with adaptation


def collect(study, cells, setup, failed) -> dict:
    """Read the runs of all finished cells and compare their systems.

    Baselines of a run (logistic regression and SVM on the same features, and the
    system without its adaptation) are systems of their own; where several runs
    have the same baseline, it is that of the first system of the study.

    Arguments
    ---------
    study : Study
        Of the cells.
    cells : list of Cell
        All, in order.
    setup : Setup
        Folders.
    failed : dict
        Name of a failed cell to its message.

    Returns
    -------
    dict
        ``scores``: one dict per system, encoder and fold, with UAR, interval,
        confusion counts, and the UAR on source validation for systems that are not
        baselines; ``comparisons``: encoder to the system or baseline that
        is compared with, to the cells of ``comparison.compare_counts``, for
        systems with all folds of which any system has results; ``ranks``: see
        ``ranks``; ``failed``.
    """
    scores = {}
    for cell in cells:
        if setup.is_done(cell):
            folder = setup.folder(cell)
            seconds = read_json(folder / DONE, CHECK_AGAIN)["seconds"]
            for one in _scores(cell, runs.read(folder), seconds):
                place = (one["encoder"], one["system"], one["fold"])
                scores.setdefault(place, one)
    with_results = {fold for _, _, fold in scores}
    folds = {k: v for k, v in study.protocols.items() if k in with_results}
    by_encoder = defaultdict(lambda: defaultdict(dict))
    for (encoder, system, fold), one in scores.items():
        by_encoder[encoder][system][fold] = one["counts"]
    whole = {
        encoder: {
            system: {fold: of[fold] for fold in folds}
            for system, of in systems.items()
            if of.keys() == folds.keys()
        }
        for encoder, systems in by_encoder.items()
    }
    comparisons = {
        encoder: {
            name: comparison.compare_counts(systems, name)
            for name in study.compare_with
            if name in systems
        }
        for encoder, systems in whole.items()
    }
    found = {
        "title": study.title,
        "note": study.note,
        "study": study.digest,
        "folds": folds,
        "scores": [
            one | {"counts": one["counts"].to_json()} for one in scores.values()
        ],
        "means": _means(
            whole,
            {place[:2]: one["supervision"] for place, one in scores.items()},
        ),
        "comparisons": comparisons,
        "ranks": ranks(
            {
                f"{system}, {encoder}": [
                    scores[encoder, system, fold]["uar"]["mean"]
                    for fold in folds
                ]
                for encoder, systems in whole.items()
                for system in systems
            }
        ),
        "failed": failed,
        "missing": [cell.name for cell in cells if not setup.is_done(cell)],
    }
    return to_json_safe(found)


def ranks(scores) -> dict:
    """Rank systems in each fold, and compute the critical difference of mean ranks.

    Arguments
    ---------
    scores : dict
        System to its scores, one per fold, higher is better.

    Returns
    -------
    dict
        ``mean``: system to its mean rank, 1 is the best, ties share theirs;
        ``critical_difference`` of two mean ranks at 5 %; empty below two systems
        or folds.

    Source
    ------
    Demsar, Statistical Comparisons of Classifiers over Multiple Data Sets, JMLR 7,
    2006: the test of Nemenyi.

    Example
    -------
    >>> found = ranks({"a": [0.9, 0.8], "b": [0.7, 0.8], "c": [0.5, 0.1]})
    >>> found["mean"], round(found["critical_difference"], 2)
    ({'a': 1.25, 'b': 1.75, 'c': 3.0}, 2.34)
    """
    n_systems = len(scores)
    n_folds = min(map(len, scores.values()), default=0)
    if min(n_systems, n_folds) < 2:
        return {}
    placed = rankdata(-np.array(list(scores.values())), axis=0).mean(axis=1)
    q = studentized_range.ppf(0.95, n_systems, np.inf) / np.sqrt(2)
    error = np.sqrt(n_systems * (n_systems + 1) / (6 * n_folds))
    return {
        "mean": dict(
            sorted(zip(scores, placed.tolist(), strict=True), key=itemgetter(1))
        ),
        "critical_difference": float(q * error),
    }


def _scores(cell, run, seconds):
    """Yield the scores of the system and the baselines of a run by fold."""
    trials = [seed.trial for seed in run.seeds]
    adapts = bool(run.ledger.get("adaptation"))
    validated = [s.predictions[VALIDATION] for s in run.seeds]
    source_valid_uar = statistics.estimate(
        [speaker_counts(validated, trials)]
    ).value
    systems = {cell.system: [s.predictions[comparison.PART] for s in run.seeds]}
    for name in sorted(
        set.intersection(*(set(s.baselines) for s in run.seeds))
    ):
        called = f"{cell.system} {name}" if name == UNADAPTED else name
        systems[called] = [seed.baselines[name] for seed in run.seeds]
    for fold, targets in cell.folds.items():
        for system, predictions in systems.items():
            counts = speaker_counts(
                [_of(targets, one) for one in predictions], trials
            )
            uar = statistics.estimate([counts]).to_json()
            yield {
                "system": system,
                "encoder": cell.encoder,
                "fold": fold,
                "run": cell.name,
                "protocol": run.protocol["name"],
                "digest": run.protocol["digest"],
                "trainings": len(run.seeds),
                "speakers": len(counts.speakers),
                "utterances": int(counts.confusion[0].sum()),
                "uar": uar,
                "source_valid_uar": source_valid_uar
                if system == cell.system
                else None,
                "supervision": _supervision(
                    run, adapts and (system == cell.system or " + " in system)
                ),
                "seconds": seconds if system == cell.system else None,
                "counts": counts,
            }


def _supervision(run, is_adapted):
    """List what a system uses of the target, from the ledger of its run."""
    ledger = run.ledger
    normalises = run.settings.get("normalise_by", "none") != "none"
    uses_audio = is_adapted or normalises or not ledger.get("adapted_to")
    used = {
        "target audio": uses_audio and ledger["target_audio"] != "none",
        "transductive": uses_audio and ledger["transductive"],
        "target speakers": ledger["target_speakers"],
        f"{ledger['target_labels']} target labels": ledger["target_labels"],
        "target text": ledger.get("target_text"),
        "class shares assumed": is_adapted and ledger.get("class_shares"),
        "oracle": ledger["oracle"],
    }
    return [name for name, is_used in used.items() if is_used]


def _of(targets, predictions):
    """Select the rows of a fold from those of a run with several targets."""
    if not targets:
        return predictions
    keep = np.zeros(len(predictions), bool)
    for target in targets:
        corpus, _, language = target.partition(":")
        is_corpus = predictions.corpus == corpus
        keep |= is_corpus & (not language or predictions.language == language)
    return predictions.where(keep)


def _means(whole, supervision):
    """Estimate the mean UAR over all folds, best first."""
    found = [
        {
            "system": system,
            "encoder": encoder,
            "supervision": supervision[encoder, system],
            "uar": statistics.estimate(list(of.values())).to_json(),
        }
        for encoder, systems in whole.items()
        for system, of in systems.items()
    ]
    return sorted(found, key=lambda one: -one["uar"]["mean"])
