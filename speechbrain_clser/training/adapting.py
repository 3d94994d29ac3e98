"""Adaptation of a run's posteriors to the unlabelled target, after scoring.

The unadapted predictions are kept as the baseline ``without adaptation``; the
run's predictions are derived from them each time, so that a resumed run never
adapts twice.
"""

import json
import logging
from pathlib import Path

import numpy as np
from safetensors import safe_open
from safetensors.numpy import load_file, save

from speechbrain_clser.data.adaptation_parts import adaptation_parts
from speechbrain_clser.data.pipeline import dataset
from speechbrain_clser.errors import AdaptationError
from speechbrain_clser.evaluation import formatting, predictions
from speechbrain_clser.io import atomic_write
from speechbrain_clser.training import baselines
from speechbrain_clser.training.scoring import write_predictions
from speechbrain_clser.training.vector_space import VectorSpace

logger = logging.getLogger(__name__)

UNADAPTED = "baselines/without adaptation.csv"
ADAPTED = "predictions/test.csv"


def file_of(plan, part):
    """Name the file for the predictions of the method itself.

    Example
    -------
    >>> file_of(None, "test")
    """
    return UNADAPTED if plan and part == "test" else None


def predict_parts(plan, brain, material, sound, folder, loader):
    """Write posteriors and embeddings of further parts that are needed.

    They are those of the unlabelled target utterances, for the inductive form,
    and of the training utterances, for vectors of the method's embedding.

    Arguments
    ---------
    plan : TargetAdaptation, optional
        From ``target_adaptation.wanted``; nothing is written without one.
    brain : MethodBrain
        Trained.
    material : PreparedData
        Gives the parts.
    sound : dict
        As for ``feed.datasets_of``.
    folder : str or Path
        Of the seed; ``adaptation/<part>.safetensors`` is written.
    loader : dict
        Keyword arguments of the data loader.
    """
    if plan is None or not material.parts.test:
        return
    plain = {name: views[:1] for name, views in sound.items()}
    for part, rows in _further_parts(plan, material).items():
        ids, posteriors, embeddings = brain.predict(
            dataset(rows, plain), loader
        )
        path = Path(folder, "adaptation", f"{part}.safetensors")
        path.parent.mkdir(exist_ok=True)
        tensors = {
            "posterior": posteriors.numpy(),
            "embedding": embeddings.numpy(),
        }
        atomic_write(path, save(tensors, {"ids": json.dumps(ids)}))


def _further_parts(plan, material):
    """Map further parts that must be predicted to their rows."""
    chosen = adaptation_parts(plan.form, material.parts, material.protocol)
    parts = {}
    if chosen.fitted_to == "unlabelled":
        parts["target_unlabelled"] = chosen.fitted
    if plan.vectors == "embedding":
        parts["source_train"] = material.parts.train
    return parts


def adapt(plan, names, material, training_rows, view, folders):
    """Adapt the predictions of the method and of the supervised baselines.

    Where an adaptation is refused (``AdaptationError``) the result is that
    without it, with a warning.

    Arguments
    ---------
    plan : TargetAdaptation, optional
        From ``target_adaptation.wanted``; nothing is done without one.
    names : list of str
        Baselines of the run.
    material : PreparedData
        Gives the parts; of the target no label is used.
    training_rows : list of Utterance
        Training set of the method, all phases.
    view : Mapping or None
        As for ``baselines.write_baselines``; not needed without baselines for vectors
        of the embedding.
    folders : dict
        Seed to its folder, with unadapted predictions. Written are
        ``predictions/test.csv``, ``baselines/<name> + <adaptation>.csv``
        and ``adaptation.json``.
    """
    if plan is None or not material.parts.test:
        return
    chosen = adaptation_parts(plan.form, material.parts, material.protocol)
    names = [name for name in names if name in baselines.SUPERVISED]
    spaces, pool = {}, {}
    if names or plan.vectors == "statistics":
        rows = {
            row.id: row
            for part in (material.parts.train, material.parts.test)
            for row in part
        }
        rows |= {row.id: row for row in chosen.fitted}
        vectors = baselines.utterance_vectors(view, rows.values())
        spaces["statistics"] = VectorSpace(
            plan, material, dict(zip(rows, vectors, strict=True))
        )
    if names and chosen.fitted_to == "unlabelled":
        pool = _baseline_posteriors(
            names, material, training_rows, view, chosen.fitted
        )
    for seed, folder in folders.items():
        own = spaces
        if plan.vectors == "embedding":
            embeddings = VectorSpace(
                plan, material, _embeddings(folder, plan, material)
            )
            own = {**spaces, "embedding": embeddings}
        systems = {
            "method": _adapt_one(
                *(own[plan.vectors], chosen, material),
                *(Path(folder, UNADAPTED), Path(folder, ADAPTED)),
                _stored(folder, "target_unlabelled", "posterior"),
            )
        }
        for name in names:
            path = Path(folder, "baselines", f"{name}.csv")
            if path.exists():
                systems[name] = _adapt_one(
                    *(own["statistics"], chosen, material, path),
                    path.with_name(f"{name} + {plan.name}.csv"),
                    pool.get(name, {}),
                )
        for system, found in systems.items():
            found["vectors"] = (
                plan.vectors if system == "method" else "statistics"
            )
        record = {
            "name": plan.name,
            "form": chosen.form,
            "fitted_to": chosen.fitted_to,
            "n_target_utterances": len(chosen.fitted),
            "class_shares": plan.class_shares,
            "vectors": {name: space.to_json() for name, space in own.items()},
            "systems": systems,
        }
        text = json.dumps(record, indent=1) + "\n"
        atomic_write(Path(folder, "adaptation.json"), text)
        _log(record, plan, seed)


