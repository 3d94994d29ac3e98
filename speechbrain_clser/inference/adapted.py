"""Fit, save and load the adaptation of a classifier to unlabelled recordings."""

import dataclasses
import datetime
import logging
import shutil
from numbers import Real
from pathlib import Path

import numpy as np
import torch

from speechbrain_clser import adaptation
from speechbrain_clser.adaptation.equal_mass import EqualMass
from speechbrain_clser.errors import AdaptationError
from speechbrain_clser.evaluation.formatting import pluralise
from speechbrain_clser.evaluation.tables import cell
from speechbrain_clser.inference import source_summary
from speechbrain_clser.inference.folders import new_folder
from speechbrain_clser.inference.weights import load_exactly

logger = logging.getLogger(__name__)

METHODS = ("em_gaussians", "equal_mass")
FILE = "adapted.safetensors"  # in a model folder
NORMALISER = "target_normaliser.ckpt"
COPIED = ("*.yaml", "*.ckpt", "*.json", "*.safetensors", "README.md")
README = """\
## Adapted

`EmotionClassifier` gives adapted probabilities: this model was adapted on {date} to \
{recordings} ({n_left_out} others could not be used) without labels, by \
`{method}` ({constants}). {normalised}SpeechBrain's own `EncoderClassifier` ignores \
`{file}` and gives the unadapted probabilities{stock}. An adapted model cannot be \
adapted again or exported to ONNX; the original model can.

Adapted probabilities are not calibrated and apply to recordings like those that the \
model was adapted to. The results in this file are those of the unadapted model.

| predicted class | share before | share after |
|---|---|---|
{rows}
"""


def with_constants(method, constants, summary):
    """Build the adaptation and select the source summary for fitting it.

    The summary is None if the adaptation does not need it.

    Raises
    ------
    ValueError
        If the method or constant is unknown, the model has no summary, or
        the summary was computed with another value of the constant.

    Example
    -------
    >>> with_constants("equal_mass", {"max_rounds": 9}, None)
    (EqualMass(shares=None, max_rounds=9), None)
    """
    if method not in METHODS:
        raise ValueError(
            f"a model can be adapted by {' or '.join(METHODS)}, got {method!r}"
        )
    if method == EqualMass.name:
        return adaptation.build(method, **constants), None
    if summary is None:
        raise ValueError(
            f"adaptation by {method} needs {source_summary.FILE} in the model "
            "folder, found none; see the section Adaptation of its README, "
            "export the model again, or adapt by equal_mass"
        )
    chosen = adaptation.build(
        method, **{**vars(summary.adaptation), **constants}
    )
    for name in chosen.source_constants:
        if getattr(chosen, name) != getattr(summary.adaptation, name):
            raise ValueError(
                f"the source summary was made with {name}="
                f"{getattr(summary.adaptation, name)}, got "
                f"{getattr(chosen, name)}; leave {name} out"
            )
    return chosen, summary.state


def fit(chosen, source, vectors, posteriors, about):
    """Fit an adaptation; log a warning and return None if it cannot be fitted.

    Arguments
    ---------
    chosen : Adaptation
        The adaptation with its constants.
    source : dict or None
        Summary of the sources.
    vectors : numpy.ndarray, (utterances, dim)
        Utterance statistics of the target.
    posteriors : numpy.ndarray, (utterances, classes)
        Unadapted probabilities.
    about : dict
        Metadata to save; class shares before and after are added.
    """
    if source is None:
        source = {"shape": np.array([vectors.shape[1], posteriors.shape[1]])}
    try:
        fitted = chosen.fit(source, vectors, posteriors)
        adapted = fitted.predict(vectors, posteriors)
    except AdaptationError as error:
        logger.warning("not adapted, predictions are unadapted: %s", error)
        return None
    about = {
        **about,
        "date": datetime.date.today().isoformat(),
        "shares_before": _shares(posteriors),
        "shares_after": _shares(adapted),
    }
    return dataclasses.replace(fitted, about=about)


def _shares(posteriors):
    """Compute the fraction of utterances predicted as each class."""
    n_classes = posteriors.shape[1]
    counts = np.bincount(posteriors.argmax(axis=1), minlength=n_classes)
    return (counts / len(posteriors)).round(6).tolist()


