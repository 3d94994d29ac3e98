"""Adaptation of a run's posteriors to the unlabelled target, after scoring.

The unadapted predictions are kept as the baseline ``without adaptation``; the
run's predictions are derived from them each time, so that a resumed run never
adapts twice.
"""

import dataclasses
import json
import logging
import os
from pathlib import Path

import numpy as np
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from speechbrain_clser import adaptation
from speechbrain_clser.adaptation.selection import choose_constants
from speechbrain_clser.data.adaptation_parts import FORMS, adaptation_parts
from speechbrain_clser.data.pipeline import dataset
from speechbrain_clser.errors import AdaptationError
from speechbrain_clser.evaluation import predictions
from speechbrain_clser.training import baselines
from speechbrain_clser.training.scoring import write_answers

logger = logging.getLogger(__name__)

VECTORS = ("statistics", "embedding")
UNADAPTED = "baselines/without adaptation.csv"
ADAPTED = "predictions/target_scored.csv"


@dataclasses.dataclass(frozen=True)
class TargetAdaptation:
    """The adaptation that a run asks for.

    Arguments
    ---------
    name : str
        Among ``adaptation.ADAPTATIONS``.
    form : str
        See ``data.adaptation_parts``.
    vectors : str
        ``"statistics"``: mean and standard deviation of the normalised frames;
        ``"embedding"``: of the method.
    constants : dict, optional
        Of the adaptation; None: chosen within the sources.

    Example
    -------
    >>> TargetAdaptation("equal_mass", "auto", "statistics", None).class_shares
    'equal'
    """

    name: str
    form: str
    vectors: str
    constants: dict | None = None

    @property
    def class_shares(self) -> str:
        """Class shares that are assumed of the target; empty for none."""
        if self.name != "equal_mass":
            return ""
        shares = (self.constants or {}).get("shares")
        return ", ".join(f"{s:g}" for s in shares) if shares else "equal"


def wanted(name, form, vectors, constants, n_classes):
    """Read the keys of a YAML about adaptation, and check them.

    Arguments
    ---------
    name : str
        ``"none"``, or one of ``adaptation.ADAPTATIONS``.
    form, vectors : str
        See ``TargetAdaptation``.
    constants : dict or str, optional
        By name; as JSON text on the command line.
    n_classes : int
        Of the protocol.

    Returns
    -------
    TargetAdaptation or None
        None for ``"none"``.

    Raises
    ------
    ValueError
        If a value is none of those that exist, or constants are not those of
        the adaptation.

    Example
    -------
    >>> wanted("none", "auto", "statistics", None, 4)
    >>> wanted("em", "auto", "statistics", None, 4)
    Traceback (most recent call last):
    ValueError: --adaptation: expected one of none, em_gaussians, ...
    """
    for key, value, known in (
        ("adaptation", name, ("none", *adaptation.ADAPTATIONS)),
        ("adaptation_form", form, FORMS),
        ("adaptation_vectors", vectors, VECTORS),
    ):
        if value not in known:
            raise ValueError(
                f"--{key}: expected one of {', '.join(known)}, found {value!r}"
            )
    constants = _constants(constants)
    if name == "none":
        return None
    if constants is not None:
        try:
            built = adaptation.build(name, **constants)
        except TypeError as error:
            raise ValueError(
                f"--adaptation_constants: expected values of the types of "
                f"{adaptation.build(name)}, found {constants}"
            ) from error
        shares = getattr(built, "shares", None)
        if shares and len(shares) != n_classes:
            raise ValueError(
                f"--adaptation_constants: expected shares of {n_classes} "
                f"classes, as the protocol has, found {len(shares)}"
            )
    return TargetAdaptation(name, form, vectors, constants)


def _constants(given):
    """Constants as a mapping, which is text after an option."""
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except json.JSONDecodeError:
            pass  # refused below
    if given is not None and not isinstance(given, dict):
        raise ValueError(
            f"--adaptation_constants: expected a mapping such as "
            f"'{{n_components: 16}}', found {given!r}"
        )
    return given