def _adapt_one(space, chosen, material, before, after, pool):
    """Adapt one predictions file; gives class shares and the refusal, if any."""
    scored = predictions.read(before)
    ids, unadapted = scored.id.tolist(), scored.probabilities
    posteriors = {**pool, **dict(zip(ids, unadapted, strict=True))}
    refused, adapted = None, unadapted
    try:
        found = space.adapted(chosen.folds, posteriors)
        adapted = np.stack([found[one] for one in ids])
    except AdaptationError as error:
        refused = {"reason": error.reason, "message": str(error)}
    by_id = {row.id: row for row in material.parts.test}
    write_predictions(
        after,
        [by_id[one] for one in ids],
        adapted.tolist(),
        material.protocol.scheme,
    )
    return {
        "shares_before": _shares(scored.classes, unadapted),
        "shares_after": _shares(scored.classes, adapted),
        "changed": float(
            np.mean(unadapted.argmax(axis=1) != adapted.argmax(axis=1))
        ),
        "refused": refused,
    }


def _shares(classes, posteriors):
    """Share of the utterances that each class is predicted for."""
    count = np.bincount(posteriors.argmax(axis=1), minlength=len(classes))
    return dict(zip(classes, (count / count.sum()).tolist(), strict=True))


def _baseline_posteriors(names, material, training_rows, view, rows):
    """Posteriors of baselines on further utterances, by name and id."""
    labels = baselines.labels_of(material, training_rows)
    if len(set(labels) - {-1}) < 2:
        return {}
    corpora = [row.corpus for row in training_rows]
    vectors, others = (
        baselines.utterance_vectors(view, part)
        for part in (training_rows, rows)
    )
    args = vectors, labels, others, len(material.protocol.scheme)
    known = {
        "corpora": corpora,
        "shares": baselines.shares_of(material, training_rows),
    }
    ids = [row.id for row in rows]
    return {
        name: dict(
            zip(ids, baselines.predict(name, *args, **known), strict=True)
        )
        for name in names
    }


def _embeddings(folder, plan, material):
    """Read the embeddings of all parts that are used, by id."""
    path = Path(folder, "embeddings", "test.safetensors")
    ids = predictions.read(Path(folder, UNADAPTED)).id.tolist()
    found = dict(zip(ids, load_file(path)["embedding"], strict=True))
    for part in _further_parts(plan, material):
        found |= _stored(folder, part, "embedding")
    return found


def _stored(folder, part, tensor):
    """A tensor of ``predict_parts``, row by row, by id; empty without a file."""
    path = Path(folder, "adaptation", f"{part}.safetensors")
    if not path.exists():
        return {}
    with safe_open(path, framework="numpy") as file:
        ids = json.loads(file.metadata()["ids"])
        return dict(zip(ids, file.get_tensor(tensor), strict=True))


def _log(record, plan, seed):
    """Log constants and scores within the sources in one line."""
    space = record["vectors"][plan.vectors]
    constants = space["constants"] or {}
    values = ", ".join(
        f"{name} {value}"
        for name, value in constants.items()
        if value is not None
    )
    origin = formatting.ORIGINS[space["constants_from"]]
    if space["candidates"]:
        scores = {
            json.dumps(one["constants"]): one["mean"]
            for one in space["candidates"]
        }
        before = scores["null"]
        after = scores[json.dumps(space["constants"])]
        origin += f", UAR {100 * before:.1f} % -> {100 * after:.1f} %"
    logger.info(
        "seed %s: adaptation %s (%s, fitted to %s, %d target utterances, %s): "
        "%s (%s)",
        *(seed, plan.name, record["form"], record["fitted_to"]),
        *(record["n_target_utterances"], plan.vectors),
        *(values or "no constants", origin),
    )
    refused = {}
    for system, found in record["systems"].items():
        if found["refused"]:
            refused.setdefault(found["refused"]["message"], []).append(system)
    for message, systems in refused.items():
        logger.warning(
            "seed %s: adaptation %s of %s refused, the result is without it: "
            "%s",
            *(seed, plan.name, ", ".join(systems), message),
        )