def sentence(fitted, classes) -> str:
    """Describe the adaptation of a classifier in one line.

    Example
    -------
    >>> about = {"n_files": 30, "shares_before": [0.9], "shares_after": [0.6]}
    >>> fitted = adaptation.Fitted(EqualMass(max_rounds=9), {}, about)
    >>> print(sentence(fitted, ["anger"]))
    adapted to 30 recordings by equal_mass (shares=None, max_rounds=9); \
predictions before and after: anger 90.0 and 60.0 %
    """
    shares = zip(
        *(classes, fitted.about["shares_before"], fitted.about["shares_after"]),
        strict=True,
    )
    changes = ", ".join(
        f"{name} {100 * before:.1f} and {100 * after:.1f} %"
        for name, before, after in shares
    )
    return (
        f"adapted to {pluralise(fitted.about['n_files'], 'recording')} by "
        f"{fitted.adaptation.name} ("
        f"{source_summary.wording(fitted.adaptation)}); predictions before and "
        f"after: {changes}"
    )


def predict(fitted, vectors, posteriors):
    """Compute adapted posteriors; rows with NaN or infinity are not adapted."""
    usable = np.isfinite(vectors).all(axis=1)
    usable &= np.isfinite(posteriors).all(axis=1)
    if not usable.all():
        logger.warning(
            "%d of %d predictions are unadapted: expected finite utterance "
            "statistics and posteriors, found NaN or infinity",
            *((~usable).sum(), len(usable)),
        )
    adapted = posteriors.copy()
    if usable.any():
        adapted[usable] = fitted.predict(vectors[usable], posteriors[usable])
    return adapted


def save(classifier, folder):
    """Write an adapted classifier as a model folder.

    Raises
    ------
    ValueError
        If the classifier is not adapted or not from a folder, or ``folder``
        contains something other than a model.
    """
    fitted = classifier.adaptation
    if fitted is None or classifier.folder is None:
        raise ValueError(
            "save needs an adapted classifier from a model folder, found one "
            f"{'that is not adapted' if fitted is None else 'without a folder'}"
            "; load it with from_hparams and call adapt"
        )
    with new_folder(folder) as new:
        for pattern in COPIED:
            for path in sorted(Path(classifier.folder).glob(pattern)):
                shutil.copyfile(path, new / path.name)
        adaptation.save(fitted, new / FILE)
        if fitted.about["is_normalised"]:
            state = classifier.recogniser.normaliser.state_dict()
            torch.save(state, new / NORMALISER)
        readme = new / "README.md"
        text = readme.read_text("utf-8") if readme.exists() else "# Model\n"
        text = text.partition("\n## Adapted\n")[0]  # drop an earlier section
        text = f"{text.rstrip()}\n\n{_readme(fitted, classifier.classes)}"
        readme.write_text(text, encoding="utf-8")


def _readme(fitted, classes):
    about = fitted.about
    shares = zip(
        *(classes, about["shares_before"], about["shares_after"]), strict=True
    )
    return README.format(
        **{name: about[name] for name in ("date", "n_left_out")},
        recordings=pluralise(about["n_files"], "recording"),
        method=fitted.adaptation.name,
        constants=source_summary.wording(fitted.adaptation),
        normalised="Features are normalised by the statistics of the "
        "recordings passed to `normalise_with`. "
        if about["is_normalised"]
        else "",
        stock=", computed from features that are normalised by the statistics "
        "of the training corpora"
        if about["is_normalised"]
        else "",
        file=FILE,
        rows="\n".join(
            f"| {cell(name)} | {100 * before:.1f} % | {100 * after:.1f} % |"
            for name, before, after in shares
        ),
    )


def _check(about, n_classes, path):
    """Raise ValueError if the metadata does not have the format of ``fit``."""

    def is_share(values):
        return (
            isinstance(values, list)
            and [
                isinstance(value, float) and 0 <= value <= 1 for value in values
            ]
            == [True] * n_classes
        )

    checks = {
        "n_files": lambda value: isinstance(value, int),
        "n_left_out": lambda value: isinstance(value, int),
        "temperature": lambda value: isinstance(value, Real),
        "is_normalised": lambda value: isinstance(value, bool),
        "date": lambda value: isinstance(value, str),
        "shares_before": is_share,
        "shares_after": is_share,
    }
    for name, is_valid in checks.items():
        if not is_valid(about.get(name)):
            raise ValueError(
                f"{path}: expected {name} as EmotionClassifier.save writes it, "
                f"found {about.get(name)!r}; save the adapted model again"
            )


def read(folder, classifier):
    """Read the adaptation from a model folder.

    None if the model is not adapted. Target statistics of the normaliser are loaded
    into the classifier if the adaptation used them.

    Raises
    ------
    FileNotFoundError
        If the statistics of the normaliser are missing.
    ValueError
        If a file is damaged or belongs to another model.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    fitted = source_summary.read_exactly(
        path, classifier.statistics_dim, len(classifier.classes)
    )
    _check(fitted.about, len(classifier.classes), path)
    if fitted.about["is_normalised"]:
        load_exactly(classifier.recogniser.normaliser, folder / NORMALISER)
    return fitted