def refuse_unusable(plan, protocol, extractor):
    """Refuse an adaptation that a run cannot have, before audio is decoded.

    Arguments
    ---------
    plan : TargetAdaptation, optional
        From ``wanted``.
    protocol : Protocol
        Of the run.
    extractor : Extractor
        Of the method's frames.

    Raises
    ------
    ValueError
        If nothing is scored, or no frames are stored of which there could be
        statistics.

    Example
    -------
    >>> from speechbrain_clser.data.protocol import Protocol
    >>> protocol = Protocol("x", ("emodb",), ())
    >>> plan = wanted("equal_mass", "auto", "statistics", None, 4)
    >>> refuse_unusable(plan, protocol, None)
    Traceback (most recent call last):
    ValueError: --adaptation equal_mass: expected a protocol with targets, ...
    """
    if plan is None:
        return
    if not protocol.targets:
        raise ValueError(
            f"--adaptation {plan.name}: expected a protocol with targets, found "
            f"none in {protocol.name!r}; give --adaptation none, or a protocol "
            f"that scores a target"
        )
    if plan.vectors == "statistics" and not extractor.has_frozen_part:
        raise ValueError(
            "--adaptation_vectors statistics: expected an encoder whose frames "
            "are stored, found one all of which is trained; give "
            "--adaptation_vectors embedding, or --adapt frozen"
        )


def file_of(plan, part):
    """Name the file for the predictions of the method itself.

    Arguments
    ---------
    plan : TargetAdaptation, optional
        From ``wanted``.
    part : str
        ``"target_scored"`` or ``"source_valid"``.

    Returns
    -------
    str or None
        Within the folder of the seed; None for the usual one.

    Example
    -------
    >>> file_of(None, "target_scored")
    """
    return UNADAPTED if plan and part == "target_scored" else None


def predict_parts(plan, brain, material, sound, folder, loader):
    """Write posteriors and embeddings of further parts that are needed.

    They are those of the unlabelled target utterances, for the inductive form,
    and of the training utterances, for vectors of the method's embedding.

    Arguments
    ---------
    plan : TargetAdaptation, optional
        From ``wanted``; nothing is written without one.
    brain : MethodBrain
        Trained.
    material : Material
        Gives the parts.
    sound : dict
        As for ``feed.datasets_of``.
    folder : str or Path
        Of the seed; ``adaptation/<part>.safetensors`` is written.
    loader : dict
        Keyword arguments of the data loader.
    """
    if plan is None or not material.parts.scored:
        return
    plain = {name: views[:1] for name, views in sound.items()}
    for part, rows in _further_parts(plan, material).items():
        ids, posteriors, embeddings = brain.predict(
            dataset(rows, plain), loader
        )
        path = Path(folder, "adaptation", f"{part}.safetensors")
        path.parent.mkdir(exist_ok=True)
        save_file(
            {"posterior": posteriors.numpy(), "embedding": embeddings.numpy()},
            path,
            metadata={"ids": json.dumps(ids)},
        )


def _further_parts(plan, material):
    """Part to its rows, of what must be predicted beside the scored part."""
    chosen = adaptation_parts(plan.form, material.parts, material.protocol)
    parts = {}
    if chosen.fitted_to == "unlabelled":
        parts["target_unlabelled"] = chosen.fitted
    if plan.vectors == "embedding":
        parts["source_train"] = material.parts.train
    return parts


def adapt(plan, names, material, heard, view, folders):
    """Adapt the predictions of the method and of the supervised baselines.

    Where an adaptation is refused (``AdaptationError``) the result is that
    without it, with a warning.

    Arguments
    ---------
    plan : TargetAdaptation, optional
        From ``wanted``; nothing is done without one.
    names : list of str
        Baselines of the run.
    material : Material
        Gives the parts; of the target no label is used.
    heard : list of Utterance
        Training set of the method, all phases.
    view : Mapping or None
        As for ``baselines.answer``; not needed without baselines for vectors
        of the embedding.
    folders : dict
        Seed to its folder, with unadapted predictions. Written are
        ``predictions/target_scored.csv``, ``baselines/<name> + <adaptation>.csv``
        and ``adaptation.json``.
    """
    if plan is None or not material.parts.scored:
        return
    chosen = adaptation_parts(plan.form, material.parts, material.protocol)
    names = [name for name in names if name in baselines.SUPERVISED]
    spaces, pool = {}, {}
    if names or plan.vectors == "statistics":
        rows = {
            row.id: row
            for part in (material.parts.train, material.parts.scored)
            for row in part
        }
        rows |= {row.id: row for row in chosen.fitted}
        vectors = baselines.utterance_vectors(view, rows.values())
        spaces["statistics"] = _Space(
            plan, material, dict(zip(rows, vectors, strict=True))
        )
    if names and chosen.fitted_to == "unlabelled":
        pool = _baseline_posteriors(names, material, heard, view, chosen.fitted)
    for seed, folder in folders.items():
        own = spaces
        if plan.vectors == "embedding":
            embeddings = _Space(
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
        path = Path(folder, "adaptation.json")
        partial = path.with_suffix(".partial")
        partial.write_text(
            json.dumps(record, indent=1) + "\n", encoding="utf-8"
        )
        os.replace(partial, path)
        _log(record, plan, seed)


class _Space:
    """Vectors, the constants chosen on them, and the summary of the source."""

    def __init__(self, plan, material, vectors):
        self.vectors, self.refusal, self.candidates = vectors, None, ()
        self.is_given = plan.constants is not None
        self.adaptation = None
        scheme = material.protocol.scheme
        rows = [row for row in material.parts.train if row.id in vectors]
        found = np.stack([vectors[row.id] for row in rows])
        labels = [scheme.index(row.emotion) for row in rows]
        try:
            if self.is_given:
                self.adaptation = adaptation.build(plan.name, **plan.constants)
            else:
                choice = choose_constants(
                    *(plan.name, found, labels),
                    # Languages of one corpus are held out in turn, too.
                    [f"{row.corpus} {row.language}" for row in rows],
                    [row.speaker for row in rows],
                    len(scheme),
                )
                self.adaptation = choice.adaptation
                self.candidates = choice.candidates
            self.source = self.adaptation.summarise(
                found, labels, len(scheme), [row.corpus for row in rows]
            )
        except AdaptationError as error:
            self.refusal = error

    def adapted(self, folds, posteriors):
        """Adapted posteriors, by id, of the utterances to be predicted.

        Of a debug run only some utterances have posteriors.
        """
        if self.refusal:
            raise self.refusal
        found = {}
        for fold in folds:
            fit, predict = (
                [row.id for row in rows if row.id in posteriors]
                for rows in fold
            )
            fitted = self.adaptation.fit(
                self.source, *self._told(fit, posteriors)
            )
            if predict:
                new = fitted.predict(*self._told(predict, posteriors))
                found |= zip(predict, new, strict=True)
        return found

    def _told(self, ids, posteriors):
        n_columns = len(next(iter(self.vectors.values())))
        vectors = [self.vectors[one] for one in ids]
        n_classes = int(self.source["shape"][1])
        return (
            np.reshape(vectors, (len(ids), n_columns)),
            np.reshape([posteriors[one] for one in ids], (len(ids), n_classes)),
        )

    def to_json(self):
        """Constants, and the scores within the sources behind the choice."""
        return {
            "constants": self.adaptation
            and dataclasses.asdict(self.adaptation),
            "chosen_within_sources": not self.is_given,
            "candidates": [
                {"constants": one.constants, "mean": one.mean, "uar": one.uar}
                for one in self.candidates
            ],
        }


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
    by_id = {row.id: row for row in material.parts.scored}
    partial = after.with_suffix(".partial")
    write_answers(
        partial,
        [by_id[one] for one in ids],
        adapted.tolist(),
        material.protocol.scheme,
    )
    os.replace(partial, after)
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


def _baseline_posteriors(names, material, heard, view, rows):
    """Posteriors of baselines on further utterances, by name and id."""
    labels = baselines.labels_of(material, heard)
    if len(set(labels) - {-1}) < 2:
        return {}
    corpora = [row.corpus for row in heard]
    vectors, others = (
        baselines.utterance_vectors(view, part) for part in (heard, rows)
    )
    n_classes = len(material.protocol.scheme)
    ids = [row.id for row in rows]
    return {
        name: dict(
            zip(
                ids,
                baselines.predict(
                    name, vectors, labels, others, n_classes, corpora=corpora
                ),
                strict=True,
            )
        )
        for name in names
    }


def _embeddings(folder, plan, material):
    """Embeddings of all that takes part, by id."""
    path = Path(folder, "embeddings", "target_scored.safetensors")
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
    """Tell constants and scores within the sources in one line."""
    space = record["vectors"][plan.vectors]
    constants = space["constants"] or {}
    told = ", ".join(f"{name} {value}" for name, value in constants.items())
    origin = "given"
    if space["chosen_within_sources"]:
        origin = "chosen within the sources"
        scores = {
            json.dumps(one["constants"]): one["mean"]
            for one in space["candidates"]
        }
        if scores:
            before = scores["null"]
            after = scores[json.dumps(space["constants"])]
            origin += f", UAR {100 * before:.1f} % -> {100 * after:.1f} %"
    logger.info(
        "seed %s: adaptation %s (%s, fitted to %s, %d target utterances, %s): "
        "%s (%s)",
        *(seed, plan.name, record["form"], record["fitted_to"]),
        *(record["n_target_utterances"], plan.vectors),
        *(told or "no constants", origin),
    )
    for system, found in record["systems"].items():
        if found["refused"]:
            logger.warning(
                "seed %s: adaptation %s of %s refused, the result is without "
                "it: %s",
                *(seed, plan.name, system, found["refused"]["message"]),
            )
